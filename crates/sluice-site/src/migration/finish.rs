//! The cut-over: the site is detached, and what it inherited is its own. The WSUS is not touched.

use std::collections::HashSet;
use std::sync::Arc;

use sluice_model::{CategoryId, Choice, RevisionId};

use super::record::MigrationRecord;
use super::status::{MigrationState, MigrationStatus};
use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::selection::SelectionEdit;
use crate::site::Site;
use crate::sources::{MICROSOFT_UPDATE, SourceConfig, SourceSpec, UpstreamSource, free_name};

/// What becomes of the source after the cut-over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterMigration {
    /// It goes on bringing updates from the WSUS; decisions are made here.
    #[default]
    Autonomous,
    /// It is removed. What came stays.
    Removed,
    /// It becomes one of Microsoft Update.
    MicrosoftUpdate,
}

impl AfterMigration {
    /// All.
    pub const ALL: [Self; 3] = [Self::Autonomous, Self::Removed, Self::MicrosoftUpdate];

    /// The spelling in the API and on the command line.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Autonomous => "autonomous",
            Self::Removed => "removed",
            Self::MicrosoftUpdate => "microsoft-update",
        }
    }
}

/// How the cut-over is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigrationEnd {
    /// What becomes of the source.
    pub after: AfterMigration,
    /// Whether differences that remain are accepted.
    pub accept_differences: bool,
    /// For Microsoft Update: certificate authorities beside those of the machine, PEM.
    pub authorities: Option<String>,
}

impl Site {
    /// Detaches the site from the WSUS that was taken over. Again, it only says where that stands.
    ///
    /// # Errors
    /// `Forbidden`; `Conflict` as long as not everything came, while it is synchronized, and when differences remain
    /// that are not accepted; `Unavailable` when the WSUS, or Microsoft Update, cannot be asked.
    pub async fn finish_migration(self: &Arc<Self>, caller: &Caller, end: MigrationEnd) -> SiteResult<MigrationStatus> {
        caller.require(Permission::ManageSite)?;
        let status = self.migration_status(caller).await?;
        match status.state {
            MigrationState::Finished => return Ok(status),
            MigrationState::Ready => {}
            MigrationState::None | MigrationState::Running | MigrationState::Abandoned => {
                return Err(SiteError::conflict("not everything of a WSUS is here", status.next));
            }
        }
        let record = MigrationRecord::load(&mut self.store.reader().await?).await?;
        let record = record.ok_or_else(|| SiteError::not_found("take-over", "of a WSUS"))?;
        if !end.accept_differences && !record.detached {
            let report = self.migration_report(caller).await?;
            if report.total > 0 {
                return Err(SiteError::conflict(
                    format!("{} differences remain between the WSUS and this site", report.total),
                    "Look at them: `sluice migrate wsus report`; or accept them: `--accept-differences`.",
                ));
            }
        }
        let (site, caller) = (Arc::clone(self), caller.clone());
        self.to_the_end(async move { site.detach(&caller, record, end).await }).await
    }

    async fn detach(
        self: Arc<Self>,
        caller: &Caller,
        record: MigrationRecord,
        end: MigrationEnd,
    ) -> SiteResult<MigrationStatus> {
        let known = self.source(caller, record.source).await?;
        let upstream = known.config.upstream().ok_or_else(|| SiteError::not_found("upstream server", known.id))?;
        let config = match end.after {
            AfterMigration::Removed => None,
            AfterMigration::Autonomous => Some(UpstreamSource { replica: false, ..upstream.clone() }),
            AfterMigration::MicrosoftUpdate => Some(UpstreamSource {
                url: MICROSOFT_UPDATE.to_owned(),
                replica: false,
                authorities: end.authorities.or_else(|| upstream.authorities.clone()),
                pinned: Vec::new(),
                ..upstream.clone()
            }),
        };
        let config = config.map(|config| SourceConfig::Upstream(Box::new(config)));
        if let Some(config) = config.as_ref().filter(|_| end.after == AfterMigration::MicrosoftUpdate) {
            let check = self.check_source(caller, config).await?;
            if let Some(error) = check.error {
                return Err(SiteError::unavailable(error, check.fix.unwrap_or_default()));
            }
        }
        // From here on nothing is followed and nothing runs; killed, the rest is done by the next try.
        let own = UpstreamSource { replica: false, ..upstream.clone() };
        let detached = SourceSpec {
            name: known.name.clone(),
            config: SourceConfig::Upstream(Box::new(own)),
            schedule: known.schedule.clone(),
            enabled: false,
        };
        self.update_source(caller, known.id, detached.clone()).await?;
        let record = MigrationRecord { detached: true, ..record };
        self.put_migration(caller, &record, "migration.detach").await?;
        self.narrow(caller, record.selected.as_deref().unwrap_or_default()).await?;
        match config {
            None => self.delete_source(caller, known.id).await?,
            Some(config) => {
                let name = if end.after == AfterMigration::MicrosoftUpdate { "Microsoft Update" } else { &known.name };
                let sources = self.list_sources(caller).await?;
                let is_taken = |name: &str| sources.iter().any(|other| other.id != known.id && other.name == name);
                let name = free_name(name, is_taken);
                self.update_source(caller, known.id, SourceSpec { name, config, enabled: true, ..detached }).await?;
            }
        }
        let finished = MigrationRecord { finished_at: Some(self.now()), ..record };
        self.put_migration(caller, &finished, "migration.finish").await?;
        self.migration_status(caller).await
    }

    /// Of what was selected so that everything comes, only what has updates stays selected: what the WSUS had.
    async fn narrow(self: &Arc<Self>, caller: &Caller, selected: &[CategoryId]) -> SiteResult<()> {
        let catalog = self.catalog();
        let mut used: HashSet<CategoryId> = HashSet::new();
        for revision in catalog.current_revisions().iter().map(RevisionId) {
            let Some(update) = catalog.revision(revision) else { continue };
            used.insert(update.classification.id());
            if update.content.windows().is_some() {
                used.extend(catalog.products_of(revision));
            }
        }
        let roots: Vec<_> = selected.iter().copied().filter(|id| !used.contains(id)).collect();
        let within = |id: &CategoryId| catalog.categories().upwards(*id).any(|above| roots.contains(&above.id));
        let is_selected = |id: &CategoryId| catalog.effective_choice(*id) == Some(Choice::Selected);
        let select: Vec<_> = used.iter().copied().filter(within).filter(is_selected).collect();
        let edit = SelectionEdit { select, deselect: roots, acknowledge_all: true, ..SelectionEdit::default() };
        self.change_selection(caller, edit).await.map(drop)
    }
}
