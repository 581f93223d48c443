use std::sync::Arc;

use proptest::prelude::*;
use sluice_model::{
    CategoryId, Choice, Classification, RevisionId, Update, UpdateKind, WindowsCategory, WindowsContent,
};

use super::*;
use crate::windows::testing::*;

fn change(updates: Vec<(RevisionId, Arc<Update>)>) -> CatalogChange {
    CatalogChange { updates, ..CatalogChange::default() }
}

fn applied(catalog: &Catalog, change: CatalogChange) -> Catalog {
    let (next, problems) = catalog.apply(change);
    assert_eq!(problems, []);
    next
}

proptest! {
    #[test]
    fn applied_in_steps_equals_built_at_once(
        picks in picks(12, 30),
        sizes in prop::collection::vec(1usize..6, 30),
        products in prop::collection::vec((0usize..12, 0usize..30), 0..4),
        declined in prop::collection::vec((0usize..12, 0usize..30, any::<bool>()), 0..6),
    ) {
        let all = world(&picks, true);
        let mut catalog = Catalog::default();
        let (mut from, mut end) = (0, change(all.clone()));
        for size in sizes {
            let to = (from + size).min(all.len());
            let step = CatalogChange {
                categories: products.iter().filter(|p| (from..to).contains(&p.1)).map(|p| product_row(p.0, Some(99))).collect(),
                declined: declined.iter().filter(|d| (from..to).contains(&d.1)).map(|d| (id(d.0), d.2)).collect(),
                changes: vec![(id(from), from as u64)],
                ..change(all[from..to].to_vec())
            };
            end.categories.extend(step.categories.clone());
            end.declined.extend(step.declined.clone());
            end.changes.extend(step.changes.clone());
            let before = (catalog.clone(), catalog.dump());
            catalog = applied(&catalog, step);
            prop_assert_eq!(before.0.dump(), before.1, "the catalog before has changed");
            from = to;
        }
        let at_once = applied(&Catalog::default(), end);
        prop_assert_eq!(catalog.dump(), at_once.dump());
        let described_again = applied(&catalog, change(all));
        prop_assert_eq!(catalog.dump(), described_again.dump());
    }

    #[test]
    fn flags_are_what_the_documents_say(picks in picks(12, 30)) {
        let all = world(&picks, true);
        let catalog = applied(&Catalog::default(), change(all.clone()));
        let content = |update: &Update| update.content.windows().cloned().unwrap();
        let current: Vec<_> = all.iter().filter(|(_, u)| !all.iter().any(|(_, o)| o.id == u.id && o.number > u.number)).collect();
        for (revision, update) in &all {
            let named = all.iter().any(|(_, other)| content(other).prerequisites.iter().flatten().any(|id| *id == update.id));
            prop_assert_eq!(catalog.is_leaf(*revision), !named);
        }
        for (revision, update) in &current {
            prop_assert_eq!(catalog.current(update.id), Some(*revision));
            prop_assert_eq!(catalog.current_revisions().contains(revision.0), update.is_listed());
            prop_assert_eq!(catalog.is_expired(*revision), update.is_listed() && content(update).expired);
            let by: Vec<_> = current.iter().filter(|(_, other)| {
                let other_content = content(other);
                other.id != update.id && other.is_listed() && !other_content.expired && update.is_listed()
                    && other_content.supersedes.contains(&update.id)
            }).map(|(revision, _)| *revision).collect();
            prop_assert_eq!(catalog.is_superseded(*revision), !by.is_empty());
            let chain = catalog.superseded_by(*revision);
            prop_assert!(by.iter().all(|revision| chain.contains(revision)));
            for above in chain {
                prop_assert!(catalog.supersedes(above).contains(revision));
            }
        }
        prop_assert_eq!(catalog.current_windows().len(), current.len() as u64);
        prop_assert_eq!(catalog.dump().matches("expired true").count(), all.iter().filter(|(r, _)| catalog.is_expired(*r)).count());
    }

    #[test]
    fn new_non_leaves_are_those_that_flip(picks in picks(12, 30), at in 0usize..30) {
        let all = world(&picks, true);
        let (known, arriving) = all.split_at(at.min(all.len()));
        let before = applied(&Catalog::default(), change(known.to_vec()));
        let after = applied(&before, change(arriving.to_vec()));
        let mut flipped: Vec<_> = known.iter().filter(|(r, _)| before.is_leaf(*r) && !after.is_leaf(*r)).map(|(_, u)| u.id).collect();
        flipped.sort();
        flipped.dedup();
        prop_assert_eq!(before.new_non_leaves(arriving.iter().map(|(_, update)| &**update)), flipped);
    }
}

#[test]
fn a_chain_of_supersedence_ends_where_the_publisher_withdrew() {
    let superseding = |number, supersedes: &[usize], expired| {
        let supersedes = supersedes.iter().map(|n| id(*n)).collect();
        made(number, 1, UpdateKind::Software, WindowsContent { supersedes, expired, ..content(&[]) })
    };
    let r = RevisionId;
    let catalog = catalog(&[software(1, &[]), superseding(2, &[1], false), superseding(3, &[2, 3], false)]);
    assert_eq!(catalog.superseded_by(r(1)), [r(2), r(3)]);
    assert_eq!(catalog.supersedes(r(3)), [r(2), r(1)]);
    assert!(catalog.is_superseded(r(1)) && catalog.is_superseded(r(2)) && !catalog.is_superseded(r(3)));
    let withdrawn = made(3, 2, UpdateKind::Software, WindowsContent { expired: true, ..content(&[]) });
    let catalog = applied(&catalog, change(vec![(r(4), withdrawn)]));
    assert!(catalog.is_expired(r(3)) && !catalog.is_superseded(r(2)) && catalog.is_superseded(r(1)));
    assert_eq!(catalog.expired_revisions().iter().collect::<Vec<_>>(), [4]);
}

#[test]
fn products_are_found_among_unmarked_prerequisites_also_later() {
    let r = RevisionId;
    let before = catalog(&[category(1, WindowsCategory::Product, &[]), software(2, &[1])]);
    let product = CategoryId(id(1).0);
    assert!(before.products_of(r(2)).is_empty() && before.revisions_within(product).is_empty());
    let categories = vec![product_row(0, None), product_row(1, Some(0))];
    let after = applied(&before, CatalogChange { categories, ..CatalogChange::default() });
    assert_eq!(after.products_of(r(2)), [product]);
    assert_eq!(after.revisions_within(CategoryId(id(0).0)).iter().collect::<Vec<_>>(), [2]);
    let select = |list: Vec<CategoryId>| {
        let choices = list.into_iter().map(|id| (id, Some(Choice::Deselected))).collect();
        let next = applied(&after, CatalogChange { choices, ..CatalogChange::default() });
        next.is_selected(next.revision(r(2)).unwrap())
    };
    assert!(select(vec![]));
    assert!(!select(vec![product]), "its product");
    assert!(!select(vec![CategoryId(id(0).0)]), "the family of its product");
    assert!(!select(vec![Classification::SecurityUpdates.id()]));
    assert!(select(vec![Classification::Drivers.id()]));
}

#[test]
fn only_what_can_be_deployed_is_listed_and_all_can_be_found() {
    let hidden = made(3, 1, UpdateKind::Software, WindowsContent { explicitly_deployable: false, ..content(&[]) });
    let articles = WindowsContent { articles: vec!["5034441".into()], ..content(&[]) };
    let listed = made(2, 1, UpdateKind::Software, articles);
    let catalog = catalog(&[category(1, WindowsCategory::Company, &[]), listed, hidden]);
    assert_eq!(catalog.current_revisions().iter().collect::<Vec<_>>(), [2]);
    assert_eq!(catalog.current(id(3)), Some(RevisionId(3)));
    assert_eq!(catalog.exact(exact(3, 1)), Some(RevisionId(3)));
    assert_eq!(catalog.exact(exact(3, 2)), None);
    assert!(catalog.folded(RevisionId(2)).contains("kb5034441"));
    assert_eq!(catalog.folded_title(RevisionId(2)), "update 2");
}

#[test]
fn counters_and_declines_outlive_revisions() {
    let catalog = catalog(&[software(1, &[])]);
    let decided = CatalogChange {
        declined: vec![(id(1), true), (id(7), true)],
        changes: vec![(id(1), 5)],
        changes_to: 9,
        ..CatalogChange::default()
    };
    let catalog = applied(&catalog, decided);
    assert_eq!((catalog.change_of(id(1)), catalog.change_of(id(2)), catalog.last_change()), (5, 0, 9));
    let newer =
        vec![(RevisionId(2), made(1, 2, UpdateKind::Software, content(&[]))), (RevisionId(3), software(7, &[]))];
    let catalog = applied(&catalog, change(newer));
    assert!(catalog.is_declined(id(1)) && catalog.is_declined(id(7)));
    assert_eq!(catalog.declined_revisions().iter().collect::<Vec<_>>(), [2, 3]);
    let again = CatalogChange { declined: vec![(id(1), false)], ..CatalogChange::default() };
    assert_eq!(applied(&catalog, again).declined_revisions().iter().collect::<Vec<_>>(), [3]);
}
