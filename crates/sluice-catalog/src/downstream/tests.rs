use std::sync::Arc;

use proptest::prelude::*;
use sluice_model::{
    Category, CategoryId, CategoryKind, Choice, Classification, ProtocolVersion, RevisionId, Update, UpdateContent,
    UpdateKind, WindowsCategory, WindowsContent,
};

use super::naive::Naive;
use super::*;
use crate::catalog::{Catalog, CatalogChange};
use crate::windows::testing::{catalog, category, content, exact, id, made, picks, software, world};

const ALL: ProtocolVersion = ProtocolVersion { major: 9, minor: 0 };

fn entry(number: usize, delta: bool) -> FilterEntry {
    FilterEntry { id: CategoryId(id(number).0), delta }
}

fn everything() -> RevisionFilter<'static> {
    RevisionFilter { configuration: false, since: None, categories: &[], classifications: &[], protocol: ALL }
}

fn node(number: usize, kind: CategoryKind, parent: Option<usize>) -> Category {
    let parent = parent.map(|number| CategoryId(id(number).0));
    Category { id: CategoryId(id(number).0), kind, parent, title: number.to_string() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn lists_are_what_the_specification_says(
        picks in picks(25, 90),
        guards in prop::collection::vec((0usize..90, 1u16..4), 0..8),
        configuration in prop::bool::weighted(0.2),
        since in prop::option::of(0u32..100),
        categories in prop::collection::vec((0usize..26, any::<bool>()), 0..4),
        classifications in prop::collection::vec((0usize..30, any::<bool>()), 0..4),
        minor in 0u16..4,
    ) {
        let mut all = world(&picks, true);
        for (at, minor) in guards {
            let at = at % all.len();
            let mut update = Update::clone(&all[at].1);
            if let UpdateContent::Windows(content) = &mut update.content {
                content.compatible_protocol = Some(ProtocolVersion { major: 1, minor });
            }
            all[at].1 = Arc::new(update);
        }
        // Some are classifications, some products below a family.
        let classification_ids: Vec<_> = (0..5).map(id).collect();
        let mut nodes = vec![node(5, CategoryKind::ProductFamily, None)];
        nodes.extend((6..12).map(|number| node(number, CategoryKind::Product, Some(5))));
        for (_, update) in &mut all {
            let mut made = Update::clone(update);
            if let UpdateContent::Windows(content) = &mut made.content {
                content.category = match made.kind {
                    UpdateKind::Category if classification_ids.contains(&made.id) => Some(WindowsCategory::Classification),
                    UpdateKind::Category => Some(WindowsCategory::Product),
                    _ => None,
                };
            }
            *update = Arc::new(made);
        }
        let current_kind = |number: usize| {
            let of = all.iter().filter(|(_, update)| update.id == id(number));
            of.max_by_key(|(_, update)| update.number).map(|(_, update)| update.kind)
        };
        let classification_ids: Vec<_> =
            (0..5).filter(|number| current_kind(*number) == Some(UpdateKind::Category)).map(id).collect();
        let above: Vec<_> = nodes.iter().map(|node| (node.id, node.parent)).collect();
        let (catalog, problems) = Catalog::default().apply(CatalogChange {
            updates: all.clone(), categories: nodes.clone(), ..CatalogChange::default()
        });
        prop_assert_eq!(problems, []);
        let lists = RevisionLists::build(&Arc::new(catalog));
        let naive = Naive { all: &all, above: &above, classifications: &classification_ids };
        let categories: Vec<_> = categories.into_iter().map(|(number, delta)| entry(number, delta)).collect();
        let classifications: Vec<_> = classifications.into_iter().map(|(number, delta)| match number {
            number if number >= 15 => FilterEntry { id: Classification::SecurityUpdates.id(), delta },
            number => entry(number, delta),
        }).collect();
        let filter = RevisionFilter {
            configuration,
            since: since.map(RevisionId),
            categories: &categories,
            classifications: &classifications,
            protocol: ProtocolVersion { major: 1, minor },
        };
        prop_assert_eq!(lists.list(&filter), naive.list(&filter));
    }
}

/// 1 product, 2 classification, 3 software of both, 4 detectoid.
fn small() -> Vec<Arc<Update>> {
    vec![
        category(1, WindowsCategory::Product, &[]),
        category(2, WindowsCategory::Classification, &[]),
        software(3, &[1, 2, 4]),
        made(4, 1, UpdateKind::Detectoid, WindowsContent::default()),
    ]
}

fn lists(updates: &[Arc<Update>]) -> RevisionLists {
    let nodes = vec![node(1, CategoryKind::Product, None)];
    let (catalog, _) = catalog(updates).apply(CatalogChange { categories: nodes, ..CatalogChange::default() });
    RevisionLists::build(&Arc::new(catalog))
}

fn revisions(ids: &[u32]) -> Vec<RevisionId> {
    ids.iter().copied().map(RevisionId).collect()
}

#[test]
fn one_list_alone_gives_nothing_and_none_gives_everything() {
    let lists = lists(&small());
    let (product, classification) = ([entry(1, false)], [entry(2, false)]);
    let list = |categories: &[FilterEntry], classifications: &[FilterEntry]| {
        lists.list(&RevisionFilter { categories, classifications, ..everything() })
    };
    assert_eq!(list(&[], &[]), revisions(&[3]));
    assert_eq!(list(&product, &[]), []);
    assert_eq!(list(&[], &classification), []);
    assert_eq!(list(&product, &classification), revisions(&[3]));
    assert_eq!(list(&product, &product), []);
    let configuration = RevisionFilter { configuration: true, categories: &product, ..everything() };
    assert_eq!(lists.list(&configuration), revisions(&[1, 2, 4]));
}

#[test]
fn each_entry_has_its_own_delta() {
    let lists = lists(&small());
    let list = |category, classification, since| {
        let (categories, classifications) = ([entry(1, category)], [entry(2, classification)]);
        let since = Some(RevisionId(since));
        lists.list(&RevisionFilter {
            since,
            categories: &categories,
            classifications: &classifications,
            ..everything()
        })
    };
    assert_eq!(list(true, true, 2), revisions(&[3]), "new");
    assert_eq!(list(true, true, 3), [], "known");
    assert_eq!(list(false, true, 3), revisions(&[3]), "a new category");
    assert_eq!(list(true, false, 3), revisions(&[3]), "a new classification");
}

#[test]
fn members_come_in_the_revision_the_bundle_names_also_when_they_are_older() {
    let mut updates = small();
    let member = |revision| made(5, revision, UpdateKind::Software, WindowsContent::default());
    updates.extend([member(1), member(2)]);
    let bundle = WindowsContent { bundled: vec![vec![exact(5, 1)]], ..content(&[1, 2]) };
    updates.push(made(6, 1, UpdateKind::Software, bundle));
    let lists = lists(&updates);
    let (categories, classifications) = ([entry(1, true)], [entry(2, true)]);
    let filter = RevisionFilter {
        since: Some(RevisionId(6)),
        categories: &categories,
        classifications: &classifications,
        ..everything()
    };
    assert_eq!(lists.list(&filter), revisions(&[5, 7]));
    assert_eq!(lists.newest(), RevisionId(7));
}

#[test]
fn a_newer_protocol_hides_members_of_bundles_too() {
    let guarded =
        |content| WindowsContent { compatible_protocol: Some(ProtocolVersion { major: 1, minor: 8 }), ..content };
    let bundle = WindowsContent { bundled: vec![vec![exact(1, 1)]], ..content(&[]) };
    let lists = lists(&[
        made(1, 1, UpdateKind::Software, guarded(WindowsContent::default())),
        made(2, 1, UpdateKind::Software, bundle),
        made(3, 1, UpdateKind::Software, guarded(content(&[]))),
    ]);
    let list = |minor| lists.list(&RevisionFilter { protocol: ProtocolVersion { major: 1, minor }, ..everything() });
    assert_eq!(list(6), revisions(&[2]));
    assert_eq!(list(8), revisions(&[1, 2, 3]));
    assert_eq!(list(20), revisions(&[1, 2, 3]));
}

#[test]
fn what_is_not_selected_is_not_listed_and_a_new_selection_is_noticed() {
    let all = lists(&small());
    let choices = vec![(CategoryId(id(1).0), Some(Choice::Deselected))];
    let change = CatalogChange { choices, ..CatalogChange::default() };
    let fewer = RevisionLists::build(&Arc::new(all.catalog().apply(change).0));
    assert_eq!(fewer.list(&everything()), []);
    assert_ne!(fewer.selection(), all.selection());
}
