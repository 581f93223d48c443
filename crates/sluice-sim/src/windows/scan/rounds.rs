//! The rounds of SyncUpdates (protocols.md §2.2, §2.5, §3.6).

use sluice_wsus::messages::client::{
    ComputerSpec, ProductsParameters, SyncUpdateParameters, SyncUpdates, SyncUpdatesResponse,
};
use sluice_wsus::messages::shared::{DeploymentAction, SyncInfo, UpdateInfo};
use sluice_wsus::update::rules::Truth;
use uuid::Uuid;

use super::cache::Cached;
use super::complaint::Complaint;
use super::evaluate::Evaluation;
use super::session::Talk;
use crate::windows::agent::WindowsClient;
use crate::windows::client::AgentError;

/// Round trips of one scan (protocols.md §2.2).
pub(super) const MAX_TRIPS: u32 = 200;

/// New updates of one answer at most ([MS-WUSP] note 55).
const LONGEST_PAGE: usize = 200;

/// Which updates a round is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// Everything but drivers.
    Software,
    /// Drivers for the devices of the machine.
    Driver,
}

/// What decides whether there is another round.
struct Round {
    truncated: bool,
    new: usize,
    new_non_leaf: bool,
}

impl WindowsClient {
    /// Software rounds: one level of the graph of prerequisites each, until nothing new can follow.
    pub(super) async fn software_rounds(&mut self, talk: &mut Talk, filter: &[Uuid]) -> Result<(), AgentError> {
        loop {
            talk.outcome.software_rounds += 1;
            let round = self.round(talk, Pass::Software, filter).await?;
            if !round.truncated && !round.new_non_leaf {
                return Ok(());
            }
        }
    }

    /// The driver pass. Windows 11 makes it also when the server says that it is not needed (protocols.md §2.1).
    pub(super) async fn driver_pass(&mut self, talk: &mut Talk, filter: &[Uuid]) -> Result<(), AgentError> {
        talk.outcome.driver_pass = true;
        while self.round(talk, Pass::Driver, filter).await?.truncated {}
        Ok(())
    }

    async fn round(&mut self, talk: &mut Talk, pass: Pass, filter: &[Uuid]) -> Result<Round, AgentError> {
        loop {
            if talk.outcome.round_trips >= MAX_TRIPS {
                return Err(AgentError::TooManyTrips { limit: MAX_TRIPS });
            }
            talk.outcome.round_trips += 1;
            let request =
                SyncUpdates { cookie: self.cache.cookie.clone(), parameters: Some(self.parameters(pass, filter)) };
            match self.server.sync_updates(&talk.caller, &request).await {
                Ok(answer) => {
                    talk.outcome.bytes += answer.received() as u64;
                    let read: SyncUpdatesResponse<'_> = answer.read()?;
                    return self.take(talk, pass, &read.result);
                }
                Err(error) => self.react(talk, error).await?,
            }
        }
    }

    fn parameters(&self, pass: Pass, filter: &[Uuid]) -> SyncUpdateParameters {
        let (installed, others, drivers) = self.cache.lists();
        let driver_pass = pass == Pass::Driver;
        SyncUpdateParameters {
            express_query: false,
            installed_non_leaf_update_ids: installed,
            // Not sent in the driver pass (recorded).
            other_cached_update_ids: if driver_pass { Vec::new() } else { others },
            system_spec: if driver_pass { self.machine.system_spec() } else { Vec::new() },
            cached_driver_ids: drivers,
            skip_software_sync: driver_pass,
            filter_category_ids: filter.to_vec(),
            need_two_group_out_of_scope_updates: Some(true),
            also_perform_regular_sync: Some(false),
            computer_spec: Some(ComputerSpec {
                hardware_ids: if driver_pass { self.machine.computer_ids() } else { Vec::new() },
            }),
            feature_score_matching_key: match driver_pass {
                true => self.machine.feature_score_key().to_owned(),
                false => String::new(),
            },
            products_parameters: Some(ProductsParameters {
                sync_current_version_only: false,
                device_attributes: self.machine.device_attributes(self.server.url()),
                caller_attributes: self.caller_attributes(),
                products: String::new(),
            }),
        }
    }

    /// Who asked for the scan, as agents write it.
    pub(super) fn caller_attributes(&self) -> String {
        format!("Interactive=0;SheddingAware=1;Id={};", crate::windows::report::APPLICATION)
    }

    /// Takes what a round brought.
    fn take(&mut self, talk: &mut Talk, pass: Pass, info: &SyncInfo<'_>) -> Result<Round, AgentError> {
        let same = info.new_updates.is_empty() && info.changed_updates.is_empty();
        if !same || !info.out_of_scope_revision_ids.is_empty() {
            self.cache.unsettle();
        }
        for id in &info.out_of_scope_revision_ids {
            match self.cache.revisions.remove(id) {
                Some(_) => talk.outcome.out_of_scope += 1,
                None => talk.complaints.add(Complaint::UnknownOutOfScope(*id)),
            }
        }
        // What is only outside the filter stays for the next whole scan; it must be known, too.
        for id in &info.deployed_out_of_scope_revision_ids {
            if !self.cache.revisions.contains_key(id) {
                talk.complaints.add(Complaint::UnknownOutOfScope(*id));
            }
        }
        for changed in &info.changed_updates {
            talk.outcome.changed += 1;
            match self.cache.revisions.get_mut(&changed.id) {
                Some(cached) => {
                    cached.is_leaf = changed.is_leaf;
                    if let Some(deployment) = &changed.deployment {
                        cached.wish = self.server.knowledge.wish(deployment);
                    }
                }
                None => talk.complaints.add(Complaint::UnknownChanged(changed.id)),
            }
        }
        match &info.new_cookie {
            Some(cookie) => self.cache.cookie = Some(cookie.clone()),
            None => talk.complaints.add(Complaint::NoCookie),
        }
        if info.truncated && info.new_updates.is_empty() {
            talk.complaints.add(Complaint::EmptyPage);
        }
        if info.new_updates.len() > LONGEST_PAGE {
            talk.complaints.add(Complaint::LongPage(info.new_updates.len()));
        }
        let mut came = Vec::with_capacity(info.new_updates.len());
        for new in &info.new_updates {
            let cached = self.read_new(new)?;
            if self.cache.revisions.contains_key(&new.id) {
                talk.complaints.add(Complaint::KnownAgain(new.id));
            }
            if cached.is_driver() != (pass == Pass::Driver) {
                talk.complaints.add(Complaint::WrongPass(new.id));
            }
            came.push((new.id, cached));
        }
        self.complain_of_prerequisites(talk, &came);
        let new_non_leaf = came.iter().any(|(_, cached)| !cached.is_leaf);
        talk.outcome.new_updates += came.len();
        let round = Round { truncated: info.truncated, new: came.len(), new_non_leaf };
        self.cache.revisions.extend(came);
        if round.new > 0 {
            self.evaluate_bundles();
        }
        Ok(round)
    }

    fn read_new(&self, new: &UpdateInfo<'_>) -> Result<Cached, AgentError> {
        let revision = new.id;
        let deployment = new.deployment.as_ref().ok_or(AgentError::NoDeployment { revision })?;
        let xml = new.xml.as_ref().ok_or(AgentError::NoFragment { revision })?;
        let core = self.server.knowledge.core(revision, xml)?;
        let rules = core.rules.as_ref();
        let installed = rules.map_or(Truth::Unknown, |rules| rules.installed(core.revision.id, &self.machine));
        let wish = self.server.knowledge.wish(deployment);
        Ok(Cached { core, wish, is_leaf: new.is_leaf, installed, state: None, extended: None })
    }

    /// Only what the request listed as installed and non-leaf may count (peer-wsus-rs.md Q23).
    fn complain_of_prerequisites(&self, talk: &mut Talk, came: &[(i32, Cached)]) {
        if came.is_empty() {
            return;
        }
        let evaluation = Evaluation::new(&self.cache, &self.machine);
        for (id, cached) in came {
            if let Some(missing) = evaluation.missing_prerequisite(cached) {
                talk.complaints.add(Complaint::PrerequisiteMissing(*id, missing));
            }
        }
    }

    /// Bundles that others depend on are installed when their members are, which may have come just now.
    fn evaluate_bundles(&mut self) {
        let is_bundle = |cached: &Cached| !cached.is_leaf && cached.core.rules.is_none();
        if !self.cache.revisions.values().any(is_bundle) {
            return;
        }
        let evaluation = Evaluation::new(&self.cache, &self.machine);
        let bundles = self.cache.revisions.iter().filter(|(_, cached)| is_bundle(cached));
        let states: Vec<(i32, Truth)> =
            bundles.map(|(id, cached)| (*id, evaluation.state(cached).is_installed())).collect();
        for (id, installed) in states {
            if let Some(cached) = self.cache.revisions.get_mut(&id) {
                cached.installed = installed;
            }
        }
    }
}

/// Whether an action offers an update for itself.
pub(in super::super) fn is_offer(action: DeploymentAction) -> bool {
    matches!(
        action,
        DeploymentAction::Install
            | DeploymentAction::OptionalInstall
            | DeploymentAction::Uninstall
            | DeploymentAction::PreDeploymentCheck
    )
}
