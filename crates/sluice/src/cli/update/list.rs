//! `sluice update list`.

use clap::Args;
use sluice_web::api::updates::list::Update;
use sluice_web::api::words::{Classification, UpdateSort, UpdateState};
use uuid::Uuid;

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
  sluice update list --state required --sort required --descending
  sluice update list --classification security,critical --text openssl
  sluice update list --state current --all --json";

/// Which updates, and in which order.
#[derive(Debug, Args)]
pub struct List {
    /// Part of the title, a package name or an advisory identifier.
    #[arg(long)]
    text: Option<String>,
    /// Classifications, separated by commas.
    #[arg(long, value_name = "WORD", value_delimiter = ',', value_parser = word(Classification::ALL))]
    classification: Vec<Classification>,
    /// Only updates in this state; `current` is neither superseded nor expired nor declined.
    #[arg(long, value_name = "WORD", value_parser = word(UpdateState::ALL))]
    state: Option<UpdateState>,
    /// Identity of a product, product family or company; see `sluice update products`.
    #[arg(long, value_name = "ID")]
    product: Option<Uuid>,
    /// Count only the devices of this collection.
    #[arg(long)]
    collection: Option<String>,
    /// What to sort by.
    #[arg(long, value_name = "WORD", default_value = "title", value_parser = word(UpdateSort::ALL))]
    sort: UpdateSort,
    /// Largest or last first.
    #[arg(long)]
    descending: bool,
    #[command(flatten)]
    extent: Extent,
}

pub(super) async fn run(list: List, context: &Context) -> Result<Answer, CliError> {
    let mut query: Query = vec![("sort", list.sort.to_string()), ("descending", list.descending.to_string())];
    query.extend(list.text.map(|text| ("text", text)));
    if !list.classification.is_empty() {
        let words: Vec<_> = list.classification.iter().map(|word| word.slug()).collect();
        query.push(("classification", words.join(",")));
    }
    query.extend(list.state.map(|state| ("state", state.to_string())));
    query.extend(list.product.map(|product| ("product", product.to_string())));
    if let Some(collection) = list.collection {
        query.push(("collection", names::collection(&context.api, &collection).await?.to_string()));
    }
    let rows = rows::<Update>(&context.api, "/updates", &query, list.extent).await?;
    let note = rows.note();
    Ok(Answer::of(rows.value, table(&rows.items, &context.view)).with_note(note))
}

/// A table of updates.
pub(in crate::cli) fn table(updates: &[Update], view: &View) -> String {
    let columns = [
        Column::text("TITLE"),
        Column::word("CLASSIFICATION"),
        Column::text("PRODUCT"),
        Column::word("RELEASED"),
        Column::number("REQUIRED"),
        Column::number("INSTALLED"),
        Column::word("STATE"),
    ];
    let mut table = Table::new(columns, "There are no such updates.");
    for update in updates {
        table.row([
            (&update.title).into(),
            update.classification.slug().into(),
            (&update.product).into(),
            update.released.map_or_else(|| "-".to_owned(), |at| view.date(at)).into(),
            Cell::count(update.required, Style::Warn),
            update.installed.to_string().into(),
            state(update).into(),
        ]);
    }
    table.render(view)
}

fn state(update: &Update) -> &'static str {
    match update {
        Update { declined: true, .. } => "declined",
        Update { expired: true, .. } => "expired",
        Update { superseded: true, .. } => "superseded",
        Update { deployed: true, .. } => "deployed",
        _ => "current",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_updates() {
        let update = Update {
            id: Uuid::nil(),
            title: "openssl 3.0.17-1~deb12u2".into(),
            classification: Classification::SecurityUpdates,
            product: "Debian > bookworm > main".into(),
            released: Some("2026-11-20T00:00:00Z".parse().unwrap()),
            required: 7,
            installed: 12,
            not_required: 0,
            unknown: 1,
            percent_compliant: Some(63),
            superseded: false,
            expired: false,
            deployed: true,
            declined: false,
            awaits_licence: false,
        };
        insta::assert_snapshot!(table(&[update], &View { columns: Some(100), ..View::plain() }), @r"
        TITLE                 CLASSIFICATION  PRODUCT              RELEASED    REQUIRED  INSTALLED  STATE
        openssl 3.0.17-1~de…  security        Debian > bookworm …  2026-11-20         7         12  deployed
        ");
    }
}
