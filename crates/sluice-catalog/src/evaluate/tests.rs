use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use roaring::RoaringBitmap;
use sluice_model::{ComplianceState, Inventory, PackagePin, RevisionId, UpdateId};

use super::{Evaluator, evaluate_device, naive, upgradable};
use crate::catalog::Catalog;
use crate::device::{DeviceFacts, InstalledTable, Subscription};
use crate::testing::*;

fn facts(inventory: &Inventory, table: &mut InstalledTable) -> DeviceFacts {
    DeviceFacts::of(inventory, Arc::new(Subscription::of(inventory)), table)
}

fn updates(catalog: &Catalog, revisions: &RoaringBitmap) -> BTreeSet<UpdateId> {
    revisions.iter().map(|revision| catalog.revision(RevisionId(revision)).unwrap().id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn decides_as_apt((catalog, world) in catalogs(), inventories in prop::collection::vec(inventories(), 1..5)) {
        let mut table = InstalledTable::default();
        let mut evaluator = Evaluator::new(Arc::clone(&catalog));
        for inventory in &inventories {
            let facts = facts(inventory, &mut table);
            let expected = naive::evaluate(&world, inventory);
            let compliance = evaluate_device(&catalog, &table, &facts);
            prop_assert_eq!(updates(&catalog, &compliance.required), expected.required);
            prop_assert_eq!(updates(&catalog, &compliance.applicable), expected.applicable);
            prop_assert_eq!(updates(&catalog, &compliance.installed), expected.installed);
            prop_assert!(compliance.required.is_subset(&compliance.applicable));
            prop_assert!(compliance.required.is_disjoint(&compliance.installed));
            let list: BTreeSet<_> = upgradable(&catalog, &table, &facts).into_iter().map(|package| {
                let p = package.installed;
                assert!(compliance.required.contains(package.revision.0));
                (p.name.to_owned(), p.architecture.to_owned(), p.version.to_owned())
            }).collect();
            prop_assert_eq!(list, expected.upgradable);
            // With a memory, also of the devices before: the same.
            prop_assert_eq!(evaluator.evaluate(&table, &facts), compliance.clone());
            prop_assert_eq!(evaluator.evaluate(&table, &facts), compliance);
        }
    }
}

fn states(catalog: &Catalog, inventory: &Inventory, ids: [UpdateId; 2]) -> [ComplianceState; 2] {
    let mut table = InstalledTable::default();
    let facts = facts(inventory, &mut table);
    let compliance = evaluate_device(catalog, &table, &facts);
    ids.map(|id| compliance.state(catalog.current(id).unwrap()))
}

#[test]
fn the_plain_case() {
    use ComplianceState::{Installed, NotRequired, Required};
    let (catalog, old, new) = bookworm();
    let both = || vec![device_index(0, None), device_index(1, None)];
    let has = |version| inventory(&[("openssl", "amd64", version)], both(), vec![]);
    assert_eq!(states(&catalog, &has("1.0-1"), [old, new]), [Installed, Required]);
    assert_eq!(states(&catalog, &has("1.0-1+deb12u1"), [old, new]), [NotRequired, Installed]);
    assert_eq!(states(&catalog, &has("0.9"), [old, new]), [NotRequired, Required]);
    assert_eq!(states(&catalog, &has("2.0"), [old, new]), [NotRequired, NotRequired]);
    let base_only = inventory(&[("openssl", "amd64", "0.9")], vec![device_index(0, None)], vec![]);
    assert_eq!(states(&catalog, &base_only, [old, new]), [Required, NotRequired]);
    let pinned = PackagePin { package: "openssl".into(), version: "1.0-1".into(), priority: 990 };
    let pinned = inventory(&[("openssl", "amd64", "0.9")], both(), vec![pinned]);
    assert_eq!(states(&catalog, &pinned, [old, new]), [Required, NotRequired]);
    let foreign = inventory(&[("openssl", "i386", "0.9")], both(), vec![]);
    assert_eq!(states(&catalog, &foreign, [old, new]), [NotRequired, NotRequired]);
}

#[test]
fn numbers_of_diverged_tables_do_not_mix() {
    let (catalog, _, new) = bookworm();
    let catalog = Arc::new(catalog);
    let mut evaluator = Evaluator::new(Arc::clone(&catalog));
    let both = || vec![device_index(0, None), device_index(1, None)];
    let table = InstalledTable::default();
    let (mut one, mut two) = (table.clone(), table.clone());
    let current = facts(&inventory(&[("openssl", "amd64", "1.0-1+deb12u1")], both(), vec![]), &mut one);
    let outdated = facts(&inventory(&[("openssl", "amd64", "1.0-1")], both(), vec![]), &mut two);
    let mut unrelated = InstalledTable::default();
    let other = facts(&inventory(&[("openssl", "amd64", "1.0-1")], both(), vec![]), &mut unrelated);
    let new = catalog.current(new).unwrap();
    assert_eq!(evaluator.evaluate(&one, &current).state(new), ComplianceState::Installed);
    assert_eq!(evaluator.evaluate(&two, &outdated).state(new), ComplianceState::Required);
    assert_eq!(evaluator.evaluate(&unrelated, &other).state(new), ComplianceState::Required);
}
