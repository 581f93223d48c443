//! Small worlds for tests: a few products, indices, packages and versions, in every combination.

use std::sync::Arc;

use jiff::Timestamp;
use proptest::prelude::*;
use sluice_model::{
    BinaryPackage, Category, CategoryId, CategoryKind, Classification, DeviceId, DeviceIndex, DeviceNumber,
    EnforcementState, IndexId, IndexKey, InstalledPackage, Inventory, KernelFacts, OperatingSystem, PackageIndex,
    PackagePin, Pocket, RestartEvidence, RevisionId, Sha256, SourceId, SourcePackage, Update, UpdateContent, UpdateId,
    UpdateKind,
};
use uuid::Uuid;

use crate::catalog::{Catalog, CatalogChange, IndexContent, Offer};
use crate::evaluate::Evaluator;
use crate::fleet::{DeviceChange, DeviceRecord, EnforcementRecord, Fleet};

pub(crate) const VERSIONS: [&str; 9] =
    ["0.9", "1.0-1", "1.0-1+deb12u1", "1.0-1+b1", "2.0~rc1", "2.0", "2.0-0", "10", "1:0.9"];
pub(crate) const NAMES: [&str; 4] = ["curl", "libcurl4", "openssl", "tzdata"];
pub(crate) const ARCHITECTURES: [&str; 3] = ["all", "amd64", "i386"];
pub(crate) const CLASSIFICATIONS: [Classification; 3] =
    [Classification::SecurityUpdates, Classification::Updates, Classification::UpdateRollups];
/// Suite, product, architecture, NotAutomatic, ButAutomaticUpgrades.
const INDEXES: [(&str, &str, &str, bool, bool); 5] = [
    ("bookworm", "bookworm", "amd64", false, false),
    ("bookworm-security", "bookworm", "amd64", false, false),
    ("bookworm-backports", "bookworm-backports", "amd64", true, true),
    ("experimental", "experimental", "amd64", true, false),
    ("bookworm", "bookworm", "i386", false, false),
];

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(crate) fn product(release: &str) -> CategoryId {
    CategoryId::of_product("Debian", release, "main")
}

pub(crate) fn categories() -> Vec<Category> {
    let company = CategoryId::of_company("Debian");
    let mut all = vec![Category { id: company, kind: CategoryKind::Company, parent: None, title: "Debian".into() }];
    for release in ["bookworm", "bookworm-backports", "experimental"] {
        let family = CategoryId::of_family("Debian", release);
        all.push(Category {
            id: family,
            kind: CategoryKind::ProductFamily,
            parent: Some(company),
            title: release.into(),
        });
        let title = format!("{release} main");
        all.push(Category { id: product(release), kind: CategoryKind::Product, parent: Some(family), title });
    }
    all
}

pub(crate) fn index(number: usize) -> PackageIndex {
    let (suite, release, architecture, not_automatic, but_automatic_upgrades) = INDEXES[number % INDEXES.len()];
    PackageIndex {
        id: IndexId(u32::try_from(number).unwrap()),
        key: IndexKey {
            source: SourceId(Uuid::nil()),
            uri: "http://deb.example/debian".into(),
            suite: suite.into(),
            component: "main".into(),
            architecture: architecture.into(),
        },
        product: product(release),
        pocket: if suite.ends_with("-security") { Pocket::Security } else { Pocket::Base },
        point_releases: true,
        origin: "Debian".into(),
        label: "Debian".into(),
        archive: suite.replace("bookworm", "oldstable"),
        codename: suite.into(),
        date: None,
        not_automatic,
        but_automatic_upgrades,
    }
}

pub(crate) fn device_index(number: usize, priority: Option<i32>) -> DeviceIndex {
    let index = index(number);
    DeviceIndex {
        uri: "http://mirror.example/debian".into(),
        suite: index.key.suite,
        component: "main".into(),
        architecture: index.key.architecture,
        origin: index.origin,
        label: index.label,
        codename: index.codename,
        priority,
    }
}

pub(crate) fn update(
    release: &str,
    source: &str,
    version: &str,
    number: u32,
    binaries: &[(&str, &str, &str)],
    classification: Classification,
) -> Arc<Update> {
    let mut binaries: Vec<_> = binaries
        .iter()
        .map(|(name, architecture, version)| BinaryPackage {
            name: (*name).into(),
            architecture: (*architecture).into(),
            version: (*version).into(),
            path: format!("pool/{name}_{version}_{architecture}.deb"),
            size: 1000,
            sha256: Sha256([7; 32]),
            phased_percent: None,
        })
        .collect();
    binaries.sort();
    binaries.dedup();
    Arc::new(Update {
        id: UpdateId::of_package(product(release), source, version),
        number,
        kind: UpdateKind::Software,
        title: format!("{source} {version}"),
        description: String::new(),
        classification,
        products: vec![product(release)],
        released: Some(at(i64::from(number))),
        advisories: vec![format!("CVE-2026-{}", version.len())],
        info_url: None,
        content: UpdateContent::Deb(SourcePackage { name: source.into(), version: version.into(), binaries }),
    })
}

pub(crate) fn inventory(
    packages: &[(&str, &str, &str)],
    indexes: Vec<DeviceIndex>,
    pins: Vec<PackagePin>,
) -> Inventory {
    let package = |(name, architecture, version): &(&str, &str, &str)| InstalledPackage {
        name: (*name).into(),
        architecture: (*architecture).into(),
        version: (*version).into(),
        source: (*name).into(),
        held: false,
        broken: false,
    };
    Inventory {
        os: OperatingSystem::default(),
        architecture: "amd64".into(),
        kernel: KernelFacts::default(),
        restart: RestartEvidence::default(),
        packages: packages.iter().map(package).collect(),
        indexes,
        pins,
    }
}

/// bookworm with a base and a security index: openssl 1.0-1 in base, 1.0-1+deb12u1 in security.
pub(crate) fn bookworm() -> (Catalog, UpdateId, UpdateId) {
    let old = update(
        "bookworm",
        "openssl",
        "1.0-1",
        1,
        &[("libssl3", "amd64", "1.0-1"), ("openssl", "amd64", "1.0-1")],
        CLASSIFICATIONS[2],
    );
    let v = "1.0-1+deb12u1";
    let new =
        update("bookworm", "openssl", v, 1, &[("libssl3", "amd64", v), ("openssl", "amd64", v)], CLASSIFICATIONS[0]);
    let (old_id, new_id) = (old.id, new.id);
    let offers = |revision| vec![Offer { revision, binary: 0 }, Offer { revision, binary: 1 }];
    let change = CatalogChange {
        version: 1,
        categories: categories(),
        updates: vec![(RevisionId(1), old), (RevisionId(2), new)],
        indexes: vec![
            IndexContent { index: Arc::new(index(0)), offers: offers(RevisionId(1)) },
            IndexContent { index: Arc::new(index(1)), offers: offers(RevisionId(2)) },
        ],
        ..CatalogChange::default()
    };
    let (catalog, problems) = Catalog::default().apply(change);
    assert_eq!(problems, []);
    (catalog, old_id, new_id)
}

/// Release, source, version, binaries (name, architecture, rebuilt), classification.
type UpdatePick = (usize, usize, usize, Vec<(usize, usize, bool)>, usize);

/// Numbers that [`history`] makes updates, offers and removals from.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    updates: Vec<UpdatePick>,
    renamed: Vec<(usize, usize)>,
    indexes: Vec<(usize, Vec<(usize, usize)>)>,
    removed: Vec<usize>,
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let binaries = prop::collection::vec((0usize..8, 0usize..8, any::<bool>()), 1..4);
    let updates = prop::collection::vec((0usize..3, 0usize..2, 0usize..20, binaries, 0usize..3), 0..4);
    let indexes =
        prop::collection::vec((0usize..INDEXES.len(), prop::collection::vec((0usize..50, 0usize..8), 0..10)), 0..4);
    let renamed = prop::collection::vec((0usize..50, 0usize..3), 0..2);
    let removed = prop::collection::vec(0usize..30, 0..2);
    let step = (updates, renamed, indexes, removed).prop_map(|(updates, renamed, indexes, removed)| Step {
        updates,
        renamed,
        indexes,
        removed,
    });
    prop::collection::vec(step, 1..6)
}

/// The changes of some steps, and the one change that leads to the same end.
pub(crate) fn history(steps: &[Step]) -> (Vec<CatalogChange>, CatalogChange) {
    let mut all: Vec<(RevisionId, Arc<Update>)> = Vec::new();
    let mut contents: std::collections::BTreeMap<usize, IndexContent> = std::collections::BTreeMap::new();
    let mut changes = Vec::new();
    for (version, step) in (1u64..).zip(steps) {
        let mut change = CatalogChange { version, ..CatalogChange::default() };
        if version == 1 {
            change.categories = categories();
        }
        for number in step.removed.iter().filter(|n| **n < INDEXES.len()) {
            contents.remove(number);
            change.removed_indexes.push(index(*number).id);
        }
        for (release, source, text, picks, classification) in &step.updates {
            let release = ["bookworm", "bookworm-backports", "experimental"][*release];
            let text = VERSIONS[text % VERSIONS.len()];
            let names = &NAMES[source * 2..];
            let rebuilt = format!("{text}+b1");
            let binaries: Vec<_> = picks
                .iter()
                .map(|(name, arch, binnmu)| {
                    (names[name % names.len()], ARCHITECTURES[arch % 3], if *binnmu { rebuilt.as_str() } else { text })
                })
                .collect();
            let source = ["curl", "openssl"][*source];
            let id = UpdateId::of_package(product(release), source, text);
            let number = 1 + u32::try_from(all.iter().filter(|(_, known)| known.id == id).count()).unwrap();
            let revision = RevisionId(u32::try_from(all.len()).unwrap());
            let made = update(release, source, text, number, &binaries, CLASSIFICATIONS[*classification]);
            all.push((revision, Arc::clone(&made)));
            change.updates.push((revision, made));
        }
        if !all.is_empty() {
            for (pick, classification) in &step.renamed {
                let at = pick % all.len();
                let (revision, known) = &mut all[at];
                let classification = CLASSIFICATIONS[*classification];
                *known = Arc::new(Update { classification, title: "renamed".into(), ..Update::clone(known) });
                change.updates.push((*revision, Arc::clone(known)));
            }
            for (number, picks) in &step.indexes {
                let offer = |(revision, binary): &(usize, usize)| {
                    let (revision, update) = &all[revision % all.len()];
                    let count = update.content.binaries().len();
                    Offer { revision: *revision, binary: u16::try_from(binary % count).unwrap() }
                };
                let content =
                    IndexContent { index: Arc::new(index(*number)), offers: picks.iter().map(offer).collect() };
                contents.insert(*number, content.clone());
                change.indexes.push(content);
            }
        }
        changes.push(change);
    }
    let end = CatalogChange {
        version: steps.len() as u64,
        categories: categories(),
        updates: all,
        indexes: contents.into_values().collect(),
        ..CatalogChange::default()
    };
    (changes, end)
}

/// Catalogs built in one change.
pub(crate) fn catalogs() -> impl Strategy<Value = (Arc<Catalog>, CatalogChange)> {
    steps().prop_map(|steps| {
        let (_, end) = history(&steps);
        let (catalog, problems) = Catalog::default().apply(end.clone());
        assert_eq!(problems, []);
        (Arc::new(catalog), end)
    })
}

pub(crate) fn inventories() -> impl Strategy<Value = Inventory> {
    let packages = prop::collection::btree_map(
        (0usize..NAMES.len(), 0usize..3),
        (0usize..VERSIONS.len() + 1, any::<bool>(), 0u8..10),
        0..7,
    );
    let priority = prop::sample::select(vec![None, Some(-1), Some(1), Some(100), Some(500), Some(990), Some(1000)]);
    let indexes = prop::collection::btree_map(0usize..INDEXES.len(), priority, 0..5);
    let suffix = prop::sample::select(vec!["", "", ":any", ":i386", ":amd64"]);
    let pin =
        (0usize..NAMES.len(), suffix, 0usize..VERSIONS.len(), prop::sample::select(vec![-5, 50, 100, 500, 600, 1001]));
    let pins = prop::collection::vec(pin, 0..3);
    (packages, indexes, pins, any::<bool>()).prop_map(|(packages, indexes, pins, restart)| {
        let mut made = inventory(&[], vec![], vec![]);
        for ((name, arch), (version, held, broken)) in packages {
            // `all` and the native architecture are one place; dpkg allows one package there.
            if arch == 0 && made.packages.iter().any(|p| p.name == NAMES[name]) {
                continue;
            }
            if arch == 1 && made.packages.iter().any(|p| p.name == NAMES[name] && p.architecture == "all") {
                continue;
            }
            made.packages.push(InstalledPackage {
                name: NAMES[name].into(),
                architecture: ARCHITECTURES[arch].into(),
                version: VERSIONS.get(version).map_or("1.5", |v| *v).into(),
                source: NAMES[name].into(),
                held,
                broken: broken == 0,
            });
        }
        made.packages.sort();
        made.indexes = indexes.into_iter().map(|(number, priority)| device_index(number, priority)).collect();
        made.pins = pins
            .into_iter()
            .map(|(name, suffix, version, priority)| PackagePin {
                package: format!("{}{suffix}", NAMES[name]),
                version: VERSIONS[version].into(),
                priority,
            })
            .collect();
        made.restart.flag_file = restart;
        made
    })
}

/// An evaluator and a fleet of devices 0.. with these inventories, named `host0`…, one microsecond
/// of contact apart.
pub(crate) fn fleet(catalog: &Arc<Catalog>, inventories: &[Inventory]) -> (Evaluator, Fleet) {
    let mut evaluator = Evaluator::new(Arc::clone(catalog));
    let mut changes = Vec::new();
    for (number, inventory) in (0u32..).zip(inventories) {
        changes.push(DeviceChange::Record(record(number)));
        let device = DeviceNumber(number);
        changes.push(DeviceChange::Inventory { device, at: at(5), inventory: Arc::new(inventory.clone()) });
    }
    let (fleet, problems) = Fleet::default().apply(&mut evaluator, changes);
    assert_eq!(problems, []);
    (evaluator, fleet)
}

pub(crate) fn record(number: u32) -> DeviceRecord {
    DeviceRecord {
        number: DeviceNumber(number),
        id: DeviceId(Uuid::from_u128(u128::from(number) + 1)),
        name: format!("host{number}").into(),
        agent_version: "1".into(),
        enrolled_at: at(1),
        last_contact: Timestamp::from_microsecond(i64::from(number)).ok(),
    }
}

pub(crate) fn enforcement(update: UpdateId, state: EnforcementState, second: i64) -> EnforcementRecord {
    EnforcementRecord { update, state, code: None, detail: "".into(), at: at(second), deployment: None }
}
