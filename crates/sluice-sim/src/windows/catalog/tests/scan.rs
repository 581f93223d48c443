//! What machines are offered, by a plain server that sends 30 at a time, what others need first.

use std::collections::HashSet;

use sluice_model::id::UpdateId;
use sluice_wsus::update::rules::{Applicability, ApplicabilityState, Facts, Truth};

use super::{Known, needed, read};
use crate::windows::VirtualMachine;
use crate::windows::catalog::{Catalog, CatalogShape, DocumentKind, Profile};

/// New updates of an answer (protocols.md §3.5).
const PAGE: usize = 30;
/// Ids of installed updates that real servers take at most (peer-wsus-rs.md §7.3, Q22).
const MOST_INSTALLED: usize = 400;

#[derive(Default)]
struct Scan {
    rounds: usize,
    offered: usize,
    installed_non_leaf: usize,
    installable: Vec<UpdateId>,
    installed: Vec<UpdateId>,
}

fn scan(known: &[Known], facts: &dyn Facts) -> Scan {
    let needed = needed(known);
    let leaf = |one: &Known| !needed.contains(&one.revision.id);
    let newest = |one: &&Known| {
        !known.iter().any(|other| other.revision.id == one.revision.id && other.revision.number > one.revision.number)
    };
    let mut waiting: Vec<&Known> = known.iter().filter(newest).collect();
    waiting.sort_by_key(|one| leaf(one));
    let mut have: HashSet<UpdateId> = HashSet::new();
    let mut scan = Scan::default();
    loop {
        scan.rounds += 1;
        let met = |one: &Known| one.prerequisites.iter().all(|clause| clause.iter().any(|id| have.contains(id)));
        let page: HashSet<UpdateId> =
            waiting.iter().filter(|one| met(one)).take(PAGE).map(|one| one.revision.id).collect();
        let truncated = waiting.iter().filter(|one| met(one)).count() > PAGE;
        let (new, rest): (Vec<&Known>, Vec<&Known>) =
            waiting.into_iter().partition(|one| page.contains(&one.revision.id));
        waiting = rest;
        scan.offered += new.len();
        let mut inner = false;
        for one in new {
            let id = one.revision.id;
            let Some(rules) = Applicability::parse(&one.core).unwrap() else { continue };
            let unknown = [&rules.is_installed, &rules.is_installable, &rules.is_superseded].into_iter().flatten();
            assert!(unknown.flat_map(|rule| rule.unknown()).next().is_none(), "{}", one.core);
            let installed = rules.installed(id, facts);
            assert_ne!(installed, Truth::Unknown, "{}", one.core);
            if installed == Truth::True && !leaf(one) {
                have.insert(id);
                inner = true;
            }
            if matches!(one.kind, DocumentKind::Member | DocumentKind::Standalone | DocumentKind::Driver) {
                match rules.state(id, facts) {
                    ApplicabilityState::Installed => scan.installed.push(id),
                    ApplicabilityState::Installable => scan.installable.push(id),
                    ApplicabilityState::NotApplicable => {}
                    ApplicabilityState::Unknown => panic!("{}", one.core),
                }
            }
        }
        if !truncated && !inner {
            scan.installed_non_leaf = have.len();
            return scan;
        }
    }
}

#[test]
fn a_windows_11_machine_is_offered_1950_updates_in_66_rounds() {
    let facts = Catalog::new(CatalogShape::windows11(), 1).facts(Profile::Windows11);
    let found = scan(&read(CatalogShape::windows11(), 1), &facts);
    assert!((1940..=1960).contains(&found.offered), "{}", found.offered);
    eprintln!(
        "{} {} {} {} {}",
        found.offered,
        found.rounds,
        found.installed_non_leaf,
        found.installed.len(),
        found.installable.len()
    );
    assert!((65..=66).contains(&found.rounds), "{}", found.rounds);
    assert!((60..=120).contains(&found.installed_non_leaf), "{}", found.installed_non_leaf);
    assert!(found.installed.len() > 50, "{}", found.installed.len());
    assert!((10..=80).contains(&found.installable.len()), "{}", found.installable.len());
}

#[test]
fn machines_need_updates_of_their_own_product() {
    let catalog = Catalog::new(CatalogShape::small(), 1);
    let known = read(CatalogShape::small(), 1);
    let mut needs = Vec::new();
    for profile in Profile::ALL {
        let found = scan(&known, &catalog.facts(profile));
        assert!(found.installed_non_leaf < MOST_INSTALLED);
        assert!(!found.installable.is_empty(), "{profile:?}");
        assert!(!found.installed.is_empty(), "{profile:?}");
        needs.push(found.installable);
    }
    let [windows_11, windows_10, server_2022, server_2025] = needs.try_into().unwrap();
    let software = |list: &[UpdateId]| {
        let member =
            |id: &&UpdateId| known.iter().any(|one| one.revision.id == **id && one.kind == DocumentKind::Member);
        list.iter().filter(member).copied().collect::<HashSet<_>>()
    };
    for other in [&windows_10, &server_2022, &server_2025] {
        assert!(software(&windows_11).is_disjoint(&software(other)));
    }
    assert!(software(&server_2022).is_disjoint(&software(&server_2025)));
    let drivers = |list: &[UpdateId]| list.len() - software(list).len();
    assert!(drivers(&windows_11) > 0 && drivers(&windows_10) > 0);
}

#[test]
fn virtual_machines_are_offered_what_the_profiles_are() {
    let known = read(CatalogShape::windows11(), 1);
    let machine = VirtualMachine::new(crate::windows::Profile::Windows11Pro25H2, 1, 1);
    let found = scan(&known, &machine);
    assert!((1900..=2000).contains(&found.offered), "{}", found.offered);
    assert!((63..=68).contains(&found.rounds), "{}", found.rounds);
    assert!(!found.installable.is_empty() && !found.installed.is_empty());

    let known = read(CatalogShape::small(), 1);
    let software: HashSet<UpdateId> =
        known.iter().filter(|one| one.kind == DocumentKind::Member).map(|one| one.revision.id).collect();
    for profile in crate::windows::Profile::ALL {
        let machine = VirtualMachine::new(profile, 1, 1);
        let found = scan(&known, &machine);
        assert!(found.installable.iter().any(|id| software.contains(id)), "{profile}");
    }
}
