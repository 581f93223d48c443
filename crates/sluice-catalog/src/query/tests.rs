use std::sync::Arc;

use jiff::SignedDuration;
use proptest::prelude::*;
use roaring::RoaringBitmap;
use sluice_model::{CategoryId, Classification, ComplianceState, DeviceNumber, EnforcementState, RevisionId};

use super::*;
use crate::fleet::{DeviceChange, Fleet};
use crate::testing::*;

fn all_updates(fleet: &Fleet, mut query: UpdateQuery<'_>, limit: usize) -> Vec<UpdateLine> {
    query.limit = limit;
    let mut rows = Vec::new();
    loop {
        let page = updates(fleet, &query);
        rows.extend(page.rows);
        assert!(rows.len() <= page.total);
        match page.next {
            Some(next) => query.after = Some(next),
            None => {
                assert_eq!(rows.len(), page.total);
                return rows;
            }
        }
    }
}

proptest! {
    #[test]
    fn pages_join_to_the_sorted_list(
        (catalog, _) in catalogs(),
        inventories in prop::collection::vec(inventories(), 0..5),
        sort in prop::sample::select(vec![UpdateSort::Title, UpdateSort::Required, UpdateSort::Installed, UpdateSort::Released, UpdateSort::Classification]),
        descending: bool,
        limit in 1usize..4,
        state in prop::option::of(prop::sample::select(vec![UpdateState::Required, UpdateState::Installed, UpdateState::Superseded, UpdateState::Expired])),
        collection in prop::option::of(prop::collection::btree_set(0u32..5, 0..4)),
    ) {
        let (_, fleet) = fleet(&catalog, &inventories);
        let collection: Option<RoaringBitmap> = collection.map(|set| set.into_iter().collect());
        let query = UpdateQuery { sort, descending, state, devices: collection.as_ref(), ..UpdateQuery::default() };
        let count = |revision: RevisionId, wanted| fleet.devices().filter(|row| {
            collection.as_ref().is_none_or(|c| c.contains(row.number.0)) && fleet.state_of(row, revision) == wanted
        }).count() as u64;
        let mut expected: Vec<_> = catalog.current_revisions().iter().map(RevisionId).map(|revision| UpdateLine {
            revision,
            required: count(revision, ComplianceState::Required),
            installed: count(revision, ComplianceState::Installed),
            superseded: catalog.is_superseded(revision),
            expired: catalog.is_expired(revision),
        }).filter(|line| match state {
            None | Some(UpdateState::Deployed | UpdateState::Declined) => true,
            Some(UpdateState::Required) => line.required > 0,
            Some(UpdateState::Installed) => line.installed > 0,
            Some(UpdateState::Superseded) => line.superseded,
            Some(UpdateState::Expired) => line.expired,
        }).collect();
        expected.sort_by_cached_key(|line| {
            let update = catalog.revision(line.revision).unwrap();
            let key = match sort {
                UpdateSort::Title => (update.title.to_lowercase(), 0),
                UpdateSort::Required => (String::new(), i64::try_from(line.required).unwrap()),
                UpdateSort::Installed => (String::new(), i64::try_from(line.installed).unwrap()),
                UpdateSort::Released => (String::new(), update.released.unwrap().as_second()),
                UpdateSort::Classification => {
                    let at = Classification::ALL.iter().position(|c| *c == update.classification).unwrap();
                    (String::new(), i64::try_from(at).unwrap())
                }
            };
            (key, line.revision)
        });
        if descending {
            expected.reverse();
        }
        prop_assert_eq!(all_updates(&fleet, query, limit), expected);
    }
}

fn small() -> Fleet {
    let (catalog, _, new) = bookworm();
    let has = |version| {
        inventory(&[("openssl", "amd64", version)], vec![device_index(0, None), device_index(1, None)], vec![])
    };
    let mut restart = has("1.0-1+deb12u1");
    restart.restart.kernel = true;
    restart.packages[0].broken = true;
    restart.os.title = "Debian GNU/Linux 12".into();
    let (mut evaluator, fleet) = fleet(&Arc::new(catalog), &[has("1.0-1"), has("0.9"), restart]);
    let failed = |device| DeviceChange::Enforcement {
        device: DeviceNumber(device),
        records: vec![enforcement(new, EnforcementState::InstallFailed, 9)],
    };
    // Device 2 failed once, but has the update now.
    let changes = vec![DeviceChange::Record(record(3)), failed(0), failed(2)];
    let (fleet, problems) = fleet.apply(&mut evaluator, changes);
    assert_eq!(problems, []);
    fleet
}

#[test]
fn filters_of_updates() {
    let fleet = small();
    let deployed = RoaringBitmap::from([1]);
    let found =
        |query: UpdateQuery<'_>| all_updates(&fleet, query, 10).iter().map(|line| line.revision.0).collect::<Vec<_>>();
    let base = UpdateQuery::default;
    assert_eq!(found(base()), [1, 2]);
    assert_eq!(found(UpdateQuery { text: "LIBSSL".into(), ..base() }), [1, 2]);
    assert_eq!(found(UpdateQuery { text: "deb12u1".into(), ..base() }), [2]);
    assert_eq!(found(UpdateQuery { advisory: "cve-2026-5".into(), ..base() }), [1]);
    assert_eq!(found(UpdateQuery { classifications: vec![Classification::SecurityUpdates], ..base() }), [2]);
    assert_eq!(found(UpdateQuery { category: Some(CategoryId::of_company("Debian")), ..base() }), [1, 2]);
    assert_eq!(found(UpdateQuery { category: Some(product("experimental")), ..base() }), [0; 0]);
    assert_eq!(found(UpdateQuery { only_deployable: true, ..base() }), [2]);
    let state = Some(UpdateState::Deployed);
    assert_eq!(found(UpdateQuery { state, deployed: Some(&deployed), ..base() }), [1]);
    assert_eq!(found(UpdateQuery { state, ..base() }), [0; 0]);
    assert_eq!(updates(&fleet, &base()).rows, [], "a limit of zero is an empty page");
}

#[test]
fn filters_and_order_of_devices() {
    let fleet = small();
    let found = |query: DeviceQuery<'_>| {
        let query = DeviceQuery { limit: 10, ..query };
        devices(&fleet, &query).rows.iter().map(|line| line.device.0).collect::<Vec<_>>()
    };
    let filter = |filter| found(DeviceQuery { filter: Some(filter), ..DeviceQuery::default() });
    assert_eq!(filter(DeviceFilter::Compliant), [2]);
    assert_eq!(filter(DeviceFilter::NonCompliant), [0, 1]);
    assert_eq!(filter(DeviceFilter::NeedsSecurity), [0, 1]);
    assert_eq!(filter(DeviceFilter::RestartNeeded), [2]);
    assert_eq!(filter(DeviceFilter::Broken), [2]);
    assert_eq!(filter(DeviceFilter::Failed), [0]);
    assert_eq!(filter(DeviceFilter::NeverReported), [3]);
    let since = jiff::Timestamp::from_microsecond(2).unwrap();
    assert_eq!(filter(DeviceFilter::SilentSince(since)), [0, 1]);
    let base = DeviceQuery::default;
    assert_eq!(found(DeviceQuery { text: "HOST1".into(), ..base() }), [1]);
    assert_eq!(found(DeviceQuery { text: "gnu/linux".into(), ..base() }), [2]);
    assert_eq!(found(DeviceQuery { update: Some((RevisionId(2), ComplianceState::Installed)), ..base() }), [2]);
    assert_eq!(found(DeviceQuery { update: Some((RevisionId(2), ComplianceState::Unknown)), ..base() }), [3]);
    assert_eq!(found(DeviceQuery { devices: Some(&RoaringBitmap::from([1, 3])), ..base() }), [1, 3]);
    assert_eq!(found(DeviceQuery { sort: DeviceSort::Required, ..base() }), [3, 2, 0, 1]);
    assert_eq!(found(DeviceQuery { sort: DeviceSort::LastContact, descending: true, ..base() }), [3, 2, 1, 0]);
}

#[test]
fn figures_of_the_first_screen() {
    let fleet = small();
    let now = jiff::Timestamp::from_microsecond(102).unwrap();
    let seen = overview(&fleet, None, now, SignedDuration::from_micros(100));
    let classification = Classification::SecurityUpdates;
    let expected = Overview {
        devices: 4,
        compliant: 1,
        non_compliant: 2,
        need_security: 2,
        need_restart: 1,
        silent: 2,
        broken: 1,
        failed: 1,
        never_reported: 1,
        outside_catalog: 0,
        classifications: vec![ClassificationCount { classification, updates: 1, missing: 2 }],
        top: vec![(RevisionId(2), 2)],
    };
    assert_eq!(seen, expected);
}
