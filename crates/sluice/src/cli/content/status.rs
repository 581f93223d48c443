//! `sluice content status`.

use sluice_web::api::content::fetching::{Fetching, Verification};
use sluice_web::api::content::status::ContentStatus;

use crate::cli::Context;
use crate::cli::client::{Got, Query};
use crate::cli::error::CliError;
use crate::cli::output::Answer;
use crate::cli::table::{Column, Table, facts};
use crate::cli::view::{View, clean, size};

pub(super) async fn run(context: &Context) -> Result<Answer, CliError> {
    let got: Got<ContentStatus> = context.api.get("/content/status", &Query::new()).await?;
    let status = &got.data;
    let mut text = format!(
        "{} of {} files are here, {} of {} MB.\n",
        status.present,
        status.files,
        status.present_bytes >> 20,
        status.bytes >> 20
    );
    if !status.missing.is_empty() {
        let mut table = Table::new([Column::text("MISSING"), Column::word("MB"), Column::word("NAME")], "");
        for file in &status.missing {
            table.row([(&file.file_name).into(), (file.size >> 20).to_string().into(), (&file.name).into()]);
        }
        text.push_str(&table.render(&context.view));
    }
    text.push_str(&fetching(&status.fetching, &context.view));
    Ok(Answer::of(got.value, text))
}

fn fetching(fetching: &Fetching, view: &View) -> String {
    let mut lines = vec![
        ("Kept in", clean(&fetching.place)),
        ("Free", fetching.free_bytes.map_or_else(|| "unknown".to_owned(), size)),
        ("Wanted", format!("{} files, {}", fetching.wanted, size(fetching.wanted_bytes))),
        ("Missing of them", format!("{} files, {}", fetching.missing, size(fetching.missing_bytes))),
        ("Waiting", format!("{} files", fetching.waiting)),
    ];
    if fetching.homeless > 0 {
        lines.push(("Nowhere to be had", format!("{} files; upload them: sluice content add", fetching.homeless)));
    }
    if let Some(verification) = &fetching.verification {
        lines.push(("Verified", verified(verification, view)));
    }
    let mut text = facts(view, &lines);
    if !fetching.running.is_empty() {
        let columns = [Column::text("FETCHING"), Column::word("ARRIVED"), Column::word("LEFT"), Column::text("FROM")];
        let mut table = Table::new(columns, "");
        for file in &fetching.running {
            let left = file.remaining_seconds.map_or_else(|| "-".to_owned(), |seconds| format!("{seconds} s"));
            let arrived = format!("{} of {}", size(file.arrived), size(file.size));
            table.row([(&file.file_name).into(), arrived.into(), left.into(), (&file.from).into()]);
        }
        text.push_str(&table.render(view));
    }
    if !fetching.failing.is_empty() {
        let columns = [Column::word("FAILING"), Column::number("TRIES"), Column::word("NEXT"), Column::text("REASON")];
        let mut table = Table::new(columns, "");
        for file in &fetching.failing {
            let next = view.time(file.next_at);
            table.row([(&file.name).into(), file.attempts.to_string().into(), next.into(), (&file.reason).into()]);
        }
        text.push_str(&table.render(view));
    }
    text
}

fn verified(verification: &Verification, view: &View) -> String {
    let Verification { done, total, damaged, unreadable, .. } = verification;
    let found = match (damaged.len(), unreadable.len()) {
        (0, 0) => "all well".to_owned(),
        (damaged, unreadable) => format!("{damaged} damaged, {unreadable} not readable"),
    };
    match verification.ended {
        Some(at) => format!("{}: {done} files, {found}", view.time(at)),
        None => format!("under way: {done} of {total} files, {found} so far"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fetching_as_text() {
        let status: Fetching = serde_json::from_value(serde_json::json!({
            "place": "/var/lib/sluice/content", "free_bytes": 5_368_709_120_u64, "wanted": 3, "wanted_bytes": 30,
            "missing": 2, "missing_bytes": 20, "waiting": 1, "homeless": 1,
            "running": [{ "name": "A9993E364706816ABA3E25717850C26C9CD0D89D.cab", "file_name": "kb.cab", "size": 2048,
                "arrived": 1024, "since": "2026-11-22T10:00:00Z", "remaining_seconds": 5, "from": "http://a/kb.cab" }],
            "failing": [{ "name": "B9993E364706816ABA3E25717850C26C9CD0D89D.cab", "reason": "no connection",
                "wrong": false, "attempts": 2, "first_at": "2026-11-22T10:00:00Z",
                "next_at": "2026-11-22T11:00:00Z" }],
            "verification": { "started": "2026-11-22T09:00:00Z", "ended": null, "done": 1, "total": 4,
                "damaged": [], "unreadable": [] },
        }))
        .unwrap();
        let text = fetching(&status, &View::plain());
        for part in ["kb.cab", "1.0 kB of 2.0 kB", "5 s", "no connection", "1 of 4 files, all well", "upload them"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
