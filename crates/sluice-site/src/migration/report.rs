//! The comparison of the WSUS with this site, asked for now.

use std::collections::HashMap;

use jiff::Timestamp;
use sluice_store::quarantine;

use super::compare::{Compared, Counted, Difference, Here, compare};
use super::record::MigrationRecord;
use super::words::{NOT_BROUGHT, NotBrought};
use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;
use crate::sync::look;
use crate::windows::import::revision_of;

/// What a WSUS has and this site has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationReport {
    /// The WSUS.
    pub url: String,
    /// When it was asked.
    pub at: Timestamp,
    /// How much of what there is is here.
    pub counted: Vec<Counted>,
    /// What differs, by kind and name; at most a thousand.
    pub differences: Vec<Difference>,
    /// How many there are.
    pub total: u64,
    /// Devices that scanned here so far: those of the WSUS come with their first scan.
    pub devices: u64,
    /// Of these, those that are in no collection but that of all devices.
    pub devices_in_no_group: u64,
    /// What the protocol does not bring.
    pub not_brought: Vec<NotBrought>,
}

impl Site {
    /// Compares the WSUS that is being taken over with this site. The WSUS is asked for whole lists, so that this may
    /// take a minute.
    ///
    /// # Errors
    /// `Forbidden`; `Conflict` when none is being taken over; `Unavailable` when it cannot be asked.
    pub async fn migration_report(&self, caller: &Caller) -> SiteResult<MigrationReport> {
        caller.require(Permission::ManageSite)?;
        let (record, items) = {
            let mut reader = self.store.reader().await?;
            (MigrationRecord::load(&mut reader).await?, quarantine::list(&mut reader, false).await?)
        };
        let source = record.as_ref().filter(|record| record.finished_at.is_none());
        let source = source.and_then(|record| self.sources.get(record.source));
        let Some((record, source)) = record.zip(source) else {
            return Err(SiteError::conflict(
                "no WSUS is being taken over",
                "Begin: `sluice migrate wsus start --from URL`.",
            ));
        };
        let config = self.source_view(&source)?.config;
        let upstream = config.upstream().ok_or_else(|| SiteError::not_found("upstream server", source.id))?;
        let there = look(self, upstream, Some(&source)).await.map_err(|error| {
            let fix = error.fix();
            SiteError::unavailable(error.to_string(), fix).with_source(error)
        })?;
        let own = items.into_iter().filter(|item| item.source == source.id);
        let refused: HashMap<_, _> = own.filter_map(|item| Some((revision_of(&item.item)?, item.reason))).collect();
        let (directory, fleet) = (self.directory.load_full(), self.fleet());
        let mut devices = (0, 0);
        for row in fleet.devices().filter(|row| row.origin().is_none() && row.windows.is_some()) {
            devices.0 += 1;
            devices.1 += u64::from(directory.collections_of(row.id).len() <= 1);
        }
        let work = move || {
            let here = Here { directory: &directory, catalog: fleet.catalog(), quarantine: &refused };
            compare(&there, &here)
        };
        let compared = tokio::task::spawn_blocking(work).await;
        let Compared { counted, differences, total } =
            compared.map_err(|error| SiteError::internal("comparing with the WSUS", error))?;
        Ok(MigrationReport {
            url: record.url,
            at: self.now(),
            counted,
            differences,
            total,
            devices: devices.0,
            devices_in_no_group: devices.1,
            not_brought: NOT_BROUGHT.to_vec(),
        })
    }
}
