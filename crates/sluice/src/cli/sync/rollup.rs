//! Reporting to upstream servers as text.

use sluice_web::api::sync::rollup::RollupStatus;
use sluice_web::api::words::RollupState;

use crate::cli::table::{Cell, Column, Table};
use crate::cli::view::{Style, View, clean};

/// How it goes, source by source.
pub(super) fn status(status: &[RollupStatus], view: &View) -> String {
    let columns = [
        Column::text("SOURCE"),
        Column::word("LAST REPORT"),
        Column::number("DEVICES"),
        Column::number("WAITING"),
        Column::number("REFUSED"),
        Column::text("STATE"),
    ];
    let mut table = Table::new(columns, "The site has no upstream server. Add one: `sluice source create --help`.");
    for status in status {
        table.row([
            (&status.name).into(),
            view.time_or_dash(status.last_success).into(),
            status.devices.to_string().into(),
            Cell::count(status.waiting, Style::Warn),
            Cell::count(status.refused, Style::Bad),
            state(status),
        ]);
    }
    let mut text = table.render(view);
    for status in status {
        if let Some(fix) = &status.fix {
            text.push_str(&format!("\n{}: {fix}\n", clean(&status.name)));
        }
        for device in &status.refused_devices {
            let line = format!("{} is refused by {}: {}", device.name, status.name, device.reason);
            text.push_str(&format!("\n{}\n", clean(&line)));
        }
    }
    text
}

fn state(status: &RollupStatus) -> Cell {
    match (status.state, &status.error) {
        (RollupState::Failed, Some(error)) => Cell::styled(error, Style::Bad),
        (RollupState::Off, _) => "off".into(),
        (RollupState::Waiting, _) => Cell::styled("waits for the first synchronization", Style::Warn),
        (RollupState::Counts, _) => Cell::styled("counts only, as the upstream wants", Style::Good),
        (state, _) => Cell::styled(state.slug(), Style::Good),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_went_wrong_is_shown_with_what_to_do() {
        let status = RollupStatus {
            source: Uuid::nil(),
            name: "head office".into(),
            url: "http://wsus.example:8530".into(),
            state: RollupState::Failed,
            last_success: None,
            last_attempt: None,
            error: Some("http://wsus.example:8530 cannot be reached: nobody listens there".into()),
            fix: Some("Check the port.".into()),
            devices: 12,
            waiting: 3,
            refused: 0,
            refused_devices: Vec::new(),
        };
        let text = super::status(&[status], &View::plain());
        assert!(text.contains("nobody listens there") && text.ends_with("head office: Check the port.\n"), "{text}");
    }
}
