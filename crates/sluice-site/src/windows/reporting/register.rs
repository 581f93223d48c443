//! What a computer registers as; who registers first becomes a device here (protocols.md §3.4).

use std::sync::Arc;

use jiff::Timestamp;
use sluice_catalog::{DeviceChange, DeviceRecord};
use sluice_model::{DeviceId, DeviceKind, SiteType, WindowsComputer};
use sluice_store::device::NewDevice;
use sluice_store::windows_client::{PackedWindowsClient, WindowsClientRecord};
use sluice_store::{device, windows_client};

use super::input::Registration;
use super::machines::{self, Sight};
use super::{clean, notes};
use crate::error::{SiteResult, chain};
use crate::metrics::Counters;
use crate::site::Site;
use crate::windows::fault::{ClientFault, ClientResult};
use crate::windows::known::KnownClient;
use crate::windows::newcomers::Newcomer;

impl Site {
    /// Takes in what a computer is. When it returns the device is there, stored and served.
    ///
    /// # Errors
    /// Those of the cookie; `InvalidCookie` also when the site has never heard of the client;
    /// `NoDevicesHere` at a central administration site; `ServerBusy` when too many register; `Internal` when
    /// it cannot be stored.
    pub async fn windows_register(self: &Arc<Self>, cookie: &[u8], registration: Registration) -> ClientResult<()> {
        let opened = self.open_cookie(cookie)?;
        let (device, now) = (opened.device, self.now());
        let said = Said {
            name: clean::word(&registration.dns_name),
            computer: clean::computer(registration.computer),
            protocol: opened.cookie.protocol.to_string(),
        };
        let newcomer = match &opened.known {
            Some(_) => None,
            None => {
                let newcomer = self.windows.newcomers.get(device).ok_or(ClientFault::InvalidCookie)?;
                if self.sites.place().site_type == SiteType::Central {
                    Counters::add(&self.counters.unregistered, 1);
                    tracing::warn!(%device, name = said.name, peer = %newcomer.peer, "a Windows device wants to register at this central administration site and was refused; point it at a primary site");
                    return Err(ClientFault::NoDevicesHere);
                }
                let devices = self.windows.known.len();
                if !self.windows.admission.admit(newcomer.peer, devices, now) {
                    Counters::add(&self.counters.unregistered, 1);
                    tracing::warn!(%device, peer = %newcomer.peer, devices, "too many Windows devices register; one is put off");
                    return Err(ClientFault::ServerBusy);
                }
                Some(newcomer)
            }
        };
        let site = Arc::clone(self);
        let work = async move {
            let known = match opened.known {
                Some(known) => Some(known),
                // Only one of two that come at once makes the device.
                None => site.register_new(device, newcomer, &said, now).await?,
            };
            match known {
                Some(known) => site.register_again(&known, said, now).await,
                None => Ok(()),
            }
        };
        self.to_the_end(work).await.map_err(|error| {
            tracing::error!(%device, error = chain(&error), "a Windows device could not be registered");
            ClientFault::Internal
        })
    }

    /// Makes a device; the client if another request made it meanwhile.
    async fn register_new(
        &self,
        device: DeviceId,
        newcomer: Option<Newcomer>,
        said: &Said,
        now: Timestamp,
    ) -> SiteResult<Option<Arc<KnownClient>>> {
        let _turn = self.reporting.registering.turn(device, &said.name).await;
        if let Some(known) = self.windows.known.get(device) {
            return Ok(Some(known));
        }
        let Some(newcomer) = newcomer else { return Ok(None) };
        let mut record = WindowsClientRecord {
            device,
            client_id: newcomer.client_id.clone(),
            registered_at: now,
            dns_name: newcomer.dns_name.clone(),
            target_groups: newcomer.target_groups.iter().map(ToString::to_string).collect(),
            protocol: String::new(),
            computer: WindowsComputer::default(),
            attributes: Vec::new(),
            identities: Vec::new(),
            last_scan_at: None,
            last_scan_error: None,
        };
        said.fill(&mut record, now);
        let new = NewDevice {
            id: device,
            kind: DeviceKind::Windows,
            hostname: name_of(&record),
            secret_hash: None,
            agent_version: agent_version(&record.computer),
        };
        let packed = PackedWindowsClient::new(&record)?;
        let made = self.store.write(move |tx| {
            Box::pin(async move {
                let made = device::register(tx, new, now).await?;
                windows_client::upsert(tx, packed).await?;
                Ok(made)
            })
        });
        let made = made.await?;
        let change = DeviceChange::Record(DeviceRecord {
            number: made.number,
            id: device,
            name: made.hostname.into(),
            agent_version: made.agent_version.into(),
            enrolled_at: made.enrolled_at,
            last_contact: Some(now),
        });
        self.keeper.device(device, vec![change]).await?;
        self.serve_client(made.number, record, now).await?;
        // Known last: from now on its scans and reports find a device.
        let grouped = !newcomer.target_groups.is_empty();
        let client = self.windows.known.insert(KnownClient::new(device, made.number, newcomer.target_groups));
        if grouped {
            // The reconciler of target groups makes it a member.
            client.keep_new_groups();
        }
        self.windows.newcomers.remove(device);
        self.mark_replaced(made.number, device).await?;
        Ok(None)
    }

    async fn register_again(&self, client: &KnownClient, said: Said, now: Timestamp) -> SiteResult<()> {
        let _turn = client.turn.lock().await;
        let stored = windows_client::get(&mut self.store.reader().await?, client.device).await?;
        let Some(mut record) = stored else { return Ok(()) };
        let fleet = self.fleet();
        let windows = fleet.device(client.number).and_then(|row| row.windows.as_ref());
        let in_doubt = windows.is_some_and(|windows| windows.particulars.doubt.is_some());
        let before = name_of(&record);
        let version = agent_version(&record.computer);
        let changed = said.fill(&mut record, now);
        if !changed && !in_doubt {
            return Ok(());
        }
        record.registered_at = now;
        let (device, name, new_version) = (client.device, name_of(&record), agent_version(&record.computer));
        let renamed = name != before || new_version != version;
        let packed = PackedWindowsClient::new(&record)?;
        let (hostname, agent) = (name.clone(), new_version.clone());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    if renamed {
                        device::update(tx, device, &hostname, &agent).await?;
                    }
                    windows_client::upsert(tx, packed).await
                })
            })
            .await?;
        if let Some(row) = fleet.device(client.number).filter(|_| renamed) {
            let change = DeviceChange::Record(DeviceRecord {
                number: client.number,
                id: device,
                name: name.into(),
                agent_version: new_version.into(),
                enrolled_at: row.enrolled_at,
                last_contact: Some(now),
            });
            self.keeper.device(device, vec![change]).await?;
        }
        self.serve_client(client.number, record, now).await?;
        // A record that was thought to be replaced and registers is not.
        if in_doubt { self.tell_replaced().await } else { Ok(()) }
    }
}

/// What a registration says, cleaned.
struct Said {
    name: String,
    computer: WindowsComputer,
    protocol: String,
}

impl Said {
    /// Puts it into a record; whether that changed anything worth storing.
    fn fill(&self, record: &mut WindowsClientRecord, now: Timestamp) -> bool {
        let hardware = notes::hardware(&self.computer.manufacturer, &self.computer.model);
        let name = if self.name.is_empty() { record.dns_name.clone() } else { self.name.clone() };
        let seen = machines::note(&mut record.identities, Sight { name: &name, hardware: &hardware }, now);
        let changed = record.dns_name != name || record.computer != self.computer || record.protocol != self.protocol;
        record.dns_name = name;
        record.computer = self.computer.clone();
        record.protocol.clone_from(&self.protocol);
        seen || changed
    }
}

fn name_of(record: &WindowsClientRecord) -> String {
    if record.dns_name.is_empty() { record.client_id.clone() } else { record.dns_name.clone() }
}

/// Four numbers with dots.
fn agent_version(computer: &WindowsComputer) -> String {
    computer.agent_version.map(|part| part.to_string()).join(".")
}
