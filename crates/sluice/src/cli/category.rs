//! `sluice category`.

use std::collections::HashMap;

use clap::Subcommand;
use sluice_web::api::updates::selection::{SelectableCategory, SelectionChange, SelectionRequest};
use sluice_web::api::words::SelectableKind;
use uuid::Uuid;

use super::Context;
use super::client::{Api, Got};
use super::error::CliError;
use super::names;
use super::output::Answer;
use super::paging::whole;
use super::table::{Column, Table};
use super::view::{Style, View};

const EXAMPLES: &str = "Examples:
  sluice category deselect \"Windows 10\" --dry-run
  sluice category deselect Drivers \"Windows 10\"

Linux devices are not concerned: they have package sources of their own.";

/// What can be done with categories.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List companies, product families, products and classifications, and which are selected.
    List,
    /// Offer Windows devices the updates of categories again.
    Select {
        #[command(flatten)]
        change: Change,
    },
    /// Offer Windows devices no updates of categories.
    #[command(after_help = EXAMPLES)]
    Deselect {
        #[command(flatten)]
        change: Change,
    },
}

/// Which categories.
#[derive(Debug, clap::Args)]
pub struct Change {
    /// Titles or identities of categories; one with others below it stands for all of them.
    #[arg(required = true)]
    categories: Vec<String>,
    /// Only say what it would do.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    let api = &context.api;
    match verb {
        Verb::List => {
            let rows = whole::<SelectableCategory>(api, "/categories").await?;
            Ok(Answer::of(rows.value, table(&rows.items, &context.view)))
        }
        Verb::Select { change } => {
            let select = names::categories(api, &change.categories).await?;
            let dry_run = change.dry_run;
            send(api, &SelectionRequest { select, deselect: Vec::new(), dry_run }).await
        }
        Verb::Deselect { change } => {
            let deselect = names::categories(api, &change.categories).await?;
            let dry_run = change.dry_run;
            send(api, &SelectionRequest { select: Vec::new(), deselect, dry_run }).await
        }
    }
}

async fn send(api: &Api, request: &SelectionRequest) -> Result<Answer, CliError> {
    let got: Got<SelectionChange> = api.post("/categories/selection", request).await?;
    Ok(Answer::of(got.value, sentence(&got.data, request.dry_run)))
}

fn sentence(change: &SelectionChange, dry_run: bool) -> String {
    if change.selected + change.deselected == 0 {
        return "Nothing changes: the categories are so already.\n".to_owned();
    }
    let (done, are) = if dry_run { ("Would be changed", "would be") } else { ("Changed", "are") };
    let mut text = format!("{done}: {} selected, {} deselected.\n", change.selected, change.deselected);
    for (count, what) in [(change.offered, "offered to Windows devices now"), (change.withdrawn, "no longer offered")] {
        if count > 0 {
            text.push_str(&format!("{count} updates {are} {what}.\n"));
        }
    }
    if change.offered + change.withdrawn == 0 {
        text.push_str(&format!("No update of the catalog {} concerned.\n", if dry_run { "would be" } else { "is" }));
    }
    text
}

/// The tree of categories, each below its parent.
pub(super) fn table(categories: &[SelectableCategory], view: &View) -> String {
    let mut children: HashMap<Option<Uuid>, Vec<&SelectableCategory>> = HashMap::new();
    for category in categories {
        children.entry(category.parent).or_default().push(category);
    }
    let columns = [
        Column::text("TITLE"),
        Column::word("KIND"),
        Column::word("SELECTED"),
        Column::number("WINDOWS UPDATES"),
        Column::word("ID"),
    ];
    let mut table = Table::new(columns, "There are no categories yet.");
    // The tree has three levels; each category is taken out, so that no loop of parents matters.
    let mut open: Vec<(usize, &SelectableCategory)> = Vec::new();
    let mut push = |open: &mut Vec<_>, parent: Option<Uuid>, depth: usize| {
        let mut below = children.remove(&parent).unwrap_or_default();
        below.sort_by(|a, b| {
            let classification = |c: &SelectableCategory| c.kind == SelectableKind::Classification;
            (classification(b), &b.title).cmp(&(classification(a), &a.title))
        });
        open.extend(below.into_iter().map(|category| (depth, category)));
    };
    push(&mut open, None, 0);
    while let Some((depth, category)) = open.pop() {
        let selected = if category.selected { "yes".into() } else { super::table::Cell::styled("no", Style::Warn) };
        table.row([
            format!("{}{}", "  ".repeat(depth), category.title).into(),
            category.kind.slug().into(),
            selected,
            category.updates.to_string().into(),
            category.id.to_string().into(),
        ]);
        push(&mut open, Some(category.id), depth + 1);
    }
    table.render(view)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_and_its_selection() {
        let category = |id: u128, kind, parent: Option<u128>, title: &str, selected| SelectableCategory {
            id: Uuid::from_u128(id),
            kind,
            parent: parent.map(Uuid::from_u128),
            title: title.into(),
            selected,
            updates: 12,
        };
        let all = [
            category(4, SelectableKind::Classification, None, "Drivers", false),
            category(1, SelectableKind::Company, None, "Microsoft", true),
            category(2, SelectableKind::ProductFamily, Some(1), "Windows", true),
            category(3, SelectableKind::Product, Some(2), "Windows 11", true),
        ];
        insta::assert_snapshot!(table(&all, &View::plain()), @r"
        TITLE           KIND            SELECTED  WINDOWS UPDATES  ID
        Microsoft       company         yes                    12  00000000-0000-0000-0000-000000000001
          Windows       product-family  yes                    12  00000000-0000-0000-0000-000000000002
            Windows 11  product         yes                    12  00000000-0000-0000-0000-000000000003
        Drivers         classification  no                     12  00000000-0000-0000-0000-000000000004
        ");
    }

    #[test]
    fn it_says_what_it_does() {
        let change = SelectionChange { selected: 0, deselected: 1, offered: 0, withdrawn: 40 };
        insta::assert_snapshot!(sentence(&change, true), @r"
        Would be changed: 0 selected, 1 deselected.
        40 updates would be no longer offered.
        ");
        insta::assert_snapshot!(sentence(&change, false), @r"
        Changed: 0 selected, 1 deselected.
        40 updates are no longer offered.
        ");
        let nothing = SelectionChange { selected: 0, deselected: 0, offered: 0, withdrawn: 0 };
        assert_eq!(sentence(&nothing, false), "Nothing changes: the categories are so already.\n");
    }
}
