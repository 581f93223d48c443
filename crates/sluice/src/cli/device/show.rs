//! A device as text.

use sluice_web::api::devices::detail::{DeviceDetails, RestartEvidence};
use sluice_web::api::devices::enforcement::Enforcement;
use sluice_web::api::devices::events::DeviceEvent;
use sluice_web::api::devices::explain::Explanation;
use sluice_web::api::devices::packages::UpgradablePackage;
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
    let agent = format!("{}, {}, {install}", detail.agent.version, detail.agent.state);
    let required = format!("{}, {} of them security updates", device.required, device.required_security);
    let mut lines = vec![
        ("Name", device.name.clone()),
        ("Identity", device.id.to_string()),
        ("Operating system", device.os.clone()),
        ("Architecture", detail.architecture.clone()),
        ("Kernel", kernel),
        ("Required updates", required),
        ("Installed updates", device.installed.to_string()),
        ("Restart", restart(&detail.restart)),
        ("Agent", agent),
        ("Agent says", detail.agent.detail.clone()),
        ("Enrolled", view.time(detail.enrolled_at)),
        ("Last contact", view.time_or_dash(device.last_contact)),
        ("Last inventory", view.time_or_dash(device.last_inventory)),
        ("Held packages", detail.held.join(", ")),
        ("Broken packages", detail.broken.join(", ")),
        ("Collections", collections.join("\n")),
        ("Package sources", indexes.join("\n")),
    ];
    lines.retain(|(_, fact)| !fact.is_empty());
    let mut text = facts(view, &lines);
    if !detail.enforcement.is_empty() {
        text.push('\n');
        text.push_str(&enforcement(&detail.enforcement, view));
    }
    text
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
            EnforcementState::Installed => Style::Good,
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
