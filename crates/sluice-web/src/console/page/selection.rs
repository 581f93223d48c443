//! Classifications and products: the tree with its check boxes, and the preview of a change.

use std::collections::{HashMap, HashSet};

use sluice_model::{CategoryId, Choice};
use sluice_site::selection::{Selectable, SelectableKind, SelectionChange, SelectionEdit, SelectionState};
use uuid::Uuid;

use crate::api::BASE_PATH;
use crate::console::component::{Branch, Chip, Empty, Equivalent, Input, Notice, Tone, grouped, shell_word};
use crate::console::form::{Form, Posted};
use crate::console::refusal::Refusal;
use crate::console::reply::{Done, Reply, done, page};
use crate::console::text;
use crate::console::view::selection::{ChangedCategories, FamilyLine, Selection, SelectionPreview};
use crate::console::view::shell::Here;
use crate::console::visit::Visit;

/// Rows of one page at most: what a form with as many fields has room for.
const MAX_ROWS: usize = 2_000;
/// With fewer rows everything is open.
const FEW_ROWS: usize = 60;
/// Levels of the tree at most; more is a ring in bad data.
const MAX_DEPTH: usize = 8;
/// Titles of changed categories on the preview at most.
const MAX_TITLES: usize = 50;
/// Categories in the equivalent command at most.
const MAX_NAMED: usize = 10;

/// `GET /selection`.
pub async fn show(visit: Visit) -> Reply {
    let t = &visit.t.selection;
    let all = visit.site.selection(&visit.caller)?;
    let text = visit.query.text("text").unwrap_or_default();
    let only_new = visit.query.text("new") == Some("true");
    let nothing = !all.iter().any(|one| one.upstream && one.state == SelectionState::Selected);
    let tree = Tree::new(t, &all, text, only_new);
    let (classifications, products): (Vec<_>, Vec<_>) = tree.roots();
    let new = all.iter().filter(|one| one.new && tree.shown.contains(&one.id)).count() as u64;
    page(&Selection {
        shell: visit.shell(t.title, Here::Synchronization)?,
        t,
        guidance: nothing.then(|| Notice::new(Tone::Warn, t.nothing_selected).text(t.nothing_selected_text)),
        truncated: tree.truncated.then(|| Notice::new(Tone::Warn, t.truncated).fix(t.truncated_fix)),
        text: Input::text("text", t.filter, text),
        only_new,
        new: (new > 0).then(|| t.new_count.count(new)),
        filtered: only_new || !text.is_empty(),
        classifications,
        products,
        empty: Empty::new(t.empty, t.empty_text),
        same: Equivalent::new(
            &visit.t.common,
            if only_new { "sluice category list --new" } else { "sluice category list" }.to_owned(),
            format!("GET {BASE_PATH}/categories"),
        ),
    })
}

/// `POST /selection/preview`: what the ticks that changed would do.
pub async fn preview(Posted { visit, form }: Posted) -> Reply {
    let ticked: HashSet<Uuid> = form.ids("select").ok_or(Refusal::BadForm)?.into_iter().collect();
    let was: HashSet<Uuid> = form.ids("was").ok_or(Refusal::BadForm)?.into_iter().collect();
    let withdrawn = form.ids("withdraw").ok_or(Refusal::BadForm)?;
    let mut select: Vec<Uuid> = ticked.difference(&was).copied().collect();
    let mut deselect: Vec<Uuid> = was.difference(&ticked).copied().collect();
    // Ticked and withdrawn at once: the tick counts.
    deselect.extend(withdrawn.into_iter().filter(|id| !ticked.contains(id)));
    select.sort_unstable();
    deselect.sort_unstable();
    deselect.dedup();
    let seen = form.ids("seen").ok_or(Refusal::BadForm)?;
    let edit = SelectionEdit { only_say: true, ..edit(&select, &deselect, &seen) };
    let change = visit.site.change_selection(&visit.caller, edit).await?;
    let t = &visit.t.selection;
    let titles: HashMap<Uuid, String> =
        visit.site.selection(&visit.caller)?.into_iter().map(|one| (one.id.0, one.title)).collect();
    let lists = [("select", &select, t.selected_count), ("deselect", &deselect, t.deselected_count)];
    let changes = lists.into_iter().filter(|(_, ids, _)| !ids.is_empty()).map(|(field, ids, words)| {
        let mut named: Vec<String> = ids.iter().filter_map(|id| titles.get(id).cloned()).collect();
        named.sort();
        let hidden = named.len().saturating_sub(MAX_TITLES);
        named.truncate(MAX_TITLES);
        ChangedCategories {
            title: words.count(ids.len() as u64),
            field,
            ids: ids.iter().map(Uuid::to_string).collect(),
            titles: named,
            more: (hidden > 0).then(|| t.more.with(hidden)),
        }
    });
    page(&SelectionPreview {
        shell: visit.shell(t.preview_title, Here::Synchronization)?,
        t,
        changes: changes.collect(),
        effects: effects(t, &change),
        families: change
            .families
            .iter()
            .map(|family| FamilyLine {
                title: family.title.clone(),
                offered: grouped(family.offered),
                withdrawn: grouped(family.withdrawn),
            })
            .collect(),
        deployments: change.deployments,
        same: Equivalent::new(
            &visit.t.common,
            commands(&select, &deselect, &titles),
            format!("POST {BASE_PATH}/categories/selection"),
        ),
        seen: seen.iter().map(Uuid::to_string).collect(),
    })
}

/// `POST /selection`: a change that was confirmed.
pub async fn save(Posted { visit, form }: Posted) -> Reply {
    let ids = |form: &Form, name| form.ids(name).ok_or(Refusal::BadForm);
    let edit = edit(&ids(&form, "select")?, &ids(&form, "deselect")?, &ids(&form, "seen")?);
    visit.site.change_selection(&visit.caller, edit).await?;
    done("/selection", Done::Saved)
}

/// `POST /selection/acknowledge`: what the page showed as new is so no longer.
pub async fn acknowledge(Posted { visit, form }: Posted) -> Reply {
    let seen = form.ids("seen").ok_or(Refusal::BadForm)?;
    visit.site.change_selection(&visit.caller, edit(&[], &[], &seen)).await?;
    done("/selection", Done::Saved)
}

fn edit(select: &[Uuid], deselect: &[Uuid], seen: &[Uuid]) -> SelectionEdit {
    let ids = |list: &[Uuid]| list.iter().copied().map(CategoryId).collect();
    SelectionEdit { select: ids(select), deselect: ids(deselect), acknowledge: ids(seen), ..SelectionEdit::default() }
}

/// What follows from a change, in sentences.
fn effects(t: &text::Selection, change: &SelectionChange) -> Vec<String> {
    let counted = [
        (change.offered, t.effect_offered),
        (change.withdrawn, t.effect_withdrawn),
        (change.asked, t.effect_asked),
        (change.not_asked, t.effect_not_asked),
    ];
    let mut said: Vec<_> =
        counted.into_iter().filter(|(number, _)| *number > 0).map(|(number, words)| words.count(number)).collect();
    if said.is_empty() {
        said.push(t.effect_none.to_string());
    }
    if !change.sources.is_empty() {
        said.push(t.effect_sources.with(change.sources.join(", ")));
    }
    if change.acknowledged > 0 {
        said.push(t.effect_seen.count(change.acknowledged));
    }
    said
}

/// The commands that do the same.
fn commands(select: &[Uuid], deselect: &[Uuid], titles: &HashMap<Uuid, String>) -> String {
    let command = |verb: &str, ids: &[Uuid]| {
        let named = ids.iter().take(MAX_NAMED).filter_map(|id| titles.get(id));
        let named: Vec<_> = named.map(|title| shell_word(title)).collect();
        let rest = if ids.len() > MAX_NAMED { " …" } else { "" };
        format!("sluice category {verb} {}{rest}", named.join(" "))
    };
    let verbs = [("select", select), ("deselect", deselect)];
    let all: Vec<_> = verbs.iter().filter(|(_, ids)| !ids.is_empty()).map(|(verb, ids)| command(verb, ids)).collect();
    if all.is_empty() { "sluice category list".to_owned() } else { all.join("\n") }
}

/// The tree as far as a filter lets it through.
struct Tree<'a> {
    t: &'static text::Selection,
    below: HashMap<Option<CategoryId>, Vec<&'a Selectable>>,
    shown: HashSet<CategoryId>,
    truncated: bool,
    /// Everything is open.
    open: bool,
}

impl<'a> Tree<'a> {
    fn new(t: &'static text::Selection, all: &'a [Selectable], text: &str, only_new: bool) -> Self {
        let by_id: HashMap<CategoryId, &Selectable> = all.iter().map(|one| (one.id, one)).collect();
        let parent = |one: &Selectable| one.parent.filter(|parent| by_id.contains_key(parent));
        let way = |one: &'a Selectable| {
            std::iter::successors(Some(one), |one| by_id.get(&parent(one)?).copied()).take(MAX_DEPTH)
        };
        let folded = text.to_lowercase();
        let matches = |one: &Selectable| one.title.to_lowercase().contains(&folded);
        // What matches, what is above it, and all below a title that matches.
        let found = all.iter().filter(|one| (one.new || !only_new) && way(one).any(&matches));
        let mut shown = HashSet::new();
        let mut truncated = false;
        for one in found {
            if shown.len() >= MAX_ROWS {
                truncated = true;
                break;
            }
            shown.extend(way(one).map(|above| above.id));
        }
        let mut below: HashMap<_, Vec<_>> = HashMap::new();
        for one in all.iter().filter(|one| shown.contains(&one.id)) {
            below.entry(parent(one)).or_default().push(one);
        }
        for list in below.values_mut().filter(|list| list.iter().all(|one| one.kind != SelectableKind::Classification))
        {
            list.sort_by(|a, b| a.title.cmp(&b.title));
        }
        let open = only_new || !text.is_empty() || shown.len() <= FEW_ROWS;
        Self { t, below, shown, truncated, open }
    }

    /// Classifications, and what stands at the top of the products.
    fn roots(&self) -> (Vec<Branch>, Vec<Branch>) {
        let top = self.below.get(&None).map_or(&[][..], Vec::as_slice);
        let (classifications, mut products): (Vec<&Selectable>, Vec<&Selectable>) =
            top.iter().copied().partition(|one| one.kind == SelectableKind::Classification);
        products.sort_by(|a, b| a.title.cmp(&b.title));
        let branches = |list: Vec<&Selectable>| list.into_iter().map(|one| self.branch(one, None, 0)).collect();
        (branches(classifications), branches(products))
    }

    fn branch(&self, one: &Selectable, above: Option<&Selectable>, depth: usize) -> Branch {
        let t = self.t;
        let list = self.below.get(&Some(one.id)).filter(|_| depth + 1 < MAX_DEPTH).map_or(&[][..], Vec::as_slice);
        let below: Vec<Branch> = list.iter().map(|next| self.branch(next, Some(one), depth + 1)).collect();
        let ticked = one.state == SelectionState::Selected;
        let selected = list.iter().filter(|next| next.state == SelectionState::Selected).count();
        let imported = one.state == SelectionState::Undecided && one.updates > 0;
        let marks = [
            (one.new, Chip::new(Tone::Warn, t.new)),
            (one.choice == Some(Choice::Deselected), Chip::label(Tone::Quiet, t.deselected)),
            (imported && one.kind != SelectableKind::Classification, Chip::label(Tone::Quiet, t.imported)),
            (!one.upstream && above.is_none_or(|above| above.upstream), Chip::label(Tone::Quiet, t.package_source)),
        ];
        // What needs a look, and choices that differ from what is above them.
        let differs = below.iter().any(|next| next.new || next.open || next.ticked != ticked);
        Branch {
            t,
            id: one.id.to_string(),
            title: one.title.clone(),
            ticked,
            new: one.new,
            marks: marks.into_iter().filter_map(|(is, chip)| is.then_some(chip)).collect(),
            updates: if one.updates > 0 { t.updates.count(one.updates) } else { String::new() },
            imported,
            summary: t.below.with2(grouped(selected as u64), grouped(list.len() as u64)),
            open: self.open || depth == 0 || differs,
            below,
        }
    }
}
