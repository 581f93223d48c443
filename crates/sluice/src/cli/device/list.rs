//! `sluice device list`.

use clap::Args;
use sluice_web::api::devices::list::Device;
use sluice_web::api::words::{DeviceKind, DeviceSort, DeviceState};

use crate::cli::Context;
use crate::cli::client::Query;
use crate::cli::error::CliError;
use crate::cli::names;
use crate::cli::output::Answer;
use crate::cli::paging::{Extent, rows};
use crate::cli::table::{Cell, Column, Table};
use crate::cli::view::{Style, View};
use crate::cli::word::word;

pub(super) const EXAMPLES: &str = "Examples:
  sluice device list --state non-compliant --sort required --descending
  sluice device list --kind windows --state scan-failed
  sluice device list --server 6f1c2f6e-3f0b-4d3a-9b1e-0d2f6a1c5e12
  sluice device list --collection \"Ring 1\" --all --json";

/// Which devices, and in which order.
#[derive(Debug, Args)]
pub struct List {
    /// Part of the name or operating system; of Windows devices also of client id and model.
    #[arg(long)]
    text: Option<String>,
    /// Only devices of this kind.
    #[arg(long, value_name = "WORD", value_parser = word(DeviceKind::ALL))]
    kind: Option<DeviceKind>,
    /// Only devices in this state.
    #[arg(long, value_name = "WORD", value_parser = word(DeviceState::ALL))]
    state: Option<DeviceState>,
    /// Only members of this collection.
    #[arg(long)]
    collection: Option<String>,
    /// Only devices of this downstream server and those below it, by its GUID; `here`: of this site.
    #[arg(long, value_name = "GUID")]
    server: Option<String>,
    /// What to sort by.
    #[arg(long, value_name = "WORD", default_value = "name", value_parser = word(DeviceSort::ALL))]
    sort: DeviceSort,
    /// Largest or last first.
    #[arg(long)]
    descending: bool,
    #[command(flatten)]
    extent: Extent,
}

pub(super) async fn run(list: List, context: &Context) -> Result<Answer, CliError> {
    let mut query: Query = vec![("sort", list.sort.to_string()), ("descending", list.descending.to_string())];
    query.extend(list.text.map(|text| ("text", text)));
    query.extend(list.kind.map(|kind| ("kind", kind.to_string())));
    query.extend(list.state.map(|state| ("state", state.to_string())));
    query.extend(list.server.map(|server| ("server", server)));
    if let Some(collection) = list.collection {
        query.push(("collection", names::collection(&context.api, &collection).await?.to_string()));
    }
    let rows = rows::<Device>(&context.api, "/devices", &query, list.extent).await?;
    let note = rows.note();
    Ok(Answer::of(rows.value, table(&rows.items, &context.view)).with_note(note))
}

/// A table of devices.
pub(in crate::cli) fn table(devices: &[Device], view: &View) -> String {
    let columns = [
        Column::text("NAME"),
        Column::text("OPERATING SYSTEM"),
        Column::number("REQUIRED"),
        Column::number("SECURITY"),
        Column::number("INSTALLED"),
        Column::word("LAST CONTACT"),
        Column::word("STATE"),
    ];
    let mut table = Table::new(
        columns,
        "There are no such devices. Enrol one: `sluice token enroll`, or `sluice client-policy windows`.",
    );
    for device in devices {
        table.row([
            (&device.name).into(),
            (&device.os).into(),
            Cell::count(device.required, Style::Warn),
            Cell::count(device.required_security, Style::Bad),
            device.installed.to_string().into(),
            view.time_or_dash(device.last_contact).into(),
            state(device),
        ]);
    }
    table.render(view)
}

/// What matters most about a device, in one word or two.
fn state(device: &Device) -> Cell {
    match device {
        Device { doubtful: true, .. } => Cell::styled("identity in doubt", Style::Warn),
        Device { scan_error: Some(_), .. } => Cell::styled("scan failed", Style::Bad),
        Device { reported: false, .. } => Cell::styled("never reported", Style::Warn),
        Device { silent: true, .. } => Cell::styled("silent", Style::Bad),
        Device { failures: 1.., .. } => Cell::styled("failed", Style::Bad),
        Device { needs_restart: true, .. } => Cell::styled("needs restart", Style::Warn),
        Device { required: 1.., .. } => Cell::styled("non-compliant", Style::Warn),
        Device { outside_catalog: 1.., .. } => Cell::styled("unknown", Style::Warn),
        _ => Cell::styled("compliant", Style::Good),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_table_of_devices() {
        let device = Device {
            id: Uuid::nil(),
            name: "web1".into(),
            kind: DeviceKind::Linux,
            os: "Debian GNU/Linux 12 (bookworm)".into(),
            required: 14,
            required_security: 3,
            outside_catalog: 0,
            installed: 120,
            needs_restart: true,
            silent: false,
            failures: 0,
            last_contact: Some("2026-11-22T10:00:00Z".parse().unwrap()),
            last_inventory: None,
            reported: true,
            last_scan: None,
            scan_error: None,
            doubtful: false,
            server: None,
        };
        let new = Device { name: "web2".into(), reported: false, last_contact: None, ..device.clone() };
        let pc = Device {
            name: "pc-1".into(),
            kind: DeviceKind::Windows,
            os: "Windows 11 Pro 25H2".into(),
            doubtful: true,
            ..device.clone()
        };
        insta::assert_snapshot!(table(&[device, new, pc], &View::plain()), @r"
        NAME  OPERATING SYSTEM                REQUIRED  SECURITY  INSTALLED  LAST CONTACT      STATE
        web1  Debian GNU/Linux 12 (bookworm)        14         3        120  2026-11-22 10:00  needs restart
        web2  Debian GNU/Linux 12 (bookworm)        14         3        120  -                 never reported
        pc-1  Windows 11 Pro 25H2                   14         3        120  2026-11-22 10:00  identity in doubt
        ");
    }
}
