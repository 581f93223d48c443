use std::sync::Arc;

use proptest::prelude::*;
use sluice_model::{DeviceNumber, PackagePin, RevisionId};

use super::explain;
use crate::catalog::Catalog;
use crate::testing::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn explains_what_was_decided((catalog, _) in catalogs(), inventory in inventories()) {
        let (_, fleet) = fleet(&catalog, &[inventory]);
        let row = fleet.device(DeviceNumber(0)).unwrap();
        let compliance = row.compliance.as_ref().unwrap();
        for revision in catalog.current_revisions().iter().map(RevisionId) {
            let update = catalog.revision(revision).unwrap().id;
            let explanation = explain(&fleet, DeviceNumber(0), update).unwrap();
            prop_assert_eq!(explanation.state, compliance.state(revision), "{:#?}", explanation);
            prop_assert_eq!(explanation.applicable, compliance.applicable.contains(revision.0), "{:#?}", explanation);
            prop_assert_eq!(explanation.superseded_by.is_empty(), !catalog.is_superseded(revision));
            prop_assert_eq!(explanation.expired, catalog.is_expired(revision));
            prop_assert!(explanation.sentences().iter().all(|sentence| sentence.ends_with('.')));
        }
    }
}

fn say(catalog: Catalog, package: (&str, &str, &str), indexes: &[usize], pin: Option<i32>, old: bool) -> String {
    let (_, old_id, new_id) = bookworm();
    let indexes = indexes.iter().map(|number| device_index(*number, None)).collect();
    let version = "1.0-1+deb12u1".to_owned();
    let pins = pin.map(|priority| PackagePin { package: package.0.into(), version, priority });
    let mut inventory = inventory(&[package], indexes, pins.into_iter().collect());
    inventory.packages[0].held = package.2 == "0.9";
    let (_, fleet) = fleet(&Arc::new(catalog), &[inventory]);
    explain(&fleet, DeviceNumber(0), if old { old_id } else { new_id }).unwrap().sentences().join("\n")
}

#[test]
fn sentences() {
    let both = [0, 1];
    let ssl = |version| ("openssl", "amd64", version);
    let say = |package, indexes: &[usize], pin, old| say(bookworm().0, package, indexes, pin, old);
    insta::assert_snapshot!(say(ssl("1.0-1"), &both, None, false), @r"
    Required: it upgrades openssl.
    openssl (amd64) 1.0-1 is installed; the package manager would upgrade it to 1.0-1+deb12u1 from bookworm-security main with priority 500.
    ");
    insta::assert_snapshot!(say(ssl("0.9"), &both, None, false), @r"
    Required: it upgrades openssl.
    openssl (amd64) 0.9 is installed; the package manager would upgrade it to 1.0-1+deb12u1 from bookworm-security main with priority 500.
    openssl is held on the device, so it is not installed until it is released there with `apt-mark unhold openssl`.
    ");
    insta::assert_snapshot!(say(ssl("1.0-1"), &both, None, true), @r"
    Installed: the device has exactly its version.
    openssl (amd64) 1.0-1 is installed; that is the update's version, and the package manager would go on to 1.0-1+deb12u1.
    It is superseded by version 1.0-1+deb12u1.
    ");
    insta::assert_snapshot!(say(ssl("1.0-1"), &[0], None, false), @r"
    Not required: it is no upgrade for any installed package.
    openssl (amd64) 1.0-1 is installed; 1.0-1+deb12u1 is offered in bookworm-security main, to which the device is not subscribed.
    ");
    insta::assert_snapshot!(say(ssl("1.0-1"), &both, Some(-1), false), @r"
    Not required: it is no upgrade for any installed package.
    openssl (amd64) 1.0-1 is installed; 1.0-1+deb12u1 is pinned to priority -1 on the device, which means never.
    ");
    insta::assert_snapshot!(say(ssl("1.0-1"), &both, Some(50), false), @r"
    Not required: it is no upgrade for any installed package.
    openssl (amd64) 1.0-1 is installed; 1.0-1+deb12u1 has priority 50, but the package manager prefers 1.0-1 from bookworm main with priority 500.
    ");
    insta::assert_snapshot!(say(ssl("2.0"), &both, None, false), @r"
    Not required: it is no upgrade for any installed package.
    openssl (amd64) 2.0 is installed; that is newer than the update's 1.0-1+deb12u1.
    ");
    insta::assert_snapshot!(say(("openssl", "i386", "1.0-1"), &both, None, false), @r"
    Not required: it is no upgrade for any installed package.
    openssl (i386) 1.0-1 is installed; the update has it for amd64 only.
    ");
    insta::assert_snapshot!(say(("bash", "amd64", "1"), &both, None, false), @"Not required: none of its packages is installed (libssl3, openssl).");
}

#[test]
fn without_an_inventory_the_state_is_unknown() {
    let (catalog, _, new) = bookworm();
    let (mut evaluator, fleet) = fleet(&Arc::new(catalog), &[]);
    let (fleet, _) = fleet.apply(&mut evaluator, vec![crate::DeviceChange::Record(record(0))]);
    let explanation = explain(&fleet, DeviceNumber(0), new).unwrap();
    assert_eq!(explanation.sentences(), ["Unknown: the device has not sent an inventory yet."]);
    assert_eq!(explain(&fleet, DeviceNumber(1), new), None);
}
