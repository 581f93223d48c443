//! A device as text.

use sluice_web::api::devices::detail::{DeviceDetails, RestartEvidence};
use sluice_web::api::devices::enforcement::Enforcement;
use sluice_web::api::devices::events::DeviceEvent;
use sluice_web::api::devices::explain::Explanation;
use sluice_web::api::devices::packages::UpgradablePackage;
use sluice_web::api::devices::windows::{IdentityDoubt, WindowsDevice};
use sluice_web::api::words::EnforcementState;

use crate::cli::table::{Cell, Column, Table, facts};
use crate::cli::view::{Style, View, clean};

/// Everything about a device.
pub(super) fn one(detail: &DeviceDetails, view: &View) -> String {
    let device = &detail.device;
    let indexes: Vec<_> = detail
        .indexes
        .iter()
        .map(|index| {
            let assessed = if index.synchronized { "" } else { "  (not synchronized by this site: not assessed)" };
            format!("{} {} {} {}{assessed}", index.uri, index.suite, index.component, index.architecture)
        })
        .collect();
    let collections: Vec<_> = detail.collections.iter().map(|collection| collection.name.as_str()).collect();
    let kernel = match &detail.kernel_newest {
        Some(newest) if *newest != detail.kernel_running => format!("{} (installed: {newest})", detail.kernel_running),
        _ => detail.kernel_running.clone(),
    };
    let install =
        if detail.agent.can_install { "can install" } else { "cannot install: not root, or no known package manager" };
    let windows = detail.windows.as_ref();
    let agent = match windows {
        Some(windows) => format!("{}, protocol {}", detail.agent.version, windows.protocol),
        None => format!("{}, {}, {install}", detail.agent.version, detail.agent.state),
    };
    let restart = match (windows, device.needs_restart) {
        (None, _) => restart(&detail.restart),
        (Some(_), true) => "needed: an installed update is in force only after it".to_owned(),
        (Some(_), false) => "not needed".to_owned(),
    };
    let last_report = view.time_or_dash(device.last_inventory);
    let required = format!("{}, {} of them security updates", device.required, device.required_security);
    let outside = match device.outside_catalog {
        0 => String::new(),
        many => format!("{many}, so it is unknown whether it is compliant; the server that it is of reports them"),
    };
    let mut lines = vec![
        ("Name", device.name.clone()),
        ("Identity", device.id.to_string()),
        ("Operating system", device.os.clone()),
        ("Architecture", detail.architecture.clone()),
        ("Kernel", kernel),
        ("Required updates", required),
        ("Not in this catalog", outside),
        ("Installed updates", device.installed.to_string()),
        ("Restart", restart),
        ("Agent", agent),
        ("Agent says", detail.agent.detail.clone()),
        ("Enrolled", view.time(detail.enrolled_at)),
        ("Last contact", view.time_or_dash(device.last_contact)),
        (if windows.is_some() { "Last status" } else { "Last inventory" }, last_report),
        ("Held packages", detail.held.join(", ")),
        ("Broken packages", detail.broken.join(", ")),
        ("Collections", collections.join("\n")),
        ("Package sources", indexes.join("\n")),
    ];
    lines.extend(windows.into_iter().flat_map(|windows| windows_facts(windows, view)));
    lines.retain(|(_, fact)| !fact.is_empty());
    let mut text = facts(view, &lines);
    if !detail.enforcement.is_empty() {
        text.push('\n');
        text.push_str(&enforcement(&detail.enforcement, view));
    }
    text
}

fn windows_facts(windows: &WindowsDevice, view: &View) -> Vec<(&'static str, String)> {
    let error = windows.scan_error.as_ref();
    let error = error.map(|error| format!("{}: {} {}", error.symbol, error.meaning, error.next_step));
    let attributes: Vec<_> =
        windows.attributes.iter().map(|attribute| format!("{}={}", attribute.name, attribute.value)).collect();
    vec![
        ("Last scan", view.time_or_dash(windows.last_scan)),
        ("Scan error", error.unwrap_or_default()),
        ("Identity in doubt", windows.doubt.as_ref().map(doubt).unwrap_or_default()),
        ("Client id", windows.client_id.clone()),
        ("Name in DNS", windows.dns_name.clone()),
        ("Groups by policy", windows.target_groups.join("\n")),
        ("Windows version", windows.os_version.clone()),
        ("Language", windows.locale.clone()),
        ("Computer", format!("{} {}", windows.manufacturer, windows.model).trim().to_owned()),
        ("Firmware", windows.firmware.clone()),
        ("Attributes", attributes.join("\n")),
    ]
}

fn doubt(doubt: &IdentityDoubt) -> String {
    let what = match &doubt.replaced_by {
        Some(newer) => format!("the computer has a newer record, {} ({})", newer.name, newer.id),
        None => format!("the computers {} use the same client id", doubt.names.join(", ")),
    };
    format!("{what}\n{}", doubt.next_step)
}

fn restart(evidence: &RestartEvidence) -> String {
    let mut lines = Vec::new();
    if evidence.kernel {
        lines.push("needed: a newer kernel is installed than runs".to_owned());
    }
    if evidence.flag_file {
        lines.push(format!("needed: asked for by {}", evidence.flag_packages.join(", ")));
    }
    let stale = evidence.libraries.iter().map(|library| format!("{} still uses {}", library.process, library.path));
    lines.extend(stale);
    if lines.is_empty() { "not needed".to_owned() } else { lines.join("\n") }
}

/// How far deployed updates have come.
pub(in crate::cli) fn enforcement(items: &[Enforcement], view: &View) -> String {
    let columns = [
        Column::text("UPDATE"),
        Column::text("DEVICE"),
        Column::word("ENFORCEMENT"),
        Column::word("SINCE"),
        Column::text("DETAIL"),
    ];
    let mut table = Table::new(columns, "Nothing has been reported yet.");
    for item in items {
        let detail = match &item.error {
            Some(error) => format!("{}: {} {}", error.symbol, error.meaning, error.next_step),
            None => item.detail.clone(),
        };
        let style = match item.state {
            EnforcementState::Installed | EnforcementState::Uninstalled => Style::Good,
            EnforcementState::InstallFailed | EnforcementState::DownloadFailed => Style::Bad,
            _ => Style::Warn,
        };
        table.row([
            (&item.title).into(),
            (&item.device_name).into(),
            Cell::styled(item.state.slug(), style),
            view.time(item.at).into(),
            detail.into(),
        ]);
    }
    table.render(view)
}

/// What a device would upgrade.
pub(super) fn packages(packages: &[UpgradablePackage], view: &View) -> String {
    let columns = [
        Column::text("PACKAGE"),
        Column::word("ARCHITECTURE"),
        Column::text("INSTALLED"),
        Column::text("CANDIDATE"),
        Column::word("CLASSIFICATION"),
        Column::word("HELD"),
    ];
    let mut table = Table::new(columns, "Everything is up to date.");
    for package in packages {
        table.row([
            (&package.name).into(),
            (&package.architecture).into(),
            (&package.installed).into(),
            (&package.candidate).into(),
            package.classification.slug().into(),
            if package.held { Cell::styled("held", Style::Warn) } else { "-".into() },
        ]);
    }
    table.render(view)
}

/// Why.
pub(super) fn explanation(explanation: &Explanation, view: &View) -> String {
    let head = format!("{} is {} on {}.", explanation.title, explanation.state, explanation.device_name);
    let mut text = view.paint(&clean(&head), Style::Head);
    text.push('\n');
    for sentence in &explanation.sentences {
        text.extend(["  ", &clean(sentence), "\n"]);
    }
    text
}

/// A history.
pub(super) fn events(events: &[DeviceEvent], view: &View) -> String {
    let columns = [Column::word("WHEN"), Column::word("KIND"), Column::text("WHAT")];
    let mut table = Table::new(columns, "Nothing has been reported yet.");
    for event in events {
        table.row([view.time(event.at).into(), (&event.kind).into(), (&event.text).into()]);
    }
    table.render(view)
}
