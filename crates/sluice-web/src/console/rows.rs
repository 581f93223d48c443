//! Rows of lists, from the site's to the page's.

use jiff::Timestamp;
use sluice_site::devices::{DeviceRow, Enforcement};
use sluice_site::updates::UpdateRow;

use super::component::{Bar, Chip, Tone, When, grouped};
use super::say;
use super::text::Text;
use super::view::devices::DeviceLine;
use super::view::list::{EnforcementLine, Link, UpdateLine};

/// An update in a list.
pub fn update(t: &Text, row: UpdateRow, now: Timestamp) -> UpdateLine {
    let label = match row.percent_compliant {
        Some(percent) => t.common.percent_compliant.with(percent),
        None => t.common.unassessed.to_string(),
    };
    UpdateLine {
        id: row.id.to_string(),
        href: format!("/updates/{}", row.id),
        classification: say::classification(row.classification),
        marks: update_marks(t, &row),
        title: row.title,
        product: row.product,
        required: grouped(row.required),
        installed: grouped(row.installed),
        compliance: Bar::compliance(row.percent_compliant, label),
        released: row.released.map(|at| When::new(&t.common, at, now)),
    }
}

/// What is special about an update.
pub fn update_marks(t: &Text, row: &UpdateRow) -> Vec<Chip> {
    let marks = [
        (row.deployed, Chip::new(Tone::Busy, t.states.deployed)),
        (row.superseded, Chip::label(Tone::Quiet, t.states.superseded)),
        (row.expired, Chip::label(Tone::Quiet, t.states.expired)),
        (row.declined, Chip::label(Tone::Warn, t.states.declined)),
        (!row.selected, Chip::label(Tone::Warn, t.states.not_selected)),
        (row.awaits_licence, Chip::label(Tone::Warn, t.states.awaits_licence)),
    ];
    marks.into_iter().filter_map(|(is, chip)| is.then_some(chip)).collect()
}

/// A device in a list.
pub fn device(t: &Text, row: DeviceRow, now: Timestamp) -> DeviceLine {
    DeviceLine {
        device: Link::new(format!("/devices/{}", row.id), &row.name),
        condition: condition(t, &row),
        system: row.os,
        required: if row.reported { grouped(row.required) } else { "–".to_owned() },
        security: row.required_security,
        contact: row.last_contact.map(|at| When::new(&t.common, at, now)),
    }
}

/// What there is to say about a device, worst first.
pub fn condition(t: &Text, row: &DeviceRow) -> Vec<Chip> {
    let s = &t.states;
    let chips = [
        (row.server.is_some(), Chip::label(Tone::Quiet, of_server(t, row))),
        (row.failures > 0, Chip::new(Tone::Bad, s.failed)),
        (row.doubtful, Chip::new(Tone::Warn, s.doubtful)),
        (row.scan_error.is_some(), Chip::new(Tone::Warn, s.scan_failed)),
        (row.silent, Chip::new(Tone::Warn, s.silent)),
        (row.needs_restart, Chip::new(Tone::Warn, s.needs_restart)),
        (!row.reported, Chip::new(Tone::Quiet, s.never_reported)),
        (row.reported && row.required > 0, Chip::new(Tone::Warn, s.non_compliant)),
        (row.outside_catalog > 0, Chip::new(Tone::Warn, s.outside_catalog)),
        (row.reported && row.required + row.outside_catalog == 0, Chip::new(Tone::Good, s.compliant)),
    ];
    chips.into_iter().filter_map(|(is, chip)| is.then_some(chip)).collect()
}

/// Whose device it is, of one that a server further down reports.
fn of_server(t: &Text, row: &DeviceRow) -> String {
    row.server.as_ref().map(|(_, name)| t.devices.of_server.with(name)).unwrap_or_default()
}

/// What a deployment did, from the device's side: its subject is the update.
pub fn enforcement(t: &Text, record: Enforcement, now: Timestamp) -> EnforcementLine {
    EnforcementLine {
        subject: Link::new(format!("/updates/{}", record.update), record.title),
        state: say::enforcement(&t.states, record.state),
        error: record.error.map(say::error),
        detail: record.detail,
        output: record.output,
        at: When::new(&t.common, record.at, now),
    }
}
