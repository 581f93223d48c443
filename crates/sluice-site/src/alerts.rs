//! Alerts: raised by what goes wrong, cleared by what makes it right.

use jiff::Timestamp;
use sluice_model::AlertId;

use sluice_store::alert;

use crate::caller::{Caller, Permission};
use crate::error::SiteResult;
use crate::site::Site;

/// An alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Identity.
    pub id: AlertId,
    /// What sort: `sync-failed`.
    pub kind: String,
    /// About what: a source's name.
    pub subject: String,
    /// What, why, and what to do.
    pub message: String,
    /// Since when.
    pub raised_at: Timestamp,
    /// Until when.
    pub cleared_at: Option<Timestamp>,
}

/// Alerts shown when closed ones are asked for too.
const RECENT: u32 = 500;

impl Site {
    /// Alerts, newest first: the open ones, or recent ones whether open or not.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn alerts(&self, caller: &Caller, open_only: bool) -> SiteResult<Vec<Alert>> {
        caller.require(Permission::Read)?;
        let mut reader = self.store.reader().await?;
        let rows = if open_only { alert::open(&mut reader).await? } else { alert::recent(&mut reader, RECENT).await? };
        let alerts = rows.into_iter().map(|row| Alert {
            id: row.id,
            kind: row.kind,
            subject: row.subject,
            message: row.message,
            raised_at: row.raised_at,
            cleared_at: row.cleared_at,
        });
        Ok(alerts.collect())
    }
}
