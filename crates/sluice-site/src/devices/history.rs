//! What happened on a device.

use jiff::Timestamp;
use sluice_model::DeviceId;
use sluice_store::{device_event, windows_event};

use super::find;
use crate::caller::{Caller, Permission};
use crate::error::SiteResult;
use crate::page::{Page, PageRequest, limit_and_one};
use crate::site::Site;
use crate::windows::reporting::describe;

/// A line of a device's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceEvent {
    /// When.
    pub at: Timestamp,
    /// What sort.
    pub kind: String,
    /// One line.
    pub text: String,
}

impl Site {
    /// A device's history, newest first.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid` for a bad cursor.
    pub async fn device_events(
        &self,
        caller: &Caller,
        id: DeviceId,
        page: PageRequest,
    ) -> SiteResult<Page<DeviceEvent>> {
        caller.require(Permission::Read)?;
        let fleet = self.fleet();
        let is_windows = find(&fleet, id)?.windows.is_some();
        let limit = page.limit()?;
        let before = page.cursor.as_deref().map(|c| c.parse().map_err(|_| PageRequest::bad_cursor())).transpose()?;
        let mut reader = self.store.reader().await?;
        if is_windows {
            let rows = windows_event::page(&mut reader, id, before, limit_and_one(limit)).await?;
            let lines = rows.into_iter().map(|row| (row.seq, describe(fleet.catalog(), row.event)));
            return Ok(cut(lines.collect(), limit));
        }
        let rows = device_event::list(&mut reader, id, before, limit_and_one(limit)).await?;
        let lines = rows
            .into_iter()
            .map(|row| (row.seq, DeviceEvent { at: row.event.at, kind: row.event.kind, text: row.event.detail }));
        Ok(cut(lines.collect(), limit))
    }
}

/// A page of at most `limit` lines, each with its number, of one line more than that.
fn cut(mut lines: Vec<(u64, DeviceEvent)>, limit: usize) -> Page<DeviceEvent> {
    let more = lines.len() > limit;
    lines.truncate(limit);
    let next = lines.last().filter(|_| more).map(|(seq, _)| seq.to_string());
    Page { items: lines.into_iter().map(|(_, event)| event).collect(), next, total: None }
}
