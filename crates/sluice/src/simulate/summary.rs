//! What a simulation did, for people and programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};
use sluice_sim::Summary;
use sluice_sim::windows::WindowsSummary;

pub(super) fn windows_json(summary: &WindowsSummary) -> Value {
    let rounds: Vec<_> = summary
        .rounds
        .iter()
        .map(|round| {
            json!({
                "scans": round.scans, "failed_scans": round.failed_scans, "round_trips": round.round_trips,
                "most_round_trips": round.most_round_trips, "new_updates": round.new_updates,
                "needed": round.needed, "installed": round.installed, "installs": round.installs,
                "failed_installs": round.failed_installs, "uninstalls": round.uninstalls,
                "restarts": round.restarts, "events": round.events,
            })
        })
        .collect();
    let operations: BTreeMap<_, _> = summary
        .operations
        .iter()
        .map(|(name, figures)| {
            let (p50, p99, longest) = (millis(figures.p50), millis(figures.p99), millis(figures.longest));
            (*name, json!({ "requests": figures.requests, "p50_ms": p50, "p99_ms": p99, "longest_ms": longest }))
        })
        .collect();
    json!({
        "machines": summary.machines, "rounds": rounds, "operations": operations,
        "bytes_sent": summary.bytes_sent, "bytes_received": summary.bytes_received,
        "bytes_plain": summary.bytes_plain, "faults": summary.faults, "errors": summary.errors,
        "complaints": summary.complaints, "seconds": summary.took.as_secs_f64(), "timed_out": summary.timed_out,
    })
}

pub(super) fn windows_text(summary: &WindowsSummary) -> String {
    let mut text = String::new();
    // A string takes all of it.
    let _fits = (|| {
        writeln!(text, "{} machines, {:.1} s", summary.machines, summary.took.as_secs_f64())?;
        for (number, round) in (1..).zip(&summary.rounds) {
            writeln!(
                text,
                "contact {number}: {} scans ({} failed), {} rounds (most of one {}), {} new revisions, {} needed, {} \
                 installed, {} installations ({} failed), {} events",
                round.scans,
                round.failed_scans,
                round.round_trips,
                round.most_round_trips,
                round.new_updates,
                round.needed,
                round.installed,
                round.installs,
                round.failed_installs,
                round.events
            )?;
        }
        for (name, figures) in &summary.operations {
            writeln!(
                text,
                "{name:<26} {:>9} requests, half within {:.1} ms, 99 % within {:.1} ms, longest {:.1} ms",
                figures.requests,
                millis(figures.p50),
                millis(figures.p99),
                millis(figures.longest)
            )?;
        }
        list(&mut text, "faults", &summary.faults)?;
        list(&mut text, "failures", &summary.errors)?;
        let complaints = summary.complaints.iter().map(|(what, count)| ((*what).to_owned(), *count)).collect();
        list(&mut text, "against the specification", &complaints)?;
        ended(&mut text, summary.timed_out)
    })();
    text
}

pub(super) fn linux_json(summary: &Summary) -> Value {
    let rounds: Vec<_> = summary
        .rounds
        .iter()
        .map(|round| {
            json!({
                "check_ins": round.check_ins, "whole_inventories": round.whole_inventories,
                "differences": round.differences, "reports": round.reports, "installed": round.installed,
                "failed": round.failed, "seconds": round.took.as_secs_f64(),
            })
        })
        .collect();
    json!({
        "enrolled": summary.enrolled, "enrolment_seconds": summary.enrolment.as_secs_f64(), "rounds": rounds,
        "bytes_sent": summary.bytes_sent, "errors": summary.errors, "timed_out": summary.timed_out,
    })
}

pub(super) fn linux_text(summary: &Summary) -> String {
    let mut text = String::new();
    // A string takes all of it.
    let _fits = (|| {
        writeln!(text, "{} devices enrolled in {:.1} s", summary.enrolled, summary.enrolment.as_secs_f64())?;
        for (number, round) in (1..).zip(&summary.rounds) {
            writeln!(
                text,
                "contact {number}: {} check-ins, {} whole inventories, {} differences, {} reports, {} updates \
                 installed ({} failed) in {:.1} s",
                round.check_ins,
                round.whole_inventories,
                round.differences,
                round.reports,
                round.installed,
                round.failed,
                round.took.as_secs_f64()
            )?;
        }
        list(&mut text, "failures", &summary.errors)?;
        ended(&mut text, summary.timed_out)
    })();
    text
}

fn list(text: &mut String, title: &str, counts: &BTreeMap<String, u64>) -> std::fmt::Result {
    if !counts.is_empty() {
        writeln!(text, "{title}:")?;
    }
    counts.iter().try_for_each(|(what, count)| writeln!(text, "  {count:>7} {what}"))
}

fn ended(text: &mut String, timed_out: bool) -> std::fmt::Result {
    if timed_out { writeln!(text, "The time limit ended it.") } else { Ok(()) }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
