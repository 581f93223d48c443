//! Who did what: append-only and hash-chained.

use jiff::Timestamp;

use sluice_store::audit;

use crate::caller::{Caller, Permission};
use crate::error::SiteResult;
use crate::page::{Page, PageRequest, limit_and_one};
use crate::site::Site;

/// A line of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Number, from 1, without gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What: `deployment.create`.
    pub action: String,
    /// To what.
    pub object: String,
    /// More.
    pub detail: String,
}

impl Site {
    pub(crate) fn audit_entry(&self, caller: &Caller, action: &str, object: &str, detail: &str) -> audit::AuditEntry {
        audit::AuditEntry {
            at: self.now(),
            actor: caller.name.clone(),
            action: action.into(),
            object: object.into(),
            detail: detail.into(),
        }
    }

    /// A page of the audit, newest first.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid` for a bad cursor.
    pub async fn audit_log(&self, caller: &Caller, page: PageRequest) -> SiteResult<Page<AuditEntry>> {
        caller.require(Permission::ManageSite)?;
        let limit = page.limit()?;
        let before = page.cursor.as_deref().map(|c| c.parse().map_err(|_| PageRequest::bad_cursor())).transpose()?;
        let mut rows = audit::list(&mut self.store.reader().await?, before, limit_and_one(limit)).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| row.seq.to_string());
        let items = rows.into_iter().map(|row| AuditEntry {
            seq: row.seq,
            at: row.entry.at,
            actor: row.entry.actor,
            action: row.entry.action,
            object: row.entry.object,
            detail: row.entry.detail,
        });
        Ok(Page { items: items.collect(), next, total: None })
    }
}
