//! Sources as text.

use sluice_web::api::sources::list::{AptSource, Keyring, Source};
use sluice_web::api::sources::schedule::Schedule;
use sluice_web::api::sources::upstream::UpstreamSource;
use sluice_web::api::words::SourceKind;

use crate::cli::table::{Cell, Column, Table, facts};
use crate::cli::view::{Style, View};

/// A table of sources.
pub(super) fn list(sources: &[Source], view: &View) -> String {
    let columns = [
        Column::text("NAME"),
        Column::word("SCHEDULE"),
        Column::word("LAST SUCCESS"),
        Column::word("NEXT"),
        Column::text("STATE"),
    ];
    let mut table = Table::new(columns, "There are no sources. Take over this machine's: `sluice source import`.");
    for source in sources {
        let schedule = match source.kind {
            SourceKind::CatalogFile => "by import".to_owned(),
            _ if source.enabled => schedule(&source.schedule),
            _ => "disabled".to_owned(),
        };
        table.row([
            (&source.name).into(),
            schedule.into(),
            view.time_or_dash(source.last_success).into(),
            view.time_or_dash(source.next_run).into(),
            state(source),
        ]);
    }
    table.render(view)
}

fn state(source: &Source) -> Cell {
    match (&source.last_error, source.warnings.first(), source.last_success) {
        (Some(error), _, _) => Cell::styled(error, Style::Bad),
        (None, Some(warning), _) => Cell::styled(warning, Style::Warn),
        (None, None, Some(_)) => Cell::styled("ok", Style::Good),
        (None, None, None) => Cell::styled("not synchronized yet", Style::Warn),
    }
}

/// Everything about a source.
pub(super) fn one(source: &Source, view: &View) -> String {
    let mut lines = vec![("Name", source.name.clone()), ("Identity", source.id.to_string())];
    match (&source.apt, &source.upstream) {
        (Some(apt), _) => lines.extend(archive(apt)),
        (None, Some(upstream)) => lines.extend(server(upstream)),
        (None, None) => lines.push(("Upstream", "files that were imported".to_owned())),
    }
    lines.extend([
        ("Schedule", if source.enabled { schedule(&source.schedule) } else { "disabled".into() }),
        ("Next run", view.time_or_dash(source.next_run)),
        ("Last success", view.time_or_dash(source.last_success)),
    ]);
    lines.extend(source.last_error.as_ref().map(|error| ("Last error", error.clone())));
    if !source.warnings.is_empty() {
        lines.push(("Warnings", source.warnings.join("\n")));
    }
    facts(view, &lines)
}

fn archive(apt: &AptSource) -> Vec<(&'static str, String)> {
    let keys = match &apt.keyring {
        Keyring::Files(files) => files.join("\n"),
        Keyring::Armored(_) => "given with the source".to_owned(),
    };
    let check = |on: bool| if on { "checked" } else { "not checked" }.to_owned();
    vec![
        ("Archive", apt.uri.clone()),
        ("Suite", apt.suite.clone()),
        ("Components", apt.components.join(", ")),
        ("Architectures", apt.architectures.join(", ")),
        ("Trusted keys", keys),
        ("Only fingerprints", if apt.fingerprints.is_empty() { "all".into() } else { apt.fingerprints.join("\n") }),
        ("Expiry of Release", check(apt.check_valid_until)),
        ("Date of Release", check(apt.check_date)),
        ("Proxy", apt.proxy.clone().unwrap_or_else(|| "-".into())),
    ]
}

fn server(upstream: &UpstreamSource) -> Vec<(&'static str, String)> {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
    let trust = match (upstream.pinned.is_empty(), &upstream.authorities) {
        (false, _) => upstream.pinned.join("\n"),
        (true, Some(_)) => "authorities of the machine and of the source".into(),
        (true, None) => "authorities of the machine".into(),
    };
    let languages = if upstream.languages.is_empty() { "all".into() } else { upstream.languages.join(", ") };
    vec![
        ("Server", upstream.url.clone()),
        ("Mode", if upstream.replica { "replica" } else { "autonomous" }.to_owned()),
        ("Languages", languages),
        ("Trusted certificates", trust),
        ("Account name", or_dash(&upstream.account_name)),
        ("Requests at once", upstream.parallel.to_string()),
        ("Proxy", or_dash(&upstream.proxy)),
    ]
}

fn schedule(schedule: &Schedule) -> String {
    match schedule {
        Schedule::Manual {} => "by hand".to_owned(),
        Schedule::Every { minutes } if minutes % 60 == 0 => format!("every {} h", minutes / 60),
        Schedule::Every { minutes } => format!("every {minutes} min"),
        Schedule::Daily { at, zone } => format!("daily {at} {zone}"),
        Schedule::Weekly { day, at, zone } => format!("{day:?}s {at} {zone}"),
    }
}
