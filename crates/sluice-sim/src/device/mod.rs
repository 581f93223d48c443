//! One simulated device.

mod install;

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sluice_wire::{
    AgentStatus, CheckInRequest, CheckInResponse, DeviceCredential, EnrollRequest, EnrollResponse, Event, Inventory,
    InventoryResponse, InventoryWish, Policy, ReportRequest, ReportResponse,
};
use uuid::Uuid;

use crate::client::Client;
use crate::error::ContactError;
use crate::host::Host;
use crate::options::SimulateOptions;
use crate::random::Random;
use crate::summary::{Counts, one_more};

/// What all devices share.
pub(crate) struct World {
    pub(crate) client: Client,
    pub(crate) options: SimulateOptions,
    pub(crate) host: Host,
    pub(crate) counts: Counts,
}

/// The version simulated agents give themselves.
const AGENT_VERSION: &str = concat!("simulated ", env!("CARGO_PKG_VERSION"));

/// A device. It does not keep its inventory, which is made anew from the seed, but only what has
/// changed since: 100,000 inventories do not fit into memory.
pub(crate) struct Device {
    number: u32,
    id: Uuid,
    credential: String,
    policy_key: [u8; 32],
    policy: Option<Policy>,
    serial: u64,
    random: Random,
    /// Versions changed since, in order.
    changes: Vec<Change>,
    /// So many of them the site knows; `None` before the first inventory.
    known: Option<usize>,
    /// Updates whose installation has been tried.
    tried: Vec<(Uuid, Uuid)>,
}

/// A package that has another version now.
#[derive(Clone)]
struct Change {
    package: String,
    arch: String,
    version: String,
}

impl Device {
    /// Makes a device known to the site.
    pub(crate) async fn enrol(world: &World, number: u32) -> Result<Self, ContactError> {
        let fleet = &world.options.fleet;
        let request = EnrollRequest {
            token: world.options.token.clone(),
            hostname: format!("{}-{number:06}", fleet.name_prefix),
            agent_version: AGENT_VERSION.to_owned(),
        };
        let answer: EnrollResponse = world.client.post("enroll", None, &request).await?;
        let wrong = |why: &str| ContactError::Protocol { operation: "enroll", why: why.to_owned() };
        let key = BASE64_STANDARD.decode(&answer.policy_key).ok().and_then(|key| key.try_into().ok());
        DeviceCredential::decode(&answer.credential).ok_or_else(|| wrong("the credential is none"))?;
        Ok(Self {
            number,
            id: answer.device_id,
            credential: answer.credential,
            policy_key: key.ok_or_else(|| wrong("the policy key is none"))?,
            policy: None,
            serial: 0,
            // Another stream than the one the machine is made from.
            random: Random::new(!fleet.seed, u64::from(number)),
            changes: Vec::new(),
            known: None,
            tried: Vec::new(),
        })
    }

    /// When in a round its turn is: the fleet is spread evenly over the interval.
    pub(crate) fn place(&self, world: &World) -> Duration {
        world.options.interval.mul_f64(f64::from(self.number) / f64::from(world.options.fleet.devices.max(1)))
    }

    /// One contact: check-in, inventory if it is wished, installs that are due, report.
    pub(crate) async fn contact(&mut self, world: &World) -> Result<(), ContactError> {
        let (hostname, mut inventory) = self.machine(world, self.changes.len());
        if self.known.is_some() {
            self.drift(&mut inventory, world.options.churn);
        }
        let now = world.host.clock.now().as_second();
        let request = CheckInRequest {
            agent_version: AGENT_VERSION.to_owned(),
            hostname,
            inventory_hash: Some(inventory.hash()),
            policy_hash: self.policy.as_ref().map(Policy::content_hash),
            status: AgentStatus { state: "idle".into(), detail: "simulated".into(), can_install: true },
        };
        let answer: CheckInResponse = self.post(world, "check-in", &request).await?;
        one_more(&world.counts.check_ins);
        if let Some(signed) = answer.policy {
            let held = self.policy.as_ref().map(|policy| policy.issued_at);
            let policy = signed.open(&self.policy_key, self.id, held, now);
            self.policy =
                Some(policy.map_err(|e| ContactError::Protocol { operation: "check-in", why: e.to_string() })?);
        }
        let mut events = Vec::new();
        let mut event = |kind: &str, text: String| events.push(Event { at: now, kind: kind.to_owned(), text });
        if answer.inventory != InventoryWish::Nothing {
            self.send_inventory(world, &inventory, &answer.inventory).await?;
            event("scan", format!("{} packages", inventory.packages.len()));
        }
        let enforcement = self.install(world, &mut inventory, now);
        if !enforcement.is_empty() {
            event("install", format!("{} updates", enforcement.len()));
            // As the real agent: the site learns at once what is different now.
            self.send_inventory(world, &inventory, &InventoryWish::Difference { base: String::new() }).await?;
        }
        if !events.is_empty() {
            let report = ReportRequest { serial: self.serial + 1, enforcement, events };
            let answer: ReportResponse = self.post(world, "report", &report).await?;
            self.serial = answer.acknowledged.max(report.serial);
            one_more(&world.counts.reports);
        }
        Ok(())
    }

    async fn post<T: serde::de::DeserializeOwned>(
        &self,
        world: &World,
        operation: &'static str,
        body: &impl serde::Serialize,
    ) -> Result<T, ContactError> {
        world.client.post(operation, Some(&self.credential), body).await
    }

    /// Sends the difference to what the site was last sent, if it can have that.
    async fn send_inventory(
        &mut self,
        world: &World,
        inventory: &Inventory,
        wish: &InventoryWish,
    ) -> Result<(), ContactError> {
        let known = self.known.filter(|_| *wish != InventoryWish::Whole);
        if let Some(known) = known {
            let (_, base) = self.machine(world, known);
            let answer: InventoryResponse = self.post(world, "inventory", &inventory.upload(Some(&base))).await?;
            if !answer.send_whole {
                one_more(&world.counts.differences);
                self.known = Some(self.changes.len());
                return Ok(());
            }
        }
        let _: InventoryResponse = self.post(world, "inventory", &inventory.upload(None)).await?;
        one_more(&world.counts.whole);
        self.known = Some(self.changes.len());
        Ok(())
    }

    /// Its name, and its inventory after the first `changes` changes.
    fn machine(&self, world: &World, changes: usize) -> (String, Inventory) {
        let mut machine = world.options.shape.machine(&world.options.fleet, self.number);
        for change in self.changes.iter().take(changes) {
            set_version(&mut machine.inventory, change);
        }
        (machine.hostname, machine.inventory)
    }

    /// People change something on the device without the site.
    fn drift(&mut self, inventory: &mut Inventory, packages: u32) {
        for _ in 0..packages {
            let at = self.random.below(inventory.packages.len());
            let Some(package) = inventory.packages.get(at) else { return };
            // A local build: later than the version it is made from (`+` sorts after the end).
            let (base, build) = package.version.rsplit_once("+local").unwrap_or((&package.version, "0"));
            let build = build.parse::<u32>().unwrap_or(0).saturating_add(1);
            let version = format!("{base}+local{build}");
            self.change(inventory, Change { package: package.name.clone(), arch: package.arch.clone(), version });
        }
    }

    fn change(&mut self, inventory: &mut Inventory, change: Change) {
        set_version(inventory, &change);
        self.changes.push(change);
    }
}

/// Keeps the order by name and architecture, of which there is one each.
fn set_version(inventory: &mut Inventory, change: &Change) {
    let key = (change.package.as_str(), change.arch.as_str());
    let place = inventory.packages.binary_search_by(|p| (p.name.as_str(), p.arch.as_str()).cmp(&key));
    if let Some(package) = place.ok().and_then(|at| inventory.packages.get_mut(at)) {
        package.version.clone_from(&change.version);
    }
}
