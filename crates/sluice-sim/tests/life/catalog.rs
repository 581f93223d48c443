//! A catalog with one update, and a machine that needs it.

use sluice_model::{
    BinaryPackage, Category, CategoryId, CategoryKind, Classification, IndexId, IndexKey, PackageIndex, Pocket, Sha256,
    SourceId, SourcePackage, Update, UpdateContent, UpdateId, UpdateKind,
};
use sluice_store::Store;
use sluice_store::catalog::{CatalogBatch, IndexWrite, OfferedBinary, RevisionRef, commit_sync_batch};
use sluice_store::source::{self, SourceRecord};
use sluice_wire::{Index, Inventory, Package};
use uuid::Uuid;

const URI: &str = "http://deb.example/debian";
const SOURCE: SourceId = SourceId(Uuid::from_u128(1));

/// `tool` 2.0.
pub fn update() -> Update {
    let product = CategoryId::of_product("Debian", "bookworm", "main");
    let (name, version) = ("tool".to_owned(), "2.0".to_owned());
    let binary = BinaryPackage {
        name: name.clone(),
        architecture: "amd64".into(),
        version: version.clone(),
        path: "pool/tool.deb".into(),
        size: 1,
        sha256: Sha256([0; 32]),
        phased_percent: None,
    };
    Update {
        id: UpdateId::of_package(product, &name, &version),
        number: 1,
        kind: UpdateKind::Software,
        title: "tool 2.0".into(),
        description: String::new(),
        classification: Classification::SecurityUpdates,
        products: vec![product],
        released: None,
        advisories: Vec::new(),
        info_url: None,
        content: UpdateContent::Deb(SourcePackage { name, version, binaries: vec![binary] }),
    }
}

/// A machine with `tool` 1.0 and 39 other packages.
pub fn machine() -> Inventory {
    let package = |name: String| Package {
        source: name.clone(),
        name,
        arch: "amd64".into(),
        version: "1.0".into(),
        held: false,
        broken: false,
    };
    let names = (1..40).map(|n| format!("other{n}")).chain(["tool".to_owned()]);
    let index = Index {
        uri: URI.into(),
        suite: "bookworm".into(),
        component: "main".into(),
        architecture: "amd64".into(),
        origin: "Debian".into(),
        label: "Debian".into(),
        codename: "bookworm".into(),
        priority: Some(500),
    };
    Inventory {
        architecture: "amd64".into(),
        indexes: vec![index],
        packages: names.map(package).collect(),
        ..Inventory::default()
    }
}

/// Stores it as a synchronization does.
pub async fn store(store: &Store) {
    let at = crate::now();
    let source = SourceRecord {
        id: SOURCE,
        name: "Debian".into(),
        kind: "apt".into(),
        config: String::new(),
        enabled: false,
        schedule: String::new(),
        created_at: at,
        last_success_at: None,
        last_error: None,
    };
    let (company, family) = (CategoryId::of_company("Debian"), CategoryId::of_family("Debian", "bookworm"));
    let product = CategoryId::of_product("Debian", "bookworm", "main");
    let node = |id, kind, parent| Category { id, kind, parent, title: "Debian".into() };
    let index = PackageIndex {
        id: IndexId(0),
        key: IndexKey {
            source: SOURCE,
            uri: URI.into(),
            suite: "bookworm".into(),
            component: "main".into(),
            architecture: "amd64".into(),
        },
        product,
        pocket: Pocket::Security,
        point_releases: false,
        origin: "Debian".into(),
        label: "Debian".into(),
        archive: "oldstable".into(),
        codename: "bookworm".into(),
        date: None,
        not_automatic: false,
        but_automatic_upgrades: false,
    };
    let offers = vec![OfferedBinary { revision: RevisionRef::New(0), binary: 0 }];
    let batch = CatalogBatch {
        categories: vec![
            node(company, CategoryKind::Company, None),
            node(family, CategoryKind::ProductFamily, Some(company)),
            node(product, CategoryKind::Product, Some(family)),
        ],
        revisions: vec![update().into()],
        indexes: vec![IndexWrite { index, anchor: String::new(), content: Some(offers) }],
        raise_version: true,
        ..CatalogBatch::default()
    };
    let batch = batch.pack().expect("the catalog is small");
    let write = store.write(move |tx| {
        Box::pin(async move {
            source::insert(tx, &source).await?;
            commit_sync_batch(tx, batch, at).await
        })
    });
    write.await.expect("the catalog is stored");
}
