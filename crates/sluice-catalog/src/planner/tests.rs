use std::sync::Arc;

use proptest::prelude::*;
use roaring::RoaringBitmap;
use sluice_model::{
    CollectionId, Deployment, DeploymentId, DeploymentPriority, DeploymentSpec, DeploymentTarget, DeviceNumber,
    EnforcementState, Intent, Name, RestartBehaviour, RevisionId, UpdateId, UserNotification,
};
use sluice_packages::deb::version;
use uuid::Uuid;

use super::*;
use crate::catalog::CatalogChange;
use crate::fleet::{DeviceChange, Fleet};
use crate::testing::*;

/// A deployment available from second 100; required if it has a deadline.
fn deployment(number: u128, updates: &[UpdateId], devices: &[u32], deadline: Option<i64>) -> ResolvedDeployment {
    let spec = DeploymentSpec {
        name: Name::new(&format!("deployment {number}")).unwrap(),
        target: DeploymentTarget::Updates(updates.to_vec()),
        collection: CollectionId(Uuid::nil()),
        intent: if deadline.is_some() { Intent::Required } else { Intent::Available },
        available_at: at(100),
        deadline: deadline.map(at),
        restart: RestartBehaviour::Suppressed,
        notification: UserNotification::ShowAll,
        priority: DeploymentPriority::Normal,
    };
    let id = DeploymentId(Uuid::from_u128(number));
    let deployment = Deployment::new(id, spec, at(0), "ada".into()).unwrap();
    ResolvedDeployment::new(Arc::new(deployment), updates.to_vec(), devices.iter().copied().collect())
}

fn change(resolved: &mut ResolvedDeployment, change: impl Fn(&mut Deployment)) {
    let mut deployment = Deployment::clone(&resolved.deployment);
    change(&mut deployment);
    resolved.deployment = Arc::new(deployment);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn nothing_without_an_active_deployment(
        (catalog, _) in catalogs(),
        inventories in prop::collection::vec(inventories(), 1..4),
        plans in prop::collection::vec((
            prop::collection::vec(0usize..30, 1..6),
            prop::collection::btree_set(0u32..5, 0..4),
            prop::option::of(100i64..120),
            0u8..4,
        ), 0..4),
        now in 95i64..120,
    ) {
        let (_, fleet) = fleet(&catalog, &inventories);
        let ids: Vec<UpdateId> = catalog.current_revisions().iter().map(|r| catalog.revision(RevisionId(r)).unwrap().id).collect();
        prop_assume!(!ids.is_empty());
        let deployments: Vec<_> = (0u128..).zip(&plans).map(|(number, (updates, devices, deadline, off))| {
            let updates: Vec<_> = updates.iter().map(|pick| ids[pick % ids.len()]).collect();
            let devices: Vec<_> = devices.iter().copied().collect();
            let mut made = deployment(number, &updates, &devices, *deadline);
            change(&mut made, |d| {
                d.enabled = *off != 0;
                d.cancelled_at = (*off == 1).then(|| at(99));
            });
            made
        }).collect();
        for row in fleet.devices() {
            let assigned = assignments(&fleet, row.number, &deployments, at(now));
            let active: Vec<_> = deployments.iter().filter(|d| d.deployment.is_active(at(now)) && d.devices.contains(row.number.0)).collect();
            for a in &assigned {
                let asked = active.iter().find(|d| d.deployment.id == a.deployment).expect("an active deployment");
                prop_assert!(asked.deploys(a.update));
                prop_assert!(row.compliance.as_ref().unwrap().applicable.contains(a.revision.0));
                prop_assert!(!a.packages.is_empty());
                let best = active.iter().filter(|d| d.deploys(a.update)).filter_map(|d| d.deployment.spec.deadline).min();
                prop_assert_eq!(a.deadline, best);
                prop_assert_eq!(a.intent == Intent::Required, best.is_some());
                for package in &a.packages {
                    let lower = fleet.installed_packages(row.number).into_iter().any(|installed| {
                        installed.name == package.name && version::compare(installed.version, &package.version).is_lt()
                    });
                    prop_assert!(lower, "{package:?} is no upgrade");
                    let revisions = catalog.revisions_of(a.update).iter().map(|r| catalog.revision(*r).unwrap());
                    let part = revisions.flat_map(|u| u.content.binaries()).any(|b| {
                        (&b.name, &b.architecture, &b.version) == (&package.name, &package.architecture, &package.version)
                    });
                    prop_assert!(part, "{package:?} is not of the update");
                }
            }
            // Whatever is asked for and applicable is assigned, or a higher version is instead.
            for revision in row.compliance.as_ref().unwrap().applicable.iter().map(RevisionId) {
                let update = catalog.revision(revision).unwrap();
                if active.iter().any(|d| d.deploys(update.id)) {
                    // An index may still offer a package that only an older revision lists.
                    let revisions = catalog.revisions_of(update.id).iter().map(|r| catalog.revision(*r).unwrap());
                    let own: Vec<_> = revisions.flat_map(|u| u.content.binaries()).collect();
                    let higher = assigned.iter().flat_map(|a| &a.packages).any(|p| {
                        own.iter().any(|b| b.name == p.name && version::compare(&b.version, &p.version).is_lt())
                    });
                    let covered = higher || assigned.iter().any(|a| a.update == update.id);
                    prop_assert!(covered, "{} is missing", update.title);
                }
            }
            let mut once: Vec<_> = assigned.iter().map(|a| a.update).collect();
            once.sort();
            once.dedup();
            prop_assert_eq!(once.len(), assigned.len());
        }
        for deployment in &deployments {
            let status = deployment_status(&fleet, deployment);
            let c = status.counts;
            prop_assert_eq!(c.compliant + c.in_progress + c.failed + c.unknown + c.not_required, status.devices.len());
        }
    }
}

proptest! {
    #[test]
    fn nothing_is_assigned_against_the_strongest_deployment(
        (catalog, _) in catalogs(),
        inventory in inventories(),
        plans in prop::collection::vec((prop::collection::vec(0usize..30, 1..6), 0usize..4, 0usize..3), 1..6),
        declined in prop::collection::vec(0usize..30, 0..3),
    ) {
        const INTENTS: [Intent; 4] = [Intent::Required, Intent::Available, Intent::Uninstall, Intent::Block];
        let ids: Vec<UpdateId> = catalog.current_revisions().iter().map(|r| catalog.revision(RevisionId(r)).unwrap().id).collect();
        prop_assume!(!ids.is_empty());
        let declined = declined.iter().map(|pick| (ids[pick % ids.len()], true)).collect();
        let (catalog, _) = catalog.apply(CatalogChange { declined, ..CatalogChange::default() });
        let (_, fleet) = fleet(&Arc::new(catalog), &[inventory]);
        // Collections 0 above 1 above 2.
        let collection = |n: usize| CollectionId(Uuid::from_u128(n as u128));
        let deployments: Vec<_> = (0u128..).zip(&plans).map(|(number, (picks, intent, place))| {
            let updates: Vec<_> = picks.iter().map(|pick| ids[pick % ids.len()]).collect();
            let intent = INTENTS[*intent];
            let deadline = matches!(intent, Intent::Required | Intent::Uninstall).then_some(150);
            let mut made = deployment(number, &updates, &[0], deadline);
            change(&mut made, |d| {
                d.spec.intent = intent;
                d.spec.collection = collection(*place);
            });
            made.with_ancestors((0..*place).map(collection).collect())
        }).collect();
        let assigned = assignments(&fleet, DeviceNumber(0), &deployments, at(120));
        for id in &ids {
            let asking: Vec<_> = deployments.iter().filter(|d| d.deploys(*id)).collect();
            let lowest = asking.iter().map(|d| d.deployment.spec.collection).max();
            let intents: Vec<_> = asking.iter().filter(|d| Some(d.deployment.spec.collection) == lowest)
                .map(|d| d.deployment.spec.intent).collect();
            let wanted = !intents.contains(&Intent::Block)
                && (intents.contains(&Intent::Required) || intents.contains(&Intent::Available))
                && !fleet.catalog().is_declined(*id);
            match assigned.iter().find(|a| a.update == *id) {
                Some(a) => {
                    prop_assert!(wanted, "{id} is assigned against {intents:?}");
                    prop_assert_eq!(a.intent == Intent::Required, intents.contains(&Intent::Required));
                }
                None => {
                    let only = asking.len() == 1 && deployments.len() == 1 && plans[0].0.len() == 1;
                    let row = fleet.device(DeviceNumber(0)).unwrap();
                    let open = fleet.catalog().current(*id).is_some_and(|r| row.compliance.as_ref().unwrap().applicable.contains(r.0));
                    prop_assert!(!(only && wanted && open), "{id} is not assigned");
                }
            }
        }
    }
}

/// Device 0 has openssl 0.9, device 1 the newest, device 2 another package, device 3 no inventory.
fn world() -> (crate::Evaluator, Fleet, UpdateId, UpdateId) {
    let (catalog, old, new) = bookworm();
    let both = || vec![device_index(0, None), device_index(1, None)];
    let mut held = inventory(&[("libssl3", "amd64", "0.9"), ("openssl", "amd64", "0.9")], both(), vec![]);
    held.packages[0].held = true;
    let newest = inventory(&[("openssl", "amd64", "1.0-1+deb12u1")], both(), vec![]);
    let other = inventory(&[("bash", "amd64", "1")], both(), vec![]);
    let (mut evaluator, fleet) = fleet(&Arc::new(catalog), &[held, newest, other]);
    let (fleet, _) = fleet.apply(&mut evaluator, vec![DeviceChange::Record(record(3))]);
    (evaluator, fleet, old, new)
}

#[test]
fn exact_packages_are_assigned_and_held_ones_marked() {
    let (_, fleet, _, new) = world();
    let plan = deployment(1, &[new], &[0, 1, 2, 3], Some(200));
    let of = |device| assignments(&fleet, DeviceNumber(device), std::slice::from_ref(&plan), at(150));
    let assigned = of(0);
    assert_eq!(assigned.len(), 1);
    let packages: Vec<_> =
        assigned[0].packages.iter().map(|p| (p.name.as_str(), p.version.as_str(), p.size, p.held)).collect();
    assert_eq!(packages, [("libssl3", "1.0-1+deb12u1", 1000, true), ("openssl", "1.0-1+deb12u1", 1000, false)]);
    for device in 1..5 {
        assert_eq!(of(device), []);
    }
}

#[test]
fn the_most_urgent_deployment_decides() {
    let (_, fleet, _, new) = world();
    let available = deployment(1, &[new], &[0], None);
    let mut late = deployment(2, &[new], &[0], Some(300));
    change(&mut late, |d| d.spec.restart = RestartBehaviour::Allowed);
    let early = deployment(3, &[new], &[0], Some(200));
    let winner = |plans: &[ResolvedDeployment]| {
        let assigned = assignments(&fleet, DeviceNumber(0), plans, at(150));
        assert_eq!(assigned.len(), 1);
        (assigned[0].deployment.0.as_u128(), assigned[0].restart)
    };
    assert_eq!(winner(&[available.clone(), late.clone()]), (2, RestartBehaviour::Allowed));
    assert_eq!(winner(&[available.clone(), late, early]), (3, RestartBehaviour::Suppressed));
    assert_eq!(winner(&[available]), (1, RestartBehaviour::Suppressed));
}

#[test]
fn uninstalling_is_open_where_the_update_is_and_blocking_asks_nothing() {
    use DeviceDeploymentState as S;
    let (_, fleet, _, new) = world();
    let states = |intent| {
        let mut plan = deployment(1, &[new], &[0, 1, 2, 3], Some(200));
        change(&mut plan, |d| d.spec.intent = intent);
        deployment_status(&fleet, &plan).devices.iter().map(|d| (d.state, d.open)).collect::<Vec<_>>()
    };
    let none = (S::NotRequired, 0);
    assert_eq!(states(Intent::Uninstall), [(S::Compliant, 0), (S::Waiting, 1), none, (S::Unknown, 0)]);
    assert_eq!(states(Intent::Block), [none, none, none, (S::Unknown, 0)]);
}

#[test]
fn a_lower_version_stays_only_if_it_is_due_first() {
    let (_, fleet, old, new) = world();
    let plan = |old_by, new_by| {
        let plans = [deployment(1, &[old], &[0], old_by), deployment(2, &[new], &[0], new_by)];
        let assigned = assignments(&fleet, DeviceNumber(0), &plans, at(150));
        assigned.into_iter().map(|a| a.update).collect::<Vec<_>>()
    };
    assert_eq!(plan(Some(200), Some(200)), [new]);
    assert_eq!(plan(Some(200), Some(300)), [old, new]);
    assert_eq!(plan(Some(300), Some(200)), [new]);
    assert_eq!(plan(Some(200), None), [old, new]);
    assert_eq!(plan(None, Some(200)), [new]);
    assert_eq!(plan(None, None), [new]);
}

#[test]
fn status_follows_compliance_and_enforcement() {
    use DeviceDeploymentState as S;
    use EnforcementState as E;
    let (mut evaluator, fleet, _, new) = world();
    let plan = deployment(1, &[new], &[0, 1, 2, 3, 9], Some(200));
    let mut states = |records: &[(u32, E)]| {
        let changes = records
            .iter()
            .map(|(device, state)| DeviceChange::Enforcement {
                device: DeviceNumber(*device),
                records: vec![enforcement(new, *state, 9)],
            })
            .collect();
        let (fleet, _) = fleet.apply(&mut evaluator, changes);
        let status = deployment_status(&fleet, &plan);
        (status.devices.iter().map(|d| d.state).collect::<Vec<_>>(), status.counts)
    };
    let (plain, counts) = states(&[]);
    assert_eq!(plain, [S::Waiting, S::Compliant, S::NotRequired, S::Unknown]);
    let expected = DeploymentCounts {
        compliant: 1,
        in_progress: 1,
        waiting: 1,
        unknown: 1,
        not_required: 1,
        ..Default::default()
    };
    assert_eq!(counts, expected);
    assert_eq!(states(&[(0, E::Installing)]).0[0], S::InProgress);
    assert_eq!(states(&[(0, E::InstallFailed)]).0[0], S::Failed);
    assert_eq!(states(&[(0, E::Held)]).0[0], S::Held);
    assert_eq!(states(&[(0, E::Installed)]).0[0], S::InProgress, "said to be installed, but still needed");
    assert_eq!(states(&[(1, E::PendingRestart)]).0[1], S::PendingRestart);
    assert_eq!(states(&[(1, E::InstallFailed)]).0[1], S::Compliant, "failed once, but there now");
    assert_eq!(states(&[(0, E::DownloadFailed), (1, E::PendingRestart)]).1.failed, 1);
    assert_eq!(deployed_revisions(fleet.catalog(), [&plan]), RoaringBitmap::from([2]));
}
