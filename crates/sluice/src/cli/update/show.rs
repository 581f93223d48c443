//! An update as text.

use sluice_web::api::updates::detail::UpdateDetails;
use sluice_web::api::updates::devices::UpdateDevice;
use sluice_web::api::updates::licences::UpdateLicence;
use sluice_web::api::updates::windows::WindowsUpdate;
use sluice_web::api::words::ComplianceState;

use crate::cli::table::{Cell, Column, Table, facts};
use crate::cli::view::{Style, View, size};

/// Everything about an update.
pub(super) fn one(detail: &UpdateDetails, view: &View) -> String {
    let update = &detail.update;
    let products: Vec<_> = detail.products.iter().map(|product| product.title.as_str()).collect();
    let offered: Vec<_> = detail
        .offered_in
        .iter()
        .map(|index| format!("{} {} {} {}", index.uri, index.suite, index.component, index.architecture))
        .collect();
    let titles = |updates: &[sluice_web::api::updates::list::Update]| {
        updates.iter().map(|update| update.title.as_str()).collect::<Vec<_>>().join("\n")
    };
    let deployments: Vec<_> =
        detail.deployments.iter().map(|deployment| format!("{} ({})", deployment.name, deployment.phase)).collect();
    let counts = format!(
        "{} required, {} installed, {} not required, {} unknown",
        update.required, update.installed, update.not_required, update.unknown
    );
    let counts = if detail.failed > 0 { format!("{counts}; failed on {}", detail.failed) } else { counts };
    let mut lines = vec![
        ("Title", update.title.clone()),
        ("Identity", update.id.to_string()),
        ("Classification", update.classification.to_string()),
        ("Products", products.join("\n")),
        ("Released", view.time_or_dash(update.released)),
        ("Devices", counts),
        ("Advisories", detail.advisories.join(", ")),
        ("More", detail.info_url.clone().unwrap_or_default()),
        ("Description", detail.description.clone()),
        ("Replaces", titles(&detail.supersedes)),
        ("Replaced by", titles(&detail.superseded_by)),
        ("Offered in", offered.join("\n")),
        ("Deployments", deployments.join("\n")),
        ("Declined", declined(detail, view)),
        ("Licence terms", licences(detail, view)),
    ];
    if let Some(windows) = &detail.windows {
        lines.extend(windows_facts(windows));
        lines.retain(|(_, fact)| !fact.is_empty());
        return format!("{}\n{}", facts(view, &lines), files(windows, view));
    }
    lines.retain(|(_, fact)| !fact.is_empty());
    let columns =
        [Column::text("PACKAGE"), Column::word("ARCHITECTURE"), Column::word("VERSION"), Column::number("SIZE")];
    let mut table = Table::new(columns, "It has no packages.");
    for package in &detail.packages {
        table.row([
            (&package.name).into(),
            (&package.architecture).into(),
            (&package.version).into(),
            size(package.size).into(),
        ]);
    }
    format!("{}\n{}", facts(view, &lines), table.render(view))
}

fn windows_facts(windows: &WindowsUpdate) -> Vec<(&'static str, String)> {
    let yes = |is: bool, text: &str| if is { text.to_owned() } else { String::new() };
    vec![
        ("Kind", yes(windows.driver, "driver")),
        ("Articles", windows.articles.join(", ")),
        ("Severity", windows.severity.map(|severity| severity.to_string()).unwrap_or_default()),
        ("Bundles", yes(windows.members > 0, &format!("{} updates", windows.members))),
        ("Download", windows.max_download_size.map(|bytes| format!("at most {}", size(bytes))).unwrap_or_default()),
        ("Removal", if windows.uninstallable { "can be uninstalled" } else { "cannot be uninstalled" }.to_owned()),
    ]
}

fn files(windows: &WindowsUpdate, view: &View) -> String {
    let columns = [Column::text("FILE"), Column::number("SIZE"), Column::word("SHA-1")];
    let mut table = Table::new(columns, "Nothing to download.");
    for file in &windows.files {
        table.row([(&file.name).into(), size(file.size).into(), (&file.sha1).into()]);
    }
    table.render(view)
}

fn licences(detail: &UpdateDetails, view: &View) -> String {
    let one = |licence: &UpdateLicence| match &licence.accepted {
        Some(accepted) => format!("{}, accepted {} by {}", licence.id, view.time(accepted.at), accepted.by),
        None => format!("{}, not accepted: no device installs it", licence.id),
    };
    detail.licences.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn declined(detail: &UpdateDetails, view: &View) -> String {
    let Some(declined) = &detail.declined else { return String::new() };
    let by = format!("{} by {}", view.time(declined.at), declined.by);
    if declined.reason.is_empty() { by } else { format!("{by}: {}", declined.reason) }
}

/// The devices of an update.
pub(super) fn devices(devices: &[UpdateDevice], view: &View) -> String {
    let columns = [Column::text("DEVICE"), Column::word("STATE"), Column::word("ENFORCEMENT"), Column::text("WHY")];
    let mut table = Table::new(columns, "There are no such devices.");
    for device in devices {
        table.row([
            (&device.name).into(),
            state(device.state),
            device.enforcement.as_ref().map_or("-", |enforcement| enforcement.state.slug()).into(),
            device.why.join(" ").into(),
        ]);
    }
    table.render(view)
}

/// A compliance state in its colour.
pub(in crate::cli) fn state(state: ComplianceState) -> Cell {
    let style = match state {
        ComplianceState::Required => Style::Warn,
        ComplianceState::Installed => Style::Good,
        ComplianceState::NotRequired | ComplianceState::Unknown => Style::Plain,
    };
    Cell::styled(state.slug(), style)
}
