use std::sync::Arc;

use proptest::prelude::*;
use sluice_model::{CategoryId, Choice, Classification, DeviceNumber, RevisionId, UpdateId};

use super::*;
use crate::explain;
use crate::testing as linux;
use crate::windows::testing::*;

const YES: Option<Choice> = Some(Choice::Selected);
const NO: Option<Choice> = Some(Choice::Deselected);

fn applied(catalog: &Catalog, change: CatalogChange) -> Catalog {
    let (next, problems) = catalog.apply(change);
    assert_eq!(problems, []);
    next
}

fn chosen(catalog: &Catalog, choices: &[(CategoryId, Option<Choice>)]) -> Catalog {
    applied(catalog, CatalogChange { choices: choices.to_vec(), ..CatalogChange::default() })
}

fn category_id(number: usize) -> CategoryId {
    CategoryId(id(number).0)
}

fn choice() -> impl Strategy<Value = Option<Choice>> {
    prop_oneof![Just(None), Just(YES), Just(NO)]
}

proptest! {
    /// What is kept of it equals what one finds by asking for each update, in whatever order
    /// categories, updates and choices come.
    #[test]
    fn what_is_kept_is_what_follows(
        picks in picks(12, 30),
        sizes in prop::collection::vec(1usize..6, 30),
        products in prop::collection::vec((0usize..12, 0usize..30), 0..6),
        choices in prop::collection::vec((0usize..12, 0usize..30, choice()), 0..10),
    ) {
        let all = world(&picks, true);
        let mut catalog = Catalog::default();
        let (mut from, mut end) = (0, CatalogChange { updates: all.clone(), ..CatalogChange::default() });
        for size in sizes {
            let to = (from + size).min(all.len());
            let step = CatalogChange {
                categories: products.iter().filter(|p| (from..to).contains(&p.1)).map(|p| product_row(p.0, Some(99))).collect(),
                choices: choices.iter().filter(|c| (from..to).contains(&c.1)).map(|c| (category_id(c.0), c.2)).collect(),
                updates: all[from..to].to_vec(),
                ..CatalogChange::default()
            };
            end.categories.extend(step.categories.clone());
            end.choices.extend(step.choices.clone());
            catalog = applied(&catalog, step);
            let expected: Vec<u32> = catalog.current_revisions().iter()
                .filter(|id| !catalog.is_selected(catalog.revision(RevisionId(*id)).unwrap())).collect();
            prop_assert_eq!(catalog.unselected_revisions().iter().collect::<Vec<_>>(), expected);
            from = to;
        }
        prop_assert_eq!(catalog.dump(), applied(&Catalog::default(), end).dump());
    }
}

#[test]
fn the_nearest_choice_holds() {
    // Company 0 > family 1 > products 2 and 3.
    let rows = |ids: &[(usize, Option<usize>)]| ids.iter().map(|(id, above)| product_row(*id, *above)).collect();
    let categories = rows(&[(0, None), (1, Some(0)), (2, Some(1)), (3, Some(1))]);
    let tree = applied(&Catalog::default(), CatalogChange { categories, ..CatalogChange::default() });
    let effective = |catalog: &Catalog| [0, 1, 2, 3, 4].map(|n| catalog.effective_choice(category_id(n)));
    assert_eq!(effective(&tree), [None; 5]);
    let family = chosen(&tree, &[(category_id(1), YES)]);
    assert_eq!(effective(&family), [None, YES, YES, YES, None]);
    let excluded = chosen(&family, &[(category_id(3), NO)]);
    assert_eq!(effective(&excluded), [None, YES, YES, NO, None]);
    // One that comes later follows the family.
    let later = CatalogChange { categories: rows(&[(4, Some(1))]), ..CatalogChange::default() };
    assert_eq!(effective(&applied(&excluded, later)), [None, YES, YES, NO, YES]);
    let taken_back = chosen(&excluded, &[(category_id(1), None)]);
    assert_eq!(effective(&taken_back), [None, None, None, NO, None]);
}

#[test]
fn an_update_of_several_products_stays_while_one_is_selected() {
    let world = catalog(&[software(5, &[2, 3])]);
    let categories = vec![product_row(0, None), product_row(2, Some(0)), product_row(3, Some(0))];
    let world = applied(&world, CatalogChange { categories, ..CatalogChange::default() });
    let unselected = |choices: &[(CategoryId, Option<Choice>)]| {
        chosen(&world, choices).unselected_revisions().iter().collect::<Vec<_>>()
    };
    assert_eq!(unselected(&[(category_id(2), NO)]), [0; 0]);
    let number = world.current(id(5)).unwrap().0;
    assert_eq!(unselected(&[(category_id(2), NO), (category_id(3), NO)]), [number]);
    assert_eq!(unselected(&[(Classification::SecurityUpdates.id(), NO)]), [number]);
    let shown: Vec<CategoryId> = chosen(&world, &[(category_id(2), NO)]).products_of(RevisionId(number));
    assert_eq!(shown, [category_id(2), category_id(3)], "it shows all its products");
}

#[test]
fn flags_are_no_reason_to_evaluate_anything_again() {
    let flag = |new| CatalogChange { news: vec![(category_id(1), new)], ..CatalogChange::default() };
    assert!(flag(true).is_of_counters());
    let flagged = applied(&Catalog::default(), flag(true));
    assert_eq!(flagged.new_categories().collect::<Vec<_>>(), [category_id(1)]);
    assert!(!applied(&flagged, flag(false)).is_new_category(category_id(1)));
    assert!(!CatalogChange { choices: vec![(category_id(1), NO)], ..CatalogChange::default() }.is_of_counters());
}

/// Deselecting a Linux product or classification takes its updates out of compliance, with the
/// reason in the explanation; selecting it brings them back.
#[test]
fn linux_updates_follow_the_selection() {
    let (catalog, _, new) = linux::bookworm();
    let both = vec![linux::device_index(0, None), linux::device_index(1, None)];
    let inventory = linux::inventory(&[("openssl", "amd64", "1.0-1")], both, vec![]);
    let (_, fleet) = linux::fleet(&Arc::new(catalog.clone()), &[inventory]);
    let looks = |choices: &[(CategoryId, Option<Choice>)], update: UpdateId| {
        let next = Arc::new(chosen(&catalog, choices));
        let fleet = fleet.re_evaluate(&mut crate::Evaluator::new(next));
        let explained = explain(&fleet, DeviceNumber(0), update).unwrap();
        let row = fleet.device(DeviceNumber(0)).unwrap();
        let compliance = row.compliance.as_ref().unwrap();
        assert_eq!(explained.state, compliance.state(explained.revision));
        assert_eq!(explained.applicable, compliance.applicable.contains(explained.revision.0));
        explained.sentences().remove(0)
    };
    assert_eq!(looks(&[], new), "Required: it upgrades openssl.");
    let hidden = "Not required: the update's product or classification is not selected, so it counts for no device.";
    assert_eq!(looks(&[(linux::product("bookworm"), NO)], new), hidden);
    assert_eq!(looks(&[(CategoryId::of_company("Debian"), NO)], new), hidden);
    let excepted = [(CategoryId::of_company("Debian"), NO), (linux::product("bookworm"), YES)];
    assert_eq!(looks(&excepted, new), "Required: it upgrades openssl.");
    let classification = catalog.update(new).unwrap().1.classification;
    assert_eq!(looks(&[(classification.id(), NO)], new), hidden);
}
