//! Take-overs as text.

use sluice_web::api::migration::plan::{MigrationPlan, NotBrought};
use sluice_web::api::migration::report::MigrationReport;
use sluice_web::api::migration::status::MigrationStatus;
use sluice_web::api::words::StepState;

use crate::cli::table::{Cell, Column, Table};
use crate::cli::view::{Style, View, clean};

/// Differences that are printed; `--json` has more.
const SHOWN: usize = 50;

/// What would be done.
pub(super) fn plan(plan: &MigrationPlan) -> String {
    let mut lines = Vec::new();
    match &plan.check.error {
        None => lines.push("The WSUS answers and lets this site in.".to_owned()),
        Some(error) => lines.push(format!("{error}. {}", plan.check.fix.clone().unwrap_or_default())),
    }
    lines.extend(plan.check.facts.iter().cloned());
    if let Some(found) = &plan.found {
        lines.push(String::new());
        lines.push("It has:".to_owned());
        lines.push(format!("  {} categories (products, classifications, detection)", found.categories));
        lines.push(match found.updates {
            Some(updates) => format!("  {updates} updates of what is selected here already"),
            None => "  updates: told once something is selected, which the take-over does".to_owned(),
        });
        lines.push(format!("  {} groups: {}", found.group_count, found.groups.join(", ")));
        lines.push(format!("  {} approvals, {} declined updates", found.approvals, found.declined));
        lines.push(format!("  {} accepted licence terms", found.licences));
    }
    lines.push(String::new());
    lines.push("What would be done (nothing was, so far):".to_owned());
    lines.extend(plan.steps.iter().enumerate().map(|(at, step)| format!("  {}. {step}", at + 1)));
    if !plan.warnings.is_empty() {
        lines.push(String::new());
        lines.extend(plan.warnings.iter().cloned());
    }
    lines.extend(not_brought(&plan.not_brought));
    lines.push(String::new());
    lines.push("Begin: `sluice migrate wsus start --from URL`.".to_owned());
    text(&lines)
}

fn not_brought(list: &[NotBrought]) -> Vec<String> {
    let mut lines = vec![String::new(), "What the protocol does not bring:".to_owned()];
    lines.extend(list.iter().map(|one| format!("  {}. {}", one.what, one.instead)));
    lines
}

/// Where a take-over stands.
pub(super) fn status(status: &MigrationStatus, view: &View) -> String {
    let mut table = Table::new([Column::text("STEP"), Column::text("STATE")], "No WSUS is being taken over.");
    for step in &status.steps {
        let style = match step.state {
            StepState::Done => Style::Good,
            StepState::Running | StepState::Waiting => Style::Plain,
            StepState::Failed => Style::Bad,
        };
        table.row([(&step.name).into(), Cell::styled(step.state.slug(), style)]);
    }
    let mut lines = Vec::new();
    if let Some(url) = &status.url {
        lines.push(format!("Taking over {url}: {}.", status.state));
    }
    let mut out = text(&lines);
    out.push_str(&table.render(view));
    let mut lines: Vec<String> = status.error.iter().map(|error| format!("{error}.")).collect();
    lines.push(status.next.clone());
    if !status.clients.is_empty() {
        lines.extend([String::new(), "How clients come to this site:".to_owned()]);
        lines.extend(status.clients.iter().map(|sentence| format!("  - {sentence}")));
    }
    out.push('\n');
    out.push_str(&text(&lines));
    out
}

/// What differs.
pub(super) fn report(report: &MigrationReport, view: &View) -> String {
    let columns = [Column::text("KIND"), Column::number("THERE"), Column::number("HERE"), Column::number("MISSING")];
    let mut counts = Table::new(columns, "");
    for one in &report.counted {
        let missing = one.there.saturating_sub(one.here);
        let cells = [one.kind.slug().into(), one.there.to_string().into(), one.here.to_string().into()];
        let [kind, there, here] = cells;
        counts.row([kind, there, here, Cell::count(missing, Style::Warn)]);
    }
    let mut out = counts.render(view);
    out.push('\n');
    let columns = [Column::text("KIND"), Column::text("NAME"), Column::text("WHY")];
    let mut table = Table::new(columns, "Nothing differs.");
    for one in report.differences.iter().take(SHOWN) {
        table.row([one.kind.slug().into(), (&one.name).into(), (&one.why).into()]);
    }
    out.push_str(&table.render(view));
    let mut lines = Vec::new();
    let more = report.total.saturating_sub(SHOWN as u64);
    if more > 0 {
        lines.push(format!("{more} more; up to a thousand with --json."));
    }
    lines.push(String::new());
    lines.push(format!(
        "{} Windows devices scanned here so far, {} of them in no collection. Those of the WSUS come with their first scan.",
        report.devices, report.devices_in_no_group
    ));
    lines.extend(not_brought(&report.not_brought));
    out.push_str(&text(&lines));
    out
}

fn text(lines: &[String]) -> String {
    lines.iter().map(|line| clean(line) + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sluice_web::api::migration::report::{MigrationCount, MigrationDifference};
    use sluice_web::api::words::DifferenceKind;

    #[test]
    fn a_report_names_what_differs_and_what_cannot_come() {
        let report = MigrationReport {
            url: "http://wsus.example:8530".into(),
            at: "2026-11-22T10:00:00Z".parse().unwrap(),
            counted: vec![MigrationCount { kind: DifferenceKind::Approval, there: 12, here: 11 }],
            differences: vec![MigrationDifference {
                kind: DifferenceKind::Approval,
                name: "A patch for Unassigned Computers".into(),
                why: "there is no collection for this group here".into(),
            }],
            total: 1,
            devices: 3,
            devices_in_no_group: 2,
            not_brought: vec![NotBrought { what: "users".into(), instead: "Make some.".into() }],
        };
        let text = super::report(&report, &View::plain());
        for part in
            ["approval", "12", "11", "A patch for Unassigned Computers", "3 Windows devices", "users. Make some."]
        {
            assert!(text.contains(part), "{text}");
        }
    }
}
