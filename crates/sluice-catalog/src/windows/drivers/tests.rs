use std::cmp::Ordering;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use sluice_model::{DriverTarget, RevisionId, Update, UpdateKind, WindowsContent};
use uuid::Uuid;

use super::*;
use crate::testing::at;
use crate::windows::testing::*;
use crate::windows::{Scope, ScopeBase};

const IDS: [&str; 6] = [r"PCI\VEN_8086&DEV_1", r"PCI\VEN_8086", "*PNP0400", r"USB\ROOT", r"USB\COMPOSITE", "none"];
const KEYS: [&str; 3] = ["AMD64.10.0", "ARM64.10.0", "AMD64.6.1"];

fn driver(number: usize, needs: &[usize], drivers: Vec<DriverTarget>) -> Arc<Update> {
    made(number, 1, UpdateKind::Driver, WindowsContent { drivers, ..content(needs) })
}

fn target(hardware_id: &str, version: u64) -> DriverTarget {
    DriverTarget { hardware_id: hardware_id.into(), version, ..DriverTarget::default() }
}

fn scope(updates: &[Arc<Update>]) -> Scope {
    Scope::build(&Arc::new(ScopeBase::build(&catalog(updates))), &[], at(0))
}

fn device(ids: &[&str], installed: Option<InstalledDriver>) -> SystemDevice {
    let hardware_ids = ids.iter().map(|id| (*id).to_owned()).collect();
    SystemDevice { hardware_ids, installed, ..SystemDevice::default() }
}

fn offered(round: &DriverRound) -> Vec<(u32, Vec<&str>)> {
    round.new.iter().map(|o| (o.revision.0, o.hardware_ids.iter().map(String::as_str).collect())).collect()
}

/// A target of a driver by picks: id, computers (distributed, named), scores, date, version, printer.
type TargetPick = (usize, Vec<u128>, Vec<u128>, Vec<(usize, u8)>, Option<i8>, u64, u8);

fn targets() -> impl Strategy<Value = Vec<TargetPick>> {
    let computers = || prop::collection::vec(1u128..5, 0..2);
    let scores = prop::collection::vec((0usize..3, 0u8..3), 0..3);
    let target = (0usize..6, computers(), computers(), scores, prop::option::of(1i8..4), 0u64..3, 0u8..6);
    prop::collection::vec(target, 1..4)
}

fn made_target((id, distributed, named, scores, day, version, class): &TargetPick) -> DriverTarget {
    DriverTarget {
        hardware_id: if class % 2 == 0 { IDS[*id].to_lowercase() } else { IDS[*id].into() },
        date: day.map(|day| date(2026, 1, day)),
        version: *version,
        class: if *class == 0 { "Printers".into() } else { "Net".into() },
        provider: format!("p{}", class % 3),
        manufacturer: format!("m{}", class % 2),
        compatible_providers: if *class == 5 { vec!["P1".into()] } else { vec![] },
        feature_scores: scores.iter().map(|(key, score)| (KEYS[*key].to_lowercase(), *score)).collect(),
        distribution_computers: distributed.iter().map(|n| Uuid::from_u128(*n)).collect(),
        target_computers: named.iter().map(|n| Uuid::from_u128(*n)).collect(),
        ..DriverTarget::default()
    }
}

/// A driver for a device as the specification's list of questions sees it.
struct Candidate {
    computer: Option<usize>,
    score: u8,
    id: Option<usize>,
    date: Option<Date>,
    version: u64,
}

/// Which of two is better, question by question: `Less` is the better one.
fn better(a: &Candidate, b: &Candidate) -> Ordering {
    let place = |a: Option<usize>, b: Option<usize>| match (a, b) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    };
    if place(a.computer, b.computer).is_ne() {
        return place(a.computer, b.computer);
    }
    if a.score != b.score {
        return if a.score < b.score { Ordering::Less } else { Ordering::Greater };
    }
    if place(a.id, b.id).is_ne() {
        return place(a.id, b.id);
    }
    if a.date != b.date {
        return if a.date > b.date { Ordering::Less } else { Ordering::Greater };
    }
    b.version.cmp(&a.version)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_best_driver_is_offered_if_it_is_better(
        drivers in prop::collection::vec((targets(), any::<bool>()), 1..8),
        hardware in prop::collection::vec(0usize..6, 0..3),
        compatible in prop::collection::vec(0usize..6, 0..3),
        computers in prop::collection::vec(1u128..5, 0..3),
        installed in prop::option::of((0usize..8, prop::option::of(1i8..4), 0u64..3, prop::option::of(1u128..5), -1i32..4, 0u8..6)),
    ) {
        // Update 0 is a detectoid that half of the drivers need.
        let mut updates = vec![made(0, 1, UpdateKind::Detectoid, content(&[]))];
        for (number, (picks, needs)) in (1..).zip(&drivers) {
            updates.push(driver(number, if *needs { &[0] } else { &[] }, picks.iter().map(made_target).collect()));
        }
        let scope = scope(&updates);
        let computer_ids: Vec<_> = computers.iter().map(|n| Uuid::from_u128(*n)).collect();
        let ids: Vec<String> = hardware.iter().chain(&compatible).map(|n| IDS[*n].to_owned()).collect();
        let has = installed.map(|(id, day, version, computer, score, class)| InstalledDriver {
            matching_id: IDS.get(id).map(|id| id.to_lowercase()),
            date: day.map(|day| date(2026, 1, day)),
            version,
            class: if class == 0 { "Printer".into() } else { "Net".into() },
            provider: format!("P{}", class % 3),
            manufacturer: format!("m{}", class % 2),
            matching_computer_id: computer.map(Uuid::from_u128),
            rank: if score < 0 { -1 } else { score << 16 | 0x1003 },
        });
        let device = SystemDevice {
            hardware_ids: ids[..hardware.len()].to_vec(),
            compatible_ids: ids[hardware.len()..].to_vec(),
            installed: has.clone(),
            ..SystemDevice::default()
        };
        for met in [false, true] {
            let request = DriverRequest {
                installed_non_leaf: if met { &[1] } else { &[] },
                devices: std::slice::from_ref(&device),
                computer_ids: &computer_ids,
                score_key: "AMD64.10.0",
                since: 1,
                ..DriverRequest::default()
            };
            let round = scope.driver_round(&request, |_| 0);
            let now = has.as_ref().filter(|driver| driver.matching_id.is_some()).map(|driver| Candidate {
                computer: driver.matching_computer_id.and_then(|id| computer_ids.iter().position(|known| *known == id)),
                score: u8::try_from(driver.rank >> 16).unwrap_or(255),
                id: ids.iter().position(|id| Some(id.to_lowercase()) == driver.matching_id),
                date: driver.date,
                version: driver.version,
            });
            let mut candidates = Vec::new();
            for (number, (picks, needs)) in (2u32..).zip(&drivers) {
                for target in picks.iter().map(made_target).filter(|_| met || !needs) {
                    for (place, _) in ids.iter().enumerate().filter(|(_, id)| id.eq_ignore_ascii_case(&target.hardware_id)) {
                        let lists = [&target.distribution_computers, &target.target_computers];
                        let place_in = |list: &[Uuid]| computer_ids.iter().position(|id| list.contains(id));
                        if lists.iter().any(|list| !list.is_empty() && place_in(list).is_none()) {
                            continue;
                        }
                        if let (Some(_), Some(driver)) = (&now, &has)
                            && (driver.class == "Printer" || target.class == "Printers")
                        {
                            let same = target.provider.eq_ignore_ascii_case(&driver.provider)
                                || target.compatible_providers.iter().any(|p| p.eq_ignore_ascii_case(&driver.provider));
                            if !same || target.manufacturer != driver.manufacturer {
                                continue;
                            }
                        }
                        let scores = target.feature_scores.iter().filter(|(key, _)| key == "amd64.10.0");
                        candidates.push((number, Candidate {
                            computer: lists.iter().filter_map(|list| place_in(list)).min(),
                            score: scores.map(|(_, score)| *score).min().unwrap_or(255),
                            id: Some(place),
                            date: target.date,
                            version: target.version,
                        }));
                    }
                }
            }
            let best: Vec<_> = candidates.iter()
                .filter(|(_, c)| candidates.iter().all(|(_, other)| better(c, other).is_le()))
                .filter(|(_, c)| now.as_ref().is_none_or(|now| better(c, now).is_lt()))
                .collect();
            match round.new.as_slice() {
                [] => prop_assert!(best.is_empty(), "driver {:?} is not offered", best[0].0),
                [offer] => {
                    let fits = best.iter().any(|(number, c)| *number == offer.revision.0 && offer.hardware_ids == [ids[c.id.unwrap()].clone()]);
                    prop_assert!(fits, "{offer:?} is not the best");
                }
                _ => prop_assert!(false, "two drivers for one device"),
            }
        }
    }
}

#[test]
fn cached_drivers_are_kept_changed_or_forgotten() {
    let scope = scope(&[driver(1, &[], vec![target(IDS[0], 5)]), driver(2, &[], vec![target(IDS[1], 5)])]);
    let devices = [device(&[IDS[0], IDS[1]], None), device(&[IDS[0]], None)];
    let request = DriverRequest { cached_drivers: &[1, 2, 2, 77, -1], devices: &devices, ..DriverRequest::default() };
    let round = scope.driver_round(&request, |_| 0);
    assert_eq!(round.new, []);
    let offer = DriverOffer { revision: RevisionId(1), hardware_ids: vec![IDS[0].into()] };
    assert_eq!((round.changed, round.out_of_scope), (vec![offer], vec![2, 77, -1]));
    let round = scope.driver_round(&DriverRequest { since: 1, cached_drivers: &[], ..request }, |_| 0);
    assert_eq!(offered(&round), [(1, vec![IDS[0]])]);
    assert!(scope.has_drivers());
    assert!(
        scope.unbounded_round(&crate::windows::RoundRequest::default()).new.is_empty(),
        "no drivers among software"
    );
}

#[test]
fn what_is_repeated_is_answered_once() {
    let scope = scope(&[driver(1, &[], vec![target(IDS[0], 5)])]);
    let lower = IDS[0].to_lowercase();
    let mut devices = vec![device(&[IDS[0], IDS[0], &lower], None); 3];
    devices.push(device(&[&lower], None));
    let searched = |devices: &[SystemDevice]| {
        let request = DriverRequest { devices, since: 1, ..DriverRequest::default() };
        offered(&scope.driver_round(&request, |_| 0)).iter().map(|(_, ids)| ids.join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(searched(&devices), [format!("{} {lower}", IDS[0])]);
    let ids = super::fit::ComputerIds::new(&[Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(1)]);
    assert_eq!(ids.best(&[Uuid::from_u128(2), Uuid::from_u128(1)]), Some(0), "the first place of one that is repeated");
    assert_eq!((ids.best(&[Uuid::from_u128(3)]), ids.best(&[])), (None, Some(usize::MAX)));
}

#[test]
fn printers_come_the_best_of_each_id() {
    let printer = |id: &str, version| DriverTarget { class: "Printer".into(), ..target(id, version) };
    let scope = scope(&[
        driver(1, &[], vec![printer("a", 1), printer("b", 1)]),
        driver(2, &[], vec![printer("A", 2)]),
        driver(3, &[], vec![target("c", 1)]),
        driver(4, &[9], vec![printer("d", 1)]),
    ]);
    let round = scope.printer_round(&PrinterRequest { cached: &[7], since: 1, ..PrinterRequest::default() }, |_| 0);
    assert_eq!((offered(&round), &round.out_of_scope), (vec![(1, vec!["b"]), (2, vec!["A"])], &vec![7]));
}

#[test]
fn large_drivers_come_in_a_few_answers() {
    let ids: Vec<String> = (0..40).map(|n| format!(r"pci\dev_{n:04}")).collect();
    let drivers: Vec<_> = (1..).zip(&ids).map(|(n, id)| driver(n, &[], vec![target(id, 1)])).collect();
    let scope = scope(&drivers);
    let devices: Vec<_> = ids.iter().map(|id| device(&[id.as_str()], None)).collect();
    let (mut cached, mut pages) = (Vec::new(), Vec::new());
    loop {
        let request =
            DriverRequest { cached_drivers: &cached, devices: &devices, since: 1, ..DriverRequest::default() };
        let round = scope.driver_round(&request, |_| 1 << 20);
        assert!(round.out_of_scope.is_empty());
        pages.push(round.new.len());
        cached.extend(round.new.iter().map(|offer| i32::try_from(offer.revision.0).unwrap()));
        if !round.truncated {
            break;
        }
    }
    assert_eq!(pages, [20, 20], "half of the 40 MiB each");
    let small = scope.driver_round(&DriverRequest { devices: &devices, ..DriverRequest::default() }, |_| 1 << 10);
    assert_eq!((small.new.len(), small.truncated), (40, false));
}

#[test]
fn extensions_do_not_compete_with_drivers() {
    let extension = DriverTarget { class: "Extension".into(), ..target(IDS[0], 9) };
    let scope = scope(&[driver(1, &[], vec![extension])]);
    assert!(!scope.has_drivers());
}

/// The text between two others, each time it occurs.
fn between<'a>(text: &'a str, from: &'a str, to: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(from).skip(1).filter_map(move |part| part.split(to).next())
}

/// The recorded driver pass of a virtual machine with 70 devices, read just well enough.
#[expect(clippy::disallowed_methods, reason = "a test may be told where its data lies")]
fn recorded() -> Option<Vec<SystemDevice>> {
    let shared = std::env::var_os("SLUICE_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let folder = std::fs::read_dir(shared.join("captures/wua-wsus/scan/000009")).ok()?;
    let text = folder
        .filter_map(|file| std::fs::read_to_string(file.ok()?.path()).ok())
        .find(|text| text.contains("<SystemSpec>"))?;
    let strings = |text: &str, list: &str, to: &str| -> Vec<String> {
        between(text, list, to)
            .flat_map(|list| between(list, "<string>", "</string>"))
            .map(|id| id.replace("&amp;", "&"))
            .collect()
    };
    let one =
        |text: &str, from: &str, to: &str| between(text, from, to).next().unwrap_or_default().replace("&amp;", "&");
    let devices = between(&text, "<Device>", "</Device>").map(|device| {
        let driver = between(device, "<installedDriver>", "</installedDriver>").next().map(|driver| InstalledDriver {
            matching_id: Some(one(driver, "<MatchingID>", "</MatchingID>")),
            date: one(driver, "<DriverVerDate>", "T").parse().ok(),
            version: one(driver, "<DriverVerVersion>", "<").parse().unwrap_or_default(),
            class: one(driver, "<Class>", "<"),
            provider: one(driver, "<Provider>", "<"),
            manufacturer: one(driver, "<Manufacturer>", "<"),
            rank: one(driver, "<DriverRank>", "<").parse().unwrap_or(-1),
            matching_computer_id: None,
        });
        SystemDevice {
            hardware_ids: strings(device, "<HardwareIDs>", "</HardwareIDs>"),
            compatible_ids: strings(device, "<CompatibleIDs>", "</CompatibleIDs>"),
            installed: driver,
            ..SystemDevice::default()
        }
    });
    Some(devices.collect())
}

#[test]
fn a_real_machine_is_offered_what_its_devices_lack() {
    let Some(devices) = recorded() else {
        eprintln!("SKIPPED: the recordings are absent (set SLUICE_SHARED), so no real machine was checked");
        return;
    };
    assert!(devices.len() >= 70, "{} devices", devices.len());
    let newest =
        devices.iter().filter_map(|device| device.installed.as_ref()).filter_map(|driver| driver.date).max().unwrap();
    let dated = |id: &str, date: Date, version| DriverTarget { date: Some(date), ..target(id, version) };
    // For each hardware id of the machine one driver that is as good as none, and one that is newer.
    let mut ids: Vec<_> = devices.iter().flat_map(|device| &device.hardware_ids).map(|id| id.to_lowercase()).collect();
    ids.sort();
    ids.dedup();
    let old = ids.iter().enumerate().map(|(n, id)| driver(n, &[], vec![dated(id, date(1990, 1, 1), 1)]));
    let after = newest.tomorrow().unwrap();
    let new = ids.iter().enumerate().map(|(n, id)| driver(1000 + n, &[], vec![dated(id, after, 1)]));
    let scope = scope(&old.chain(new).collect::<Vec<_>>());
    let request = DriverRequest { devices: &devices, score_key: "AMD64.10.0", since: 1, ..DriverRequest::default() };
    let round = scope.driver_round(&request, |_| 0);
    let first_new = u32::try_from(ids.len()).unwrap();
    // Not those with a better feature score than the new drivers have, nor printers of others.
    let fits = |device: &&SystemDevice| {
        let beaten = |driver: &InstalledDriver| driver.rank < 0 || driver.rank >> 16 == 0xFF;
        device.installed.as_ref().is_none_or(|d| beaten(d) && !super::index::is_printer(&d.class))
    };
    let mut expected: Vec<&String> =
        devices.iter().filter(fits).filter_map(|device| device.hardware_ids.first()).collect();
    expected.sort();
    expected.dedup_by_key(|id| id.to_lowercase());
    assert!(round.new.iter().all(|offer| offer.revision.0 > first_new), "an old driver is offered");
    let mut got: Vec<&String> = round.new.iter().flat_map(|offer| &offer.hardware_ids).collect();
    got.sort();
    got.dedup_by_key(|id| id.to_lowercase());
    assert_eq!(got, expected);
    assert!(round.new.len() >= 30 && !round.truncated, "{} offers", round.new.len());
}
