//! The dry run: what is at the WSUS and what would be done. Nothing is stored, here or there.

use crate::caller::{Caller, Permission};
use crate::error::SiteResult;
use crate::site::Site;
use crate::sources::{SourceConfig, UpstreamSource};
use crate::sync::{SourceCheck, look};

use super::compare::shown;
use super::words::{NOT_BROUGHT, NotBrought};

/// Names of groups in the plan.
const MAX_GROUPS: usize = 100;

/// What a take-over would find and do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationPlan {
    /// Whether the WSUS can be reached and lets this site in.
    pub check: SourceCheck,
    /// What it has; `None` when it could not be asked.
    pub found: Option<Found>,
    /// What would be done, in order.
    pub steps: Vec<&'static str>,
    /// What is at this site already that matters.
    pub warnings: Vec<String>,
    /// What the protocol does not bring.
    pub not_brought: Vec<NotBrought>,
}

/// What a WSUS has, as far as it says before anything was selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Products, classifications and what updates need to be detected.
    pub categories: u64,
    /// Updates that meet what is selected here already; `None`: nothing is selected.
    pub updates: Option<u64>,
    /// Its computer groups, without those that are built in; at most a hundred.
    pub groups: Vec<String>,
    /// How many there are.
    pub group_count: u64,
    /// Approvals that install, uninstall or block.
    pub approvals: u64,
    /// Declined updates.
    pub declined: u64,
    /// Licence terms that were accepted.
    pub licences: u64,
}

const STEPS: [&str; 6] = [
    "Join: a source of the kind upstream, as a replica. The WSUS needs no change; if it lists its downstream servers by \
     name or wants a Windows user, this site must be let in there.",
    "Lists: products, classifications and detection come.",
    "Selection: everything the WSUS has is selected.",
    "Updates and decisions: metadata, groups, approvals, declined updates and accepted licence terms come. They follow \
     the WSUS until the end.",
    "Comparison: what is there and not here, by name. Repeat it as often as you like.",
    "Cut-over: what came becomes the site's own, the source is made autonomous, removed, or turned to Microsoft Update. \
     Then clients are moved.",
];

impl Site {
    /// What taking over a WSUS would find and do.
    ///
    /// # Errors
    /// `Forbidden`; `Invalid` when the definition of the WSUS could not work.
    pub async fn migration_plan(&self, caller: &Caller, source: &UpstreamSource) -> SiteResult<MigrationPlan> {
        caller.require(Permission::ManageSite)?;
        let config = SourceConfig::Upstream(Box::new(UpstreamSource { replica: true, ..source.clone() }));
        let mut check = self.check_source(caller, &config).await?;
        let mut found = None;
        if check.ok {
            match look(self, source, None).await {
                Ok(there) => found = Some(counted(&there)),
                Err(error) => {
                    check.ok = false;
                    check.error = Some(error.to_string());
                    check.fix = Some(error.fix().to_owned());
                }
            }
        }
        let warnings = self.migration_warnings();
        Ok(MigrationPlan { check, found, steps: STEPS.to_vec(), warnings, not_brought: NOT_BROUGHT.to_vec() })
    }

    /// What is here already that comes together with what is taken over.
    fn migration_warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let directory = self.directory.load();
        let collections = directory.collections.len().saturating_sub(1);
        if collections > 0 {
            warnings.push(format!(
                "The site has {collections} collections of its own. They stay; a group with the name of one gets a number."
            ));
        }
        let deployments = directory.deployments.len();
        if deployments > 0 {
            warnings.push(format!(
                "The site has {deployments} deployments of its own. They stay in force beside those of the WSUS."
            ));
        }
        let all = self.sources.all();
        let sources = all.iter().filter_map(|record| self.readable_source(record));
        for other in sources.filter(|source| source.config.upstream().is_some_and(|upstream| upstream.replica)) {
            warnings.push(format!(
                "The site is a replica of {} already; a site follows one server's decisions.",
                other.name
            ));
        }
        warnings
    }
}

fn counted(there: &crate::sync::Look) -> Found {
    let decisions = &there.decisions;
    let groups: Vec<_> = decisions.groups.iter().filter(|group| !group.is_builtin).collect();
    let approvals = decisions
        .deployments
        .iter()
        .filter(|one| one.action != sluice_wsus::messages::server_sync::ServerSyncAction::Scan);
    Found {
        categories: there.categories as u64,
        updates: there.updates.as_ref().map(|updates| updates.len() as u64),
        group_count: groups.len() as u64,
        groups: groups.iter().take(MAX_GROUPS).map(|group| shown(&group.name)).collect(),
        approvals: approvals.count() as u64,
        declined: decisions.hidden_updates.len() as u64,
        licences: decisions.accepted_eulas.len() as u64,
    }
}
