//! Windows devices in the fleet: what they report becomes compliance, whatever the order in which
//! catalogs and reports come.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use sluice_model::{
    Classification, ComplianceState, DeviceKind, DeviceNumber, EnforcementState, ErrorCode, ReportedState, RevisionId,
    ServerId, Update, UpdateContent, UpdateId, UpdateKind, WindowsComputer, WindowsContent,
};
use uuid::Uuid;

use super::*;
use crate::catalog::CatalogChange;
use crate::evaluate::Evaluator;
use crate::explain::explain;
use crate::query::{DeviceFilter, overview};
use crate::testing::*;

fn update_id(number: u128) -> UpdateId {
    UpdateId(Uuid::from_u128(1000 + number))
}

fn windows_update(id: u128, number: u32, listed: bool, classification: Classification) -> Arc<Update> {
    Arc::new(Update {
        id: update_id(id),
        number,
        kind: UpdateKind::Software,
        title: format!("KB{id} revision {number}"),
        description: String::new(),
        classification,
        products: Vec::new(),
        released: None,
        advisories: Vec::new(),
        info_url: None,
        content: UpdateContent::Windows(Box::new(WindowsContent {
            explicitly_deployable: listed,
            ..WindowsContent::default()
        })),
    })
}

/// One change of catalog or device.
#[derive(Clone, Debug)]
enum Act {
    /// A new revision of an update, listed or not.
    Revision(u128, bool, usize),
    /// A known revision with another classification.
    Reclassified(usize, usize),
    Declined(u128, bool),
    Register(u32),
    Status(u32, Vec<(u128, usize)>),
    Scan(u32, bool),
    Remove(u32),
}

fn acts() -> impl Strategy<Value = Act> {
    let device = 0u32..4;
    let states = prop::collection::vec((0u128..6, 0usize..5), 0..5);
    prop_oneof![
        3 => (0u128..4, prop::bool::weighted(0.8), 0usize..3).prop_map(|(id, listed, c)| Act::Revision(id, listed, c)),
        1 => (0usize..9, 0usize..3).prop_map(|(at, c)| Act::Reclassified(at, c)),
        1 => (0u128..4, any::<bool>()).prop_map(|(id, declined)| Act::Declined(id, declined)),
        2 => device.clone().prop_map(Act::Register),
        4 => (device.clone(), states).prop_map(|(device, states)| Act::Status(device, states)),
        1 => (device.clone(), any::<bool>()).prop_map(|(device, failed)| Act::Scan(device, failed)),
        1 => device.prop_map(Act::Remove),
    ]
}

#[derive(Clone)]
struct Kept {
    particulars: Arc<WindowsParticulars>,
    status: Option<WindowsStatus>,
    scan: Option<Option<ErrorCode>>,
}

/// What a store would hold.
#[derive(Default)]
struct Store {
    updates: Vec<Arc<Update>>,
    declined: BTreeMap<UpdateId, bool>,
    devices: BTreeMap<u32, Kept>,
    time: i64,
    version: u64,
}

const SCAN_ERROR: ErrorCode = ErrorCode(0x8024_4022);

fn scan(device: u32, error: Option<ErrorCode>) -> DeviceChange {
    DeviceChange::WindowsScan { device: DeviceNumber(device), at: at(7), error }
}

fn reported(states: &[(u128, usize)]) -> ReportedStates {
    ReportedStates::new(states.iter().map(|(id, state)| (update_id(*id), ReportedState::ALL[*state])).collect())
}

impl Store {
    fn next(&mut self) -> CatalogChange {
        self.version += 1;
        CatalogChange { version: self.version, ..CatalogChange::default() }
    }

    fn act(&mut self, act: Act) -> (Option<CatalogChange>, Vec<DeviceChange>) {
        match act {
            Act::Revision(id, listed, classification) => {
                let number = self.updates.iter().filter(|update| update.id == update_id(id)).count();
                let number = u32::try_from(number).unwrap() + 1;
                let update = windows_update(id, number, listed, CLASSIFICATIONS[classification]);
                let revision = RevisionId(u32::try_from(self.updates.len()).unwrap());
                self.updates.push(Arc::clone(&update));
                (Some(CatalogChange { updates: vec![(revision, update)], ..self.next() }), vec![])
            }
            Act::Reclassified(at, classification) if !self.updates.is_empty() => {
                let at = at % self.updates.len();
                let update = Update::clone(&self.updates[at]);
                let update = Arc::new(Update { classification: CLASSIFICATIONS[classification], ..update });
                self.updates[at] = Arc::clone(&update);
                let revision = RevisionId(u32::try_from(at).unwrap());
                (Some(CatalogChange { updates: vec![(revision, update)], ..self.next() }), vec![])
            }
            Act::Reclassified(..) => (None, vec![]),
            Act::Declined(id, declined) => {
                self.declined.insert(update_id(id), declined);
                (Some(CatalogChange { declined: vec![(update_id(id), declined)], ..self.next() }), vec![])
            }
            Act::Register(device) => {
                self.time += 1;
                let client_id = format!("client{}", self.time);
                let particulars = Arc::new(WindowsParticulars { client_id, ..WindowsParticulars::default() });
                let kept = Kept { particulars: Arc::clone(&particulars), status: None, scan: None };
                self.devices.entry(device).or_insert(kept).particulars = Arc::clone(&particulars);
                let number = DeviceNumber(device);
                (
                    None,
                    vec![DeviceChange::Record(record(device)), DeviceChange::Windows { device: number, particulars }],
                )
            }
            Act::Status(device, states) => {
                self.time += 1;
                let covered = RevisionId(u32::try_from(self.updates.len()).unwrap().saturating_sub(1));
                let status = WindowsStatus { at: at(self.time), covered, states: Arc::new(reported(&states)) };
                if let Some(kept) = self.devices.get_mut(&device) {
                    kept.status = Some(status.clone());
                }
                (None, vec![DeviceChange::WindowsStatus { device: DeviceNumber(device), status }])
            }
            Act::Scan(device, failed) => {
                let error = failed.then_some(SCAN_ERROR);
                if let Some(kept) = self.devices.get_mut(&device) {
                    kept.scan = Some(error);
                }
                (None, vec![scan(device, error)])
            }
            Act::Remove(device) => {
                self.devices.remove(&device);
                (None, vec![DeviceChange::Remove(DeviceNumber(device))])
            }
        }
    }

    fn rebuild(&self, catalog: &Catalog) -> Fleet {
        let updates = (0u32..).zip(&self.updates).map(|(id, update)| (RevisionId(id), Arc::clone(update))).collect();
        let declined = self.declined.iter().map(|(id, declined)| (*id, *declined)).collect();
        let change = CatalogChange { version: catalog.version(), updates, declined, ..CatalogChange::default() };
        let (rebuilt, problems) = Catalog::default().apply(change);
        assert_eq!(problems, []);
        let mut changes = Vec::new();
        for (number, kept) in &self.devices {
            let device = DeviceNumber(*number);
            changes.push(DeviceChange::Record(record(*number)));
            changes.push(DeviceChange::Windows { device, particulars: Arc::clone(&kept.particulars) });
            changes.extend(kept.scan.map(|error| scan(*number, error)));
            changes.extend(kept.status.clone().map(|status| DeviceChange::WindowsStatus { device, status }));
        }
        let mut evaluator = Evaluator::new(Arc::new(rebuilt));
        let (fleet, problems) = Fleet::default().apply(&mut evaluator, changes);
        assert_eq!(problems, []);
        fleet
    }
}

proptest! {
    #[test]
    fn applied_in_batches_equals_rebuilt_and_explained(batches in prop::collection::vec(prop::collection::vec(acts(), 0..6), 1..8)) {
        let (mut catalog, mut fleet, mut store) = (Arc::new(Catalog::default()), Fleet::default(), Store::default());
        let mut evaluator = Evaluator::new(Arc::clone(&catalog));
        for batch in batches {
            let mut changes = Vec::new();
            for act in batch {
                let (change, more) = store.act(act);
                if let Some(change) = change {
                    fleet = fleet.apply(&mut evaluator, std::mem::take(&mut changes)).0;
                    catalog = Arc::new(catalog.apply(change).0);
                    evaluator = Evaluator::new(Arc::clone(&catalog));
                    fleet = fleet.re_evaluate(&mut evaluator);
                }
                changes.extend(more);
            }
            fleet = fleet.apply(&mut evaluator, changes).0;
        }
        prop_assert_eq!(fleet.dump(), store.rebuild(&catalog).dump());
        for row in fleet.devices() {
            for revision in catalog.current_revisions().iter().map(RevisionId) {
                let update = catalog.revision(revision).unwrap().id;
                let explanation = explain(&fleet, row.number, update).unwrap();
                let state = fleet.state_of(row, revision);
                prop_assert_eq!(explanation.state, state);
                prop_assert!(explanation.sentences().iter().all(|sentence| sentence.ends_with('.')));
                prop_assert!(fleet.updates_of(row, state).contains(revision.0));
                let newer = fleet.not_asked(revision).contains(row.number.0);
                prop_assert_eq!(newer, row.has_reported() && state == ComplianceState::Unknown);
            }
        }
    }
}

/// Two updates, revisions 0 and 1; device 0 has reported about both, device 1 has only registered.
fn small() -> (Catalog, Evaluator, Fleet) {
    let updates = vec![
        (RevisionId(0), windows_update(0, 1, true, Classification::SecurityUpdates)),
        (RevisionId(1), windows_update(1, 1, true, Classification::Updates)),
    ];
    let (catalog, _) = Catalog::default().apply(CatalogChange { version: 1, updates, ..CatalogChange::default() });
    let mut evaluator = Evaluator::new(Arc::new(catalog.clone()));
    let mut changes = Vec::new();
    for device in 0..2 {
        let particulars = Arc::new(WindowsParticulars::default());
        changes.push(DeviceChange::Record(record(device)));
        changes.push(DeviceChange::Windows { device: DeviceNumber(device), particulars });
    }
    // U of the first, W of the second, and one that nobody knows.
    let states = Arc::new(reported(&[(0, 0), (1, 4), (5, 0)]));
    let status = WindowsStatus { at: at(60), covered: RevisionId(1), states };
    changes.push(DeviceChange::WindowsStatus { device: DeviceNumber(0), status });
    let (fleet, problems) = Fleet::default().apply(&mut evaluator, changes);
    assert_eq!(problems, []);
    (catalog, evaluator, fleet)
}

fn say(fleet: &Fleet, device: u32, update: u128) -> String {
    explain(fleet, DeviceNumber(device), update_id(update)).unwrap().sentences().join("\n")
}

#[test]
fn a_status_becomes_compliance() {
    let (catalog, _, fleet) = small();
    let state = |fleet: &Fleet, device, update| fleet.state(DeviceNumber(device), update_id(update)).unwrap();
    assert_eq!(state(&fleet, 0, 0), ComplianceState::Required);
    assert_eq!(state(&fleet, 0, 1), ComplianceState::Installed);
    assert_eq!(state(&fleet, 1, 0), ComplianceState::Unknown);
    let row = fleet.device(DeviceNumber(0)).unwrap();
    assert!(row.needs_restart() && row.has_reported());
    assert_eq!(row.compliance.as_ref().unwrap().required_security, 1);
    let seen = overview(&fleet, None, at(0), jiff::SignedDuration::from_secs(1));
    assert_eq!((seen.devices, seen.non_compliant, seen.never_reported, seen.need_security), (2, 1, 1, 1));
    insta::assert_snapshot!(say(&fleet, 0, 0), @"Required: the device says in its status of 1970-01-01 00:01 UTC that it needs it.");
    insta::assert_snapshot!(say(&fleet, 0, 1), @r"
    Installed: the device says in its status of 1970-01-01 00:01 UTC that it has it.
    It is in force after a restart of the device.
    ");
    insta::assert_snapshot!(say(&fleet, 1, 0), @"Unknown: the device has registered, but has not reported a scan yet.");

    // A new revision takes the bit along; what is new is unknown; what is declined is not asked for.
    let updates = vec![
        (RevisionId(2), windows_update(0, 2, true, Classification::SecurityUpdates)),
        (RevisionId(3), windows_update(5, 1, true, Classification::Updates)),
        (RevisionId(4), windows_update(6, 1, true, Classification::Updates)),
    ];
    let (catalog, _) = catalog.apply(CatalogChange { version: 2, updates, ..CatalogChange::default() });
    let next = fleet.re_evaluate(&mut Evaluator::new(Arc::new(catalog.clone())));
    assert_eq!(state(&next, 0, 0), ComplianceState::Required);
    assert_eq!(next.revision_devices(RevisionId(0)), None);
    assert_eq!(state(&next, 0, 5), ComplianceState::Required, "kept until the catalog had it");
    assert_eq!(state(&next, 0, 6), ComplianceState::Unknown);
    assert_eq!(next.not_asked(RevisionId(4)).iter().collect::<Vec<_>>(), [0]);
    insta::assert_snapshot!(say(&next, 0, 6), @"Unknown: the update is newer than its status of 1970-01-01 00:01 UTC; the device says at its next scan whether it needs it.");
    let declined = vec![(update_id(0), true), (update_id(6), true)];
    let (catalog, _) = catalog.apply(CatalogChange { version: 3, declined, ..CatalogChange::default() });
    let next = next.re_evaluate(&mut Evaluator::new(Arc::new(catalog)));
    assert_eq!(state(&next, 0, 0), ComplianceState::NotRequired);
    assert_eq!(state(&next, 0, 6), ComplianceState::NotRequired);
    insta::assert_snapshot!(say(&next, 0, 0), @"Not required: the update is declined, so no device is asked about it.");
}

#[test]
fn failures_are_explained_with_what_to_do() {
    let (_, mut evaluator, fleet) = small();
    let code = Some(ErrorCode(0x8024_6007));
    let failed = EnforcementRecord { code, ..enforcement(update_id(0), EnforcementState::InstallFailed, 120) };
    let changes =
        vec![DeviceChange::Enforcement { device: DeviceNumber(0), records: vec![failed] }, scan(0, Some(SCAN_ERROR))];
    let (fleet, _) = fleet.apply(&mut evaluator, changes);
    insta::assert_snapshot!(say(&fleet, 0, 0), @r"
    Required: the device says in its status of 1970-01-01 00:01 UTC that it needs it.
    The attempt of 1970-01-01 00:02 UTC failed with 0x80246007: The update is not downloaded yet.
    Check that this server holds the update's files and that the device reaches `/Content` on it; it fetches them again.
    The device's last scan of 1970-01-01 00:00 UTC failed with 0x80244022: HTTP status 503: the server is overloaded or starting.
    Nothing on the device: it waits and tries again. If many devices report it, look at this server's load and limits.
    ");
    let row = fleet.device(DeviceNumber(0)).unwrap();
    assert!(DeviceFilter::Failed.holds(&fleet, row) && DeviceFilter::ScanFailed.holds(&fleet, row));
    assert_eq!(fleet.failures(row).count(), 1);
}

#[test]
fn families_do_not_mix() {
    let (_, mut evaluator, fleet) = small();
    let (linux, problems) = fleet.apply(
        &mut evaluator,
        vec![
            DeviceChange::Record(record(2)),
            DeviceChange::Inventory {
                device: DeviceNumber(2),
                at: at(1),
                inventory: Arc::new(inventory(&[], vec![], vec![])),
            },
            scan(2, None),
        ],
    );
    assert_eq!(problems, [FleetProblem::NotWindows(DeviceNumber(2))]);
    insta::assert_snapshot!(say(&linux, 2, 0), @"Not required: the update is for Windows devices.");
    assert_eq!(linux.state(DeviceNumber(2), update_id(0)), Some(ComplianceState::NotRequired));
}

/// The bits of a hundred thousand devices move in one go; devices that say the same are looked at once.
#[test]
fn equal_devices_share_their_states() {
    let (catalog, mut evaluator, fleet) = small();
    let states = reported(&[(0, 0), (1, 4), (5, 0)]);
    let status = WindowsStatus { at: at(61), covered: RevisionId(1), states: Arc::new(states) };
    let (fleet, _) = fleet.apply(&mut evaluator, vec![DeviceChange::WindowsStatus { device: DeviceNumber(1), status }]);
    let rows: Vec<_> = fleet.devices().collect();
    assert!(Arc::ptr_eq(rows[0].compliance.as_ref().unwrap(), rows[1].compliance.as_ref().unwrap()));
    // A catalog without news of what they name changes no row.
    let updates = vec![(RevisionId(2), windows_update(9, 1, true, Classification::Updates))];
    let (catalog, _) = catalog.apply(CatalogChange { version: 2, updates, ..CatalogChange::default() });
    let next = fleet.re_evaluate(&mut Evaluator::new(Arc::new(catalog)));
    assert!(next.devices().zip(rows).all(|(new, old)| Arc::ptr_eq(new, old)));
}

#[test]
fn a_linux_device_of_another_server_needs_what_its_server_says() {
    let made = |number| {
        let binaries = [("curl", "amd64", "1.0")];
        update("bookworm", "curl", "1.0", number, &binaries, Classification::SecurityUpdates)
    };
    let id = made(1).id;
    let change = CatalogChange {
        version: 1,
        categories: categories(),
        updates: vec![(RevisionId(0), made(1))],
        ..CatalogChange::default()
    };
    let catalog = Arc::new(Catalog::default().apply(change).0);
    let mut evaluator = Evaluator::new(Arc::clone(&catalog));
    let server = ServerId(Uuid::from_u128(5));
    let particulars = Arc::new(WindowsParticulars {
        computer: Arc::new(WindowsComputer { os_description: "Debian 12".into(), ..WindowsComputer::default() }),
        origin: Some(DeviceOrigin { server, reporter: server, kind: DeviceKind::Linux }),
        ..WindowsParticulars::default()
    });
    let device = DeviceNumber(0);
    let states = Arc::new(ReportedStates::new(vec![(id, ReportedState::Needed)]));
    let changes = vec![
        DeviceChange::Record(record(0)),
        DeviceChange::Windows { device, particulars },
        DeviceChange::WindowsStatus { device, status: WindowsStatus { at: at(1), covered: RevisionId(0), states } },
    ];
    let (fleet, problems) = Fleet::default().re_evaluate(&mut evaluator).apply(&mut evaluator, changes);
    assert_eq!(problems, []);
    let row = fleet.device(device).unwrap();
    assert_eq!((row.kind(), &*row.os.as_ref().unwrap().title), (DeviceKind::Linux, "Debian 12"));
    assert_eq!(fleet.state(device, id), Some(ComplianceState::Required));
    assert_eq!(row.compliance.as_ref().unwrap().required_security, 1);

    // A new revision of the update takes the state along.
    let change = CatalogChange { version: 2, updates: vec![(RevisionId(1), made(2))], ..CatalogChange::default() };
    let fleet = fleet.re_evaluate(&mut Evaluator::new(Arc::new(catalog.apply(change).0)));
    assert_eq!(fleet.state(device, id), Some(ComplianceState::Required));
    assert!(fleet.revision_devices(RevisionId(1)).unwrap().applicable.contains(0));
    assert!(fleet.revision_devices(RevisionId(0)).is_none());
}

#[test]
fn what_is_needed_outside_of_the_catalog_makes_compliance_unknown() {
    let catalog = Arc::new(Catalog::default());
    let mut evaluator = Evaluator::new(Arc::clone(&catalog));
    let server = ServerId(Uuid::from_u128(5));
    let origin = Some(DeviceOrigin { server, reporter: server, kind: DeviceKind::Linux });
    let device = DeviceNumber(0);
    // Needed, failed, and one that it has.
    let states = Arc::new(reported(&[(0, 0), (1, 2), (2, 3)]));
    let status = WindowsStatus { at: at(1), covered: RevisionId(0), states };
    let particulars = Arc::new(WindowsParticulars { origin, ..WindowsParticulars::default() });
    let changes = vec![
        DeviceChange::Record(record(0)),
        DeviceChange::Windows { device, particulars },
        DeviceChange::WindowsStatus { device, status },
    ];
    let (fleet, problems) = Fleet::default().re_evaluate(&mut evaluator).apply(&mut evaluator, changes);
    assert_eq!(problems, []);
    let outside = |fleet: &Fleet| fleet.device(device).unwrap().compliance.as_ref().unwrap().outside;
    let states = |fleet: &Fleet| {
        let row = fleet.device(device).unwrap();
        [DeviceFilter::Compliant, DeviceFilter::NonCompliant, DeviceFilter::OutsideCatalog]
            .map(|filter| filter.holds(fleet, row))
    };
    assert_eq!((outside(&fleet), states(&fleet)), (2, [false, false, true]));
    let seen = overview(&fleet, None, at(0), jiff::SignedDuration::from_secs(1));
    assert_eq!((seen.devices, seen.compliant, seen.non_compliant, seen.outside_catalog), (1, 0, 0, 1));

    // One comes into the catalog, where lists show it; then the other, where they do not.
    let mut fleet = fleet;
    let mut catalog = catalog;
    for (number, update, expected) in [
        (0, windows_update(0, 1, true, Classification::Updates), (1, [false, true, false])),
        (1, windows_update(1, 1, false, Classification::Updates), (0, [false, true, false])),
    ] {
        let change = CatalogChange {
            version: u64::from(number) + 1,
            updates: vec![(RevisionId(number), update)],
            ..CatalogChange::default()
        };
        catalog = Arc::new(catalog.apply(change).0);
        fleet = fleet.re_evaluate(&mut Evaluator::new(Arc::clone(&catalog)));
        assert_eq!((outside(&fleet), states(&fleet)), expected);
    }
    // What is not asked for any more is not missing.
    let declined = vec![(update_id(0), true)];
    let catalog = catalog.apply(CatalogChange { version: 3, declined, ..CatalogChange::default() }).0;
    let fleet = fleet.re_evaluate(&mut Evaluator::new(Arc::new(catalog)));
    assert_eq!((outside(&fleet), states(&fleet)), (0, [true, false, false]));
}
