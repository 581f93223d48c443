//! The use case: an export from its plan to the end of its stream.

mod outgoing;
mod plan;
mod write;

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use sluice_bundle::{ContentChoice, Header, Part};
use sluice_store::bundle_export::ExportRecord;
use sluice_store::{audit, bundle_export};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::history::{self, BundleExport};
use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;
use outgoing::Outgoing;
use plan::Plan;

/// Longest time until a bundle expires: what is older says nothing useful any more.
pub const MAX_EXPIRES: SignedDuration = SignedDuration::from_hours(24 * 366);
/// Pieces that wait to be sent.
const PIECES: usize = 4;

/// What is to be exported.
#[derive(Clone, Debug)]
pub struct ExportRequest {
    /// The export it goes on from, by its identity or number, or `last`; `None`: everything.
    pub since: Option<String>,
    /// Which files.
    pub content: ContentChoice,
    /// What; in any order.
    pub parts: Vec<Part>,
    /// How long it may be imported.
    pub expires_in: SignedDuration,
    /// The only site that may import it.
    pub intended: Option<Uuid>,
}

/// A bundle that is being written.
pub struct ExportStream {
    /// What is known of it before it is written.
    pub export: BundleExport,
    /// Files that belong into it and are not at the site, or are damaged there.
    pub missing: u64,
    /// Its bytes. An error as the last item: it broke off.
    pub body: mpsc::Receiver<io::Result<Bytes>>,
}

impl Site {
    /// Exports a bundle. It is in the history as soon as this returns, and as whole when the last of
    /// its bytes was taken.
    ///
    /// # Errors
    /// `Forbidden`; `Invalid` for an expiry that makes no sense; `NotFound` for an export to go on
    /// from; `Conflict` when that one broke off, or another export runs.
    pub async fn export_bundle(self: &Arc<Self>, caller: &Caller, request: ExportRequest) -> SiteResult<ExportStream> {
        caller.require(Permission::ManageSite)?;
        if request.expires_in <= SignedDuration::ZERO || request.expires_in > MAX_EXPIRES {
            return Err(SiteError::invalid(
                "expires_seconds",
                "a bundle expires after a second to 366 days",
                "Leave it at 30 days unless it travels longer.",
            ));
        }
        let one = Arc::clone(&self.bundles.exporting).try_lock_owned();
        let one = one.map_err(|_| SiteError::conflict("another export runs", "Wait until it is done."))?;
        let base = match &request.since {
            Some(since) => Some(self.export_since(since).await?),
            None => None,
        };
        let plan = Plan::make(self, &request, base.as_ref()).await?;
        let (now, id) = (self.now(), self.host.new_id());
        let expires_at = now.checked_add(request.expires_in).unwrap_or(Timestamp::MAX);
        let mut record = ExportRecord {
            id,
            sequence: 0,
            previous: base.map(|base| base.id),
            started_at: now,
            started_by: caller.name.clone(),
            expires_at,
            intended: request.intended,
            parts: slugs(&plan.parts),
            content: request.content.slug().to_owned(),
            revision: plan.up_to,
            end: None,
        };
        let detail = format!("{} files, expires {expires_at:.0}", plan.files.len());
        let entry = self.audit_entry(caller, "bundle.export", &id.to_string(), &detail);
        let new = record.clone();
        let begin = self.store.write(move |tx| {
            Box::pin(async move {
                let sequence = bundle_export::begin(tx, &new).await?;
                bundle_export::forget(tx, sequence.saturating_sub(u64::from(history::SHOWN))).await?;
                audit::append(tx, entry).await?;
                Ok(sequence)
            })
        });
        record.sequence = begin.await?;
        let header = Header {
            bundle: id,
            sequence: record.sequence,
            previous: record.previous,
            site: self.bundles.identity.site,
            site_name: self.config.name.clone(),
            created: now,
            expires: expires_at,
            intended: record.intended,
            parts: plan.parts.clone(),
            content: request.content,
        };
        let (sender, body) = mpsc::channel(PIECES);
        let (site, missing) = (Arc::clone(self), plan.missing);
        let runtime = tokio::runtime::Handle::current();
        self.tasks.spawn_blocking(move || {
            write::run(&site, &runtime, &header, plan, Outgoing::new(sender, one));
        });
        Ok(ExportStream { export: history::export(record), missing, body })
    }

    /// The export a delta goes on from.
    async fn export_since(&self, since: &str) -> SiteResult<ExportRecord> {
        let mut reader = self.store.reader().await?;
        let all = bundle_export::list(&mut reader, history::SHOWN).await?;
        drop(reader);
        let found = match since {
            "last" => all.into_iter().find(|export| export.end.is_some()),
            text => all.into_iter().find(|e| e.id.to_string() == text || e.sequence.to_string() == text),
        };
        let found = found.ok_or_else(|| SiteError::not_found("export", since.chars().take(40).collect::<String>()))?;
        if found.end.is_none() {
            return Err(SiteError::conflict(
                "the export to go on from broke off, or is under way",
                "Go on from the one before: `sluice bundle list`.",
            ));
        }
        Ok(found)
    }
}

fn slugs(parts: &[Part]) -> String {
    parts.iter().map(|part| part.slug()).collect::<Vec<_>>().join(" ")
}
