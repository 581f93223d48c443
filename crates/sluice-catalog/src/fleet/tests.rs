use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use proptest::prelude::*;
use sluice_model::{ComplianceState, DeviceId, DeviceNumber, EnforcementState, Inventory, UpdateId};
use uuid::Uuid;

use super::*;
use crate::evaluate::Evaluator;
use crate::testing::*;

/// What a test does to a fleet.
#[derive(Clone, Debug)]
enum Act {
    Record(u32, u8),
    Inventory(u32, Box<Inventory>),
    Enforcement(u32, u128, EnforcementState, i64),
    Forget(u32, u128),
    Remove(u32),
}

fn acts() -> impl Strategy<Value = Act> {
    let device = 0u32..5;
    let state = prop::sample::select(EnforcementState::ALL.to_vec());
    prop_oneof![
        3 => (device.clone(), any::<u8>()).prop_map(|(device, name)| Act::Record(device, name)),
        4 => (device.clone(), inventories()).prop_map(|(device, inventory)| Act::Inventory(device, Box::new(inventory))),
        2 => (device.clone(), 0u128..3, state, 0i64..9).prop_map(|(d, u, s, at)| Act::Enforcement(d, u, s, at)),
        1 => (device.clone(), 0u128..3).prop_map(|(d, u)| Act::Forget(d, u)),
        1 => device.prop_map(Act::Remove),
    ]
}

/// What is known of a device, as a store would keep it.
struct Kept {
    record: DeviceRecord,
    inventory: Option<(Timestamp, Arc<Inventory>)>,
    enforcement: BTreeMap<UpdateId, EnforcementRecord>,
}

#[derive(Default)]
struct Store(BTreeMap<u32, Kept>, i64);

impl Store {
    /// Keeps an act and gives the change it is.
    fn act(&mut self, act: Act) -> DeviceChange {
        let update = |n| UpdateId(Uuid::from_u128(n));
        self.1 += 1;
        match act {
            Act::Record(device, name) => {
                let mut record = record(device);
                record.name = format!("host{name}").into();
                let kept = Kept { record: record.clone(), inventory: None, enforcement: BTreeMap::new() };
                self.0.entry(device).or_insert(kept).record = record.clone();
                DeviceChange::Record(record)
            }
            Act::Inventory(device, inventory) => {
                let inventory = Arc::new(*inventory);
                if let Some(kept) = self.0.get_mut(&device) {
                    kept.inventory = Some((at(self.1), Arc::clone(&inventory)));
                }
                DeviceChange::Inventory { device: DeviceNumber(device), at: at(self.1), inventory }
            }
            Act::Enforcement(device, id, state, second) => {
                let record = enforcement(update(id), state, second);
                if let Some(kept) = self.0.get_mut(&device) {
                    kept.enforcement.insert(record.update, record.clone());
                }
                DeviceChange::Enforcement { device: DeviceNumber(device), records: vec![record] }
            }
            Act::Forget(device, id) => {
                if let Some(kept) = self.0.get_mut(&device) {
                    kept.enforcement.remove(&update(id));
                }
                DeviceChange::ForgetEnforcement { device: DeviceNumber(device), updates: vec![update(id)] }
            }
            Act::Remove(device) => {
                self.0.remove(&device);
                DeviceChange::Remove(DeviceNumber(device))
            }
        }
    }

    fn rebuild(self, catalog: &Arc<Catalog>) -> Fleet {
        let changes = self.0.into_iter().flat_map(|(device, kept)| {
            let device = DeviceNumber(device);
            let inventory = kept.inventory.map(|(at, inventory)| DeviceChange::Inventory { device, at, inventory });
            let records = kept.enforcement.into_values().collect();
            let enforcement = DeviceChange::Enforcement { device, records };
            std::iter::once(DeviceChange::Record(kept.record)).chain(inventory).chain([enforcement])
        });
        let (fleet, problems) = Fleet::default().apply(&mut Evaluator::new(Arc::clone(catalog)), changes.collect());
        assert_eq!(problems, []);
        fleet
    }
}

proptest! {
    #[test]
    fn applied_in_batches_equals_rebuilt(
        steps in steps(),
        batches in prop::collection::vec(prop::collection::vec(acts(), 0..6), 1..6),
    ) {
        let mut changes = history(&steps).0.into_iter();
        let (mut catalog, mut fleet, mut store) = (Arc::new(Catalog::default()), Fleet::default(), Store::default());
        let mut evaluator = Evaluator::new(Arc::clone(&catalog));
        for (n, batch) in batches.into_iter().enumerate() {
            if let Some(change) = changes.next() {
                catalog = Arc::new(catalog.apply(change).0);
                evaluator = Evaluator::new(Arc::clone(&catalog));
                // Half of the time `apply` must notice by itself.
                if n % 2 == 0 {
                    fleet = fleet.re_evaluate(&mut evaluator);
                }
            }
            let before = (fleet.clone(), fleet.dump());
            let changes = batch.into_iter().map(|act| store.act(act)).collect();
            fleet = fleet.apply(&mut evaluator, changes).0;
            prop_assert_eq!(before.0.dump(), before.1, "the fleet before has changed");
        }
        prop_assert_eq!(fleet.dump(), store.rebuild(&catalog).dump());
    }
}

fn two() -> (Evaluator, Fleet, UpdateId) {
    let (catalog, _, new) = bookworm();
    let has = |version| {
        inventory(&[("openssl", "amd64", version)], vec![device_index(0, None), device_index(1, None)], vec![])
    };
    let (evaluator, fleet) = fleet(&Arc::new(catalog), &[has("1.0-1"), has("1.0-1")]);
    (evaluator, fleet, new)
}

#[test]
fn equal_devices_share_their_facts() {
    let (_, fleet, new) = two();
    let rows: Vec<_> = fleet.devices().collect();
    assert!(Arc::ptr_eq(rows[0].facts.as_ref().unwrap(), rows[1].facts.as_ref().unwrap()));
    assert!(Arc::ptr_eq(rows[0].compliance.as_ref().unwrap(), rows[1].compliance.as_ref().unwrap()));
    assert_eq!(fleet.state(DeviceNumber(1), new), Some(ComplianceState::Required));
    let package = &fleet.upgradable(DeviceNumber(0))[0];
    assert_eq!((package.installed.version, package.candidate), ("1.0-1", "1.0-1+deb12u1"));
    assert_eq!(fleet.installed_packages(DeviceNumber(0))[0].name, "openssl");
}

#[test]
fn a_contact_is_seen_in_every_snapshot() {
    let (mut evaluator, fleet, _) = two();
    let (next, _) = fleet.apply(&mut evaluator, vec![DeviceChange::Record(record(0))]);
    fleet.device(DeviceNumber(0)).unwrap().touch(at(50));
    fleet.device(DeviceNumber(0)).unwrap().touch(at(40));
    let row = next.device(DeviceNumber(0)).unwrap();
    assert_eq!(row.last_contact_at(), Some(at(50)));
    assert!(row.silent_since(at(51)) && !row.silent_since(at(50)));
}

#[test]
fn nonsense_is_left_out_and_named() {
    let (mut evaluator, fleet, _) = two();
    let known = fleet.dump();
    let stranger = DeviceRecord { id: DeviceId(Uuid::from_u128(77)), ..record(0) };
    let moved = DeviceRecord { number: DeviceNumber(9), ..record(0) };
    let far = DeviceRecord { number: DeviceNumber(u32::MAX), ..record(8) };
    let empty = Arc::new(inventory(&[], vec![], vec![]));
    let changes = vec![
        DeviceChange::Record(stranger),
        DeviceChange::Record(moved),
        DeviceChange::Record(far),
        DeviceChange::Remove(DeviceNumber(7)),
        DeviceChange::Inventory { device: DeviceNumber(7), at: at(9), inventory: empty },
    ];
    let (next, problems) = fleet.apply(&mut evaluator, changes);
    let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "device 0 (00000000-0000-0000-0000-00000000004d) was left out: the number or the identity belongs to another device",
            "device 9 (00000000-0000-0000-0000-000000000001) was left out: the number or the identity belongs to another device",
            "device 4294967295 was left out: its number is beyond the limit",
            "a change of device 7 was left out: there is no such device",
            "a change of device 7 was left out: there is no such device",
        ]
    );
    assert_eq!(next.dump(), known);
}
