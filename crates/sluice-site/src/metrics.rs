//! Figures for a monitoring system.

use std::sync::atomic::{AtomicU64, Ordering};

use sluice_model::DeviceKind;

use crate::caller::{Caller, Permission};
use crate::error::SiteResult;
use crate::site::Site;

/// A figure at this moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric {
    /// Its name, without prefix.
    pub name: &'static str,
    /// What it counts or measures, with its unit.
    pub help: &'static str,
    /// Whether it only rises while the process runs.
    pub counter: bool,
    /// What the figure is about, as label and value; `None`: the site.
    pub label: Option<(&'static str, &'static str)>,
    /// The figure.
    pub value: f64,
}

/// What is counted while it happens.
#[derive(Default)]
pub(crate) struct Counters {
    /// Rounds of Windows scans that were answered.
    pub(crate) rounds: AtomicU64,
    /// Windows scans that began: rounds without any memory of an earlier one.
    pub(crate) first_rounds: AtomicU64,
    /// Answers to Windows devices that were kept from before.
    pub(crate) recalled: AtomicU64,
    /// Events of Windows devices that were new.
    pub(crate) events: AtomicU64,
    /// Windows devices that wanted to register and were not let.
    pub(crate) unregistered: AtomicU64,
}

impl Counters {
    pub(crate) fn add(counter: &AtomicU64, more: u64) {
        counter.fetch_add(more, Ordering::Relaxed);
    }
}

impl Site {
    /// The figures of the site now.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn metrics(&self, caller: &Caller) -> SiteResult<Vec<Metric>> {
        caller.require(Permission::Read)?;
        let fleet = self.fleet();
        let silent_since = self.silent_since();
        let gauge = |name, help, value: u64| Metric { name, help, counter: false, label: None, value: float(value) };
        let counter = |name, help, value: &AtomicU64| {
            let value = float(value.load(Ordering::Relaxed));
            Metric { name, help, counter: true, label: None, value }
        };
        let count = |holds: &dyn Fn(&sluice_catalog::DeviceRow) -> bool| {
            fleet.devices().filter(|row| holds(row)).count() as u64
        };
        let mut metrics = vec![
            gauge("catalog_version", "Version of the catalog served.", fleet.catalog().version()),
            gauge("updates", "Updates in the catalog.", fleet.catalog().current_revisions().len()),
            gauge("devices", "Devices.", fleet.len() as u64),
            gauge("devices_windows", "Windows devices.", count(&|row| row.kind() == DeviceKind::Windows)),
            gauge("devices_downstream", "Devices of downstream servers.", count(&|row| row.origin().is_some())),
            gauge("devices_silent", "Devices not heard for too long.", count(&|row| row.silent_since(silent_since))),
            gauge("devices_need_restart", "Devices that need a restart.", count(&|row| row.needs_restart())),
            counter("windows_rounds_total", "Rounds of Windows scans answered.", &self.counters.rounds),
            counter("windows_first_rounds_total", "Windows scans begun without memory.", &self.counters.first_rounds),
            counter("windows_recalled_total", "Answers to Windows devices that were kept.", &self.counters.recalled),
            counter("windows_events_total", "New events of Windows devices.", &self.counters.events),
            counter(
                "windows_registrations_refused_total",
                "Windows devices not let register: too many, or at a central administration site.",
                &self.counters.unregistered,
            ),
            gauge(
                "downstream_deployments_left_out",
                "Deployments of single updates that replicas are not told of, because there are too many.",
                self.downstream.decisions.left_out(),
            ),
        ];
        metrics.push(Metric {
            name: "downstream_refused_total",
            help: "Servers that asked to synchronize and are not approved.",
            counter: true,
            label: None,
            value: float(self.downstream_refused()),
        });
        let (answered, refused) = self.windows_plain_requests();
        for (outcome, value) in [("answered", answered), ("refused", refused)] {
            metrics.push(Metric {
                name: "windows_plain_requests_total",
                help: "Requests for metadata that came without TLS.",
                counter: true,
                label: Some(("outcome", outcome)),
                value: float(value),
            });
        }
        for status in self.reconcilers.status() {
            metrics.push(Metric {
                name: "reconciler_failing",
                help: "1 when the last run of a piece of background work failed.",
                counter: false,
                label: Some(("reconciler", status.name)),
                value: if status.last_error.is_some() { 1.0 } else { 0.0 },
            });
        }
        Ok(metrics)
    }
}

/// Figures beyond 2^53 lose their last digits, which no monitoring system minds.
#[expect(clippy::cast_precision_loss, reason = "see above")]
fn float(value: u64) -> f64 {
    value as f64
}
