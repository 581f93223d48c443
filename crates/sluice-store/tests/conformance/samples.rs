//! Things to store.

use jiff::Timestamp;
use sluice_model::{
    BinaryPackage, Category, CategoryId, CategoryKind, Classification, DeviceId, DeviceIndex, DeviceKind, IndexId,
    IndexKey, InstalledPackage, Inventory, KernelFacts, OperatingSystem, PackageIndex, PackagePin, PatchingType,
    Pocket, ProtocolVersion, RestartEvidence, RevisionRef, Severity, Sha256, SourceId, SourcePackage, StaleLibrary,
    Update, UpdateContent, UpdateId, UpdateKind, WindowsContent, WindowsFile,
};
use sluice_store::device::{self, DeviceRecord, NewDevice};
use sluice_store::source::{self, SourceRecord};
use sluice_store::{Store, StoreError};
use uuid::Uuid;

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

pub fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub fn source_record(number: u128) -> SourceRecord {
    SourceRecord {
        id: SourceId(uuid(number)),
        name: format!("Debian {number}"),
        kind: "apt".into(),
        config: r#"{"entries":["deb http://deb.example/debian bookworm main"]}"#.into(),
        enabled: true,
        schedule: r#"{"every":"PT4H"}"#.into(),
        created_at: at(0),
        last_success_at: None,
        last_error: None,
    }
}

pub async fn add_source(store: &Store) -> SourceId {
    let record = source_record(1);
    let id = record.id;
    store.write(move |tx| Box::pin(async move { source::insert(tx, &record).await })).await.unwrap();
    id
}

pub fn new_device(number: u128) -> NewDevice {
    NewDevice {
        id: DeviceId(uuid(number)),
        kind: DeviceKind::Linux,
        hostname: format!("web-{number}.example"),
        secret_hash: Some([u8::try_from(number % 256).unwrap(); 32]),
        agent_version: "0.1.0".into(),
    }
}

pub async fn add_device(store: &Store, number: u128) -> Result<DeviceRecord, StoreError> {
    store.write(move |tx| Box::pin(async move { device::enrol(tx, new_device(number), at(0)).await })).await
}

pub async fn add_windows_device(store: &Store, number: u128) -> DeviceRecord {
    let new = NewDevice { kind: DeviceKind::Windows, secret_hash: None, ..new_device(number) };
    store.write(move |tx| Box::pin(device::register(tx, new, at(0)))).await.unwrap()
}

pub fn product() -> CategoryId {
    CategoryId::of_product("Debian", "bookworm", "main")
}

pub fn categories() -> Vec<Category> {
    let company = CategoryId::of_company("Debian");
    let family = CategoryId::of_family("Debian", "bookworm");
    let node = |id, kind, parent, title: &str| Category { id, kind, parent, title: title.to_owned() };
    vec![
        node(company, CategoryKind::Company, None, "Debian"),
        node(family, CategoryKind::ProductFamily, Some(company), "Debian 12 (bookworm)"),
        node(product(), CategoryKind::Product, Some(family), "Debian 12 (bookworm) main"),
    ]
}

pub fn binary(name: &str, version: &str) -> BinaryPackage {
    BinaryPackage {
        name: name.into(),
        architecture: "amd64".into(),
        version: version.into(),
        path: format!("pool/main/{}/{name}/{name}_{version}_amd64.deb", &name[..1]),
        size: 123_456_789_012,
        sha256: Sha256([0xab; 32]),
        phased_percent: Some(40),
    }
}

pub fn update(name: &str, version: &str) -> Update {
    Update {
        id: UpdateId::of_package(product(), name, version),
        number: 1,
        kind: UpdateKind::Software,
        title: format!("{name} {version}"),
        description: "Läuft – 動く".into(),
        classification: Classification::SecurityUpdates,
        products: vec![product()],
        released: Some(at(5)),
        advisories: vec!["CVE-2026-0001".into(), "DSA-6000-1".into()],
        info_url: Some("https://security.example/DSA-6000-1".into()),
        content: UpdateContent::Deb(SourcePackage {
            name: name.into(),
            version: version.into(),
            binaries: vec![binary(name, version), binary(&format!("{name}-doc"), version)],
        }),
    }
}

/// A revision with Microsoft's metadata.
pub fn windows_update(number: u128) -> Update {
    let id = UpdateId(uuid(number));
    Update {
        id,
        number: 200,
        kind: UpdateKind::Software,
        title: format!("2026-11 Cumulative Update (KB{number})"),
        description: String::new(),
        classification: Classification::UpdateRollups,
        products: vec![product()],
        released: Some(at(6)),
        advisories: vec![],
        info_url: None,
        content: UpdateContent::Windows(Box::new(WindowsContent {
            prerequisites: vec![vec![UpdateId(uuid(1 << 64))], vec![UpdateId(uuid(1)), UpdateId(uuid(2))]],
            bundled: vec![vec![RevisionRef { update: UpdateId(uuid(3)), number: 7 }]],
            supersedes: vec![UpdateId(uuid(4))],
            files: vec![WindowsFile {
                name: "kb.psf".into(),
                size: 5 << 32,
                sha1: [1; 20],
                sha256: None,
                patching: PatchingType::Express,
            }],
            explicitly_deployable: true,
            severity: Some(Severity::Important),
            articles: vec![number.to_string()],
            compatible_protocol: Some(ProtocolVersion { major: 1, minor: 20 }),
            ..WindowsContent::default()
        })),
    }
}

pub fn package_index(source: SourceId, suite: &str) -> PackageIndex {
    PackageIndex {
        id: IndexId(0),
        key: IndexKey {
            source,
            uri: "http://deb.example/debian".into(),
            suite: suite.into(),
            component: "main".into(),
            architecture: "amd64".into(),
        },
        product: product(),
        pocket: Pocket::Security,
        point_releases: true,
        origin: "Debian".into(),
        label: "Debian-Security".into(),
        archive: "stable-security".into(),
        codename: "bookworm-security".into(),
        date: Some(at(1)),
        not_automatic: true,
        but_automatic_upgrades: true,
    }
}

pub fn inventory(packages: usize) -> Inventory {
    let package = |n: usize| InstalledPackage {
        name: format!("package-{n}"),
        architecture: "amd64".into(),
        version: format!("1.{n}-2+deb12u3"),
        source: if n.is_multiple_of(2) { format!("package-{n}") } else { "source".into() },
        held: n == 3,
        broken: n == 4,
    };
    Inventory {
        os: OperatingSystem {
            id: "debian".into(),
            version: "12".into(),
            codename: "bookworm".into(),
            title: "Debian GNU/Linux 12 (bookworm)".into(),
        },
        architecture: "amd64".into(),
        kernel: KernelFacts { running: "6.1.0-30-amd64".into(), newest_installed: Some("6.1.0-31-amd64".into()) },
        restart: RestartEvidence {
            flag_file: true,
            flag_packages: vec!["linux-image-amd64".into()],
            kernel: true,
            libraries: vec![StaleLibrary { process: "sshd".into(), path: "/usr/lib/libssl.so.3".into() }],
        },
        packages: (0..packages).map(package).collect(),
        indexes: vec![DeviceIndex {
            uri: "http://deb.example/debian".into(),
            suite: "bookworm".into(),
            component: "main".into(),
            architecture: "amd64".into(),
            origin: "Debian".into(),
            label: "Debian".into(),
            codename: "bookworm".into(),
            priority: Some(-10),
        }],
        pins: vec![PackagePin { package: "firefox".into(), version: "128".into(), priority: 1001 }],
    }
}
