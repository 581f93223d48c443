//! What quickstart tells in the terminal.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use sluice_model::SyncPhase;
use sluice_site::devices::{DeviceFilter, DeviceSort};
use sluice_site::sync::{RunningSync, SyncOutcome};
use sluice_site::updates::{UpdateFilter, UpdateSort, UpdateState};
use sluice_site::{Caller, PageRequest, Site};

use crate::serve::Running;

/// Progress is redrawn this often.
const REDRAW: Duration = Duration::from_millis(200);
/// Longest wait for this machine's first inventory.
const FIRST_INVENTORY: Duration = Duration::from_secs(60);
/// Updates named in the summary.
const NAMED: usize = 10;

/// Speaks on standard output.
pub(super) struct Say {
    live: bool,
}

impl Say {
    pub(super) fn new() -> Self {
        Self { live: std::io::stdout().is_terminal() }
    }

    pub(super) fn line(&self, text: &str) {
        // A closed terminal is no reason to stop the site.
        let _closed = writeln!(std::io::stdout(), "{text}");
    }

    fn redraw(&self, text: &str) {
        if self.live {
            let _closed = write!(std::io::stdout(), "\r\u{1b}[2K{text}").and_then(|()| std::io::stdout().flush());
        }
    }

    /// Shows the synchronization until no source is under way.
    pub(super) async fn synchronization(&self, site: &Arc<Site>) -> anyhow::Result<()> {
        let system = Caller::system();
        let mut ticks = tokio::time::interval(REDRAW);
        loop {
            ticks.tick().await;
            let status = site.sync_status(&system).await?;
            let running: Vec<_> = status.iter().filter_map(|s| s.running.as_ref()).collect();
            if running.is_empty() {
                self.redraw("");
                for one in &status {
                    let Some(run) = &one.last_run else { continue };
                    let text = match run.outcome {
                        SyncOutcome::Failed => format!("failed: {}", run.error.as_deref().unwrap_or("unknown reason")),
                        SyncOutcome::Interrupted => "interrupted".to_owned(),
                        SyncOutcome::Unchanged => "nothing new".to_owned(),
                        SyncOutcome::Changed => {
                            format!("{} new updates, {} changed", run.updates_new, run.updates_changed)
                        }
                    };
                    self.line(&format!("  {}: {text}", one.source.name));
                    for warning in &one.source.warnings {
                        self.line(&format!("    note: {warning}"));
                    }
                    if let (SyncOutcome::Failed, Some(fix)) = (run.outcome, &run.fix) {
                        self.line(&format!("    {fix}"));
                    }
                }
                return Ok(());
            }
            let parts: Vec<String> = running.iter().map(|r| describe(r, site)).collect();
            self.redraw(&format!("Synchronizing: {}", parts.join("; ")));
        }
    }

    /// Waits for this machine's inventory and says what it needs.
    pub(super) async fn compliance(&self, site: &Arc<Site>, running: &Running) -> anyhow::Result<()> {
        let system = Caller::system();
        let mut events = site.events();
        let reported = || -> anyhow::Result<bool> {
            let page = PageRequest::default();
            let devices = site.list_devices(&system, &DeviceFilter::default(), DeviceSort::Name, false, &page)?;
            Ok(devices.items.iter().any(|device| device.reported))
        };
        let wait = async {
            while !reported()? {
                // Lagging behind is as good as an event: look again.
                if let Err(tokio::sync::broadcast::error::RecvError::Closed) = events.recv().await {
                    break;
                }
            }
            Ok::<_, anyhow::Error>(())
        };
        match tokio::time::timeout(FIRST_INVENTORY, wait).await {
            Ok(result) => result?,
            Err(_) => {
                self.line("This machine has not reported yet; see `sluice agent status` and the console.");
                return Ok(());
            }
        }
        let overview = site.overview(&system, None).await?;
        let filter = UpdateFilter { state: Some(UpdateState::Required), ..UpdateFilter::default() };
        let page = PageRequest { limit: Some(NAMED), cursor: None };
        let required = site.list_updates(&system, &filter, UpdateSort::Classification, false, &page)?;
        let total = required.total.unwrap_or(0);
        self.line("");
        if total == 0 {
            self.line("Compliance: this machine needs no update.");
        } else {
            self.line(&format!("Compliance: this machine needs {total} updates"));
            for (classification, updates, _) in &overview.required_by_classification {
                self.line(&format!("  {updates:>4}  {}", classification.title()));
            }
            for row in &required.items {
                self.line(&format!("        {} ({})", row.title, row.classification.title()));
            }
            if total > required.items.len() as u64 {
                self.line(&format!(
                    "        and {} more: {}/updates?state=required",
                    total - required.items.len() as u64,
                    running.admin_url
                ));
            }
        }
        if overview.needs_restart > 0 {
            self.line("  It needs a restart.");
        }
        Ok(())
    }
}

fn describe(running: &RunningSync, site: &Site) -> String {
    let progress = &running.progress;
    let what = match progress.phase {
        SyncPhase::Releases => "looking at",
        SyncPhase::Updates => "fetching",
        SyncPhase::Storing => "storing",
        SyncPhase::Publishing => "publishing",
    };
    let percent = progress.percent().map(|p| format!(" {p} %")).unwrap_or_default();
    let left = progress.remaining(site.now()).filter(|left| left.as_secs() > 0);
    let left = left.map(|left| format!(", {} s left", left.as_secs())).unwrap_or_default();
    format!("{what} {}{percent}{left}", progress.item)
}
