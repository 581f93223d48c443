//! An update as text.

use std::collections::HashMap;

use sluice_web::api::updates::categories::Category;
use sluice_web::api::updates::detail::UpdateDetails;
use sluice_web::api::updates::devices::UpdateDevice;
use sluice_web::api::words::ComplianceState;
use uuid::Uuid;

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
    ];
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

/// The tree of categories, each below its parent.
pub(super) fn categories(categories: &[Category], view: &View) -> String {
    let mut children: HashMap<Option<Uuid>, Vec<&Category>> = HashMap::new();
    for category in categories {
        children.entry(category.parent).or_default().push(category);
    }
    let mut table = Table::new(
        [Column::text("TITLE"), Column::word("KIND"), Column::word("ID")],
        "There are no products yet. Synchronize: `sluice sync run --wait`.",
    );
    // The tree has three levels; each category is taken out, so that no loop of parents matters.
    let mut open: Vec<(usize, &Category)> = Vec::new();
    let mut push = |open: &mut Vec<_>, parent: Option<Uuid>, depth: usize| {
        let mut below = children.remove(&parent).unwrap_or_default();
        below.sort_by(|a, b| b.title.cmp(&a.title));
        open.extend(below.into_iter().map(|category| (depth, category)));
    };
    push(&mut open, None, 0);
    while let Some((depth, category)) = open.pop() {
        let title = format!("{}{}", "  ".repeat(depth), category.title);
        table.row([title.into(), category.kind.slug().into(), category.id.to_string().into()]);
        push(&mut open, Some(category.id), depth + 1);
    }
    table.render(view)
}
