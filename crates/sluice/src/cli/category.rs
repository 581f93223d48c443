//! `sluice category`.

use std::collections::{HashMap, HashSet};

use clap::Subcommand;
use sluice_web::api::updates::selection::{SelectableCategory, SelectionChange, SelectionRequest};
use sluice_web::api::words::{SelectableKind, SelectionState};
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
  sluice category select \"Windows 11\" \"Security Updates\"
  sluice category deselect Drivers \"Windows 10\" --dry-run
  sluice category acknowledge --all

Upstream sources are asked for what is selected. What is deselected is offered to no device and counts
for none. What is undecided is offered as far as it was imported, and asked for nowhere. A package source
selects its own products when it first runs.";

/// What can be done with categories.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List companies, product families, products and classifications, and which are selected.
    List {
        /// Only what a synchronization brought and nobody has looked at yet.
        #[arg(long)]
        new: bool,
    },
    /// Ask upstream sources for categories, and offer devices their updates.
    #[command(after_help = EXAMPLES)]
    Select {
        #[command(flatten)]
        change: Change,
    },
    /// Ask no upstream source for categories any more, and offer no device their updates.
    #[command(after_help = EXAMPLES)]
    Deselect {
        #[command(flatten)]
        change: Change,
    },
    /// Take note of new categories: they are not flagged any more.
    #[command(after_help = EXAMPLES)]
    Acknowledge {
        /// Titles or identities of categories.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        categories: Vec<String>,
        /// All that are new.
        #[arg(long)]
        all: bool,
        /// Only say what it would do.
        #[arg(long)]
        dry_run: bool,
    },
}

/// Which categories.
#[derive(Debug, clap::Args)]
pub struct Change {
    /// Titles or identities of categories; one with others below it stands for all of them, also for
    /// those that come later.
    #[arg(required = true)]
    categories: Vec<String>,
    /// Only say what it would do.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    let api = &context.api;
    match verb {
        Verb::List { new } => {
            let rows = whole::<SelectableCategory>(api, "/categories").await?;
            let shown: Vec<_> = rows.items.iter().filter(|row| row.new || !new).cloned().collect();
            let none = if new { "Nothing is new." } else { "There are no categories yet." };
            Ok(Answer::of(rows.value, table(&shown, none, &context.view)))
        }
        Verb::Select { change } => {
            let select = names::categories(api, &change.categories).await?;
            send(api, &SelectionRequest { select, dry_run: change.dry_run, ..SelectionRequest::default() }).await
        }
        Verb::Deselect { change } => {
            let deselect = names::categories(api, &change.categories).await?;
            send(api, &SelectionRequest { deselect, dry_run: change.dry_run, ..SelectionRequest::default() }).await
        }
        Verb::Acknowledge { categories, all, dry_run } => {
            let acknowledge = names::categories(api, &categories).await?;
            let request =
                SelectionRequest { acknowledge, acknowledge_all: all, dry_run, ..SelectionRequest::default() };
            send(api, &request).await
        }
    }
}

async fn send(api: &Api, request: &SelectionRequest) -> Result<Answer, CliError> {
    let got: Got<SelectionChange> = api.post("/categories/selection", request).await?;
    Ok(Answer::of(got.value, sentence(&got.data, request.dry_run)))
}

fn sentence(change: &SelectionChange, dry_run: bool) -> String {
    if change.selected + change.deselected + change.acknowledged == 0 {
        return "Nothing changes: the categories are so already.\n".to_owned();
    }
    let (done, are) = if dry_run { ("Would be changed", "would be") } else { ("Changed", "are") };
    let mut counts = vec![(change.selected, "selected"), (change.deselected, "deselected")];
    if change.acknowledged > 0 {
        counts.push((change.acknowledged, "no longer new"));
    }
    let counts: Vec<_> = counts.into_iter().map(|(count, what)| format!("{count} {what}")).collect();
    let mut text = format!("{done}: {}.\n", counts.join(", "));
    for (count, what) in [(change.offered, "offered to devices now"), (change.withdrawn, "no longer offered")] {
        if count > 0 {
            text.push_str(&format!("{count} updates {are} {what}.\n"));
        }
    }
    for family in &change.families {
        text.push_str(&format!("  {}: {} offered, {} withdrawn\n", family.title, family.offered, family.withdrawn));
    }
    if change.selected + change.deselected > 0 && change.offered + change.withdrawn == 0 {
        text.push_str(&format!("No update of the catalog {} concerned.\n", if dry_run { "would be" } else { "is" }));
    }
    for (count, what) in [(change.asked, "asked for"), (change.not_asked, "asked for no longer")] {
        if count > 0 {
            text.push_str(&format!("{count} products and classifications {are} {what} upstream.\n"));
        }
    }
    for source in &change.sources {
        let is = if dry_run { "would be" } else { "is" };
        text.push_str(&format!("Source {source} {is} synchronized at once.\n"));
    }
    for deployment in &change.deployments {
        let loses = if dry_run { "would lose" } else { "loses" };
        text.push_str(&format!("Deployment {deployment} {loses} updates.\n"));
    }
    text
}

/// The tree of categories, each below its parent.
pub(super) fn table(categories: &[SelectableCategory], none: &'static str, view: &View) -> String {
    let shown: HashSet<Uuid> = categories.iter().map(|category| category.id).collect();
    let mut children: HashMap<Option<Uuid>, Vec<&SelectableCategory>> = HashMap::new();
    for category in categories {
        // What stands below something that is not shown stands at the top.
        let parent = category.parent.filter(|parent| shown.contains(parent));
        children.entry(parent).or_default().push(category);
    }
    let columns = [
        Column::text("TITLE"),
        Column::word("KIND"),
        Column::word("SELECTED"),
        Column::word("NEW"),
        Column::number("UPDATES"),
        Column::word("ID"),
    ];
    let mut table = Table::new(columns, none);
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
        let selected = match category.state {
            SelectionState::Selected => "yes".into(),
            SelectionState::NotSelected => super::table::Cell::styled("no", Style::Warn),
            SelectionState::Undecided => "undecided".into(),
        };
        let new = if category.new { super::table::Cell::styled("new", Style::Warn) } else { "".into() };
        table.row([
            format!("{}{}", "  ".repeat(depth), category.title).into(),
            category.kind.slug().into(),
            selected,
            new,
            category.updates.to_string().into(),
            category.id.to_string().into(),
        ]);
        push(&mut open, Some(category.id), depth + 1);
    }
    table.render(view)
}

#[cfg(test)]
mod tests {
    use sluice_web::api::updates::selection::SelectionFamily;

    use super::*;

    #[test]
    fn the_tree_and_its_selection() {
        let category = |id: u128, kind, parent: Option<u128>, title: &str, state| SelectableCategory {
            id: Uuid::from_u128(id),
            kind,
            parent: parent.map(Uuid::from_u128),
            title: title.into(),
            selected: state != SelectionState::NotSelected,
            state,
            choice: None,
            new: id == 3,
            upstream: true,
            updates: 12,
        };
        let all = [
            category(4, SelectableKind::Classification, None, "Drivers", SelectionState::NotSelected),
            category(1, SelectableKind::Company, None, "Microsoft", SelectionState::Undecided),
            category(2, SelectableKind::ProductFamily, Some(1), "Windows", SelectionState::Selected),
            category(3, SelectableKind::Product, Some(2), "Windows 11", SelectionState::Selected),
        ];
        insta::assert_snapshot!(table(&all, "None.", &View::plain()), @r"
        TITLE           KIND            SELECTED   NEW  UPDATES  ID
        Microsoft       company         undecided            12  00000000-0000-0000-0000-000000000001
          Windows       product-family  yes                  12  00000000-0000-0000-0000-000000000002
            Windows 11  product         yes        new       12  00000000-0000-0000-0000-000000000003
        Drivers         classification  no                   12  00000000-0000-0000-0000-000000000004
        ");
        // What is above is not shown: it stands at the top.
        assert!(table(&all[3..], "None.", &View::plain()).contains("\nWindows 11  product"));
    }

    #[test]
    fn it_says_what_it_does() {
        let families = vec![SelectionFamily { id: Uuid::nil(), title: "Windows".into(), offered: 0, withdrawn: 40 }];
        let change = SelectionChange {
            deselected: 1,
            withdrawn: 40,
            families,
            deployments: vec!["Ring 1".into()],
            sources: vec!["Microsoft Update".into()],
            not_asked: 1,
            ..SelectionChange::default()
        };
        insta::assert_snapshot!(sentence(&change, true), @r"
        Would be changed: 0 selected, 1 deselected.
        40 updates would be no longer offered.
          Windows: 0 offered, 40 withdrawn
        1 products and classifications would be asked for no longer upstream.
        Source Microsoft Update would be synchronized at once.
        Deployment Ring 1 would lose updates.
        ");
        let looked_at = SelectionChange { acknowledged: 2, ..SelectionChange::default() };
        assert_eq!(sentence(&looked_at, false), "Changed: 0 selected, 0 deselected, 2 no longer new.\n");
        let nothing = SelectionChange::default();
        assert_eq!(sentence(&nothing, false), "Nothing changes: the categories are so already.\n");
    }
}
