use std::sync::Arc;

use sluice_catalog::{Catalog, CatalogChange, IndexContent, Offer};
use sluice_model::{Category, CategoryKind, IndexId, IndexKey, PackageIndex, Pocket, SourceId};
use sluice_packages::deb::packages::parse_packages;

use super::*;

const OPENSSL: &str = "Package: libssl3\nSource: openssl\nVersion: 3.0-1\nArchitecture: amd64\nFilename: pool/libssl3.deb\nSize: 10\nSHA256: 1111111111111111111111111111111111111111111111111111111111111111\nDescription: library\n\nPackage: openssl\nVersion: 3.0-1\nArchitecture: amd64\nFilename: pool/openssl.deb\nSize: 20\nSHA256: 2222222222222222222222222222222222222222222222222222222222222222\nDescription: toolkit\n";
const REBUILT: &str = "Package: libssl-doc\nSource: openssl\nVersion: 3.0-1\nArchitecture: all\nFilename: pool/libssl-doc.deb\nSize: 30\nSHA256: 3333333333333333333333333333333333333333333333333333333333333333\nDescription: documentation\n";

fn product() -> CategoryId {
    CategoryId::of_product("Debian", "bookworm", "main")
}

fn assemble(catalog: &Catalog, classification: Classification, texts: &[&str]) -> (Assembled, Vec<String>) {
    let mut assembler = Assembler::new(catalog, product(), classification, None);
    let mut problems = Vec::new();
    for text in texts {
        assembler.begin_index();
        parse_packages(text.as_bytes(), |item| {
            problems.extend(assembler.add(&item.unwrap()).err().map(|p| p.to_string()));
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    }
    (assembler.finish(), problems)
}

/// The catalog after a batch was stored as revisions 1, 2, ….
fn publish(catalog: &Catalog, version: u64, assembled: &Assembled) -> Catalog {
    let first = catalog.current_revisions().max().unwrap_or(0) + 1;
    let revision = |r| match r {
        RevisionRef::Stored(id) => id,
        RevisionRef::New(at) => RevisionId(first + u32::try_from(at).unwrap()),
    };
    let key = |n: usize| IndexKey {
        source: SourceId(uuid::Uuid::nil()),
        uri: "http://x".into(),
        suite: format!("s{n}"),
        component: "main".into(),
        architecture: "amd64".into(),
    };
    let indexes = assembled.offers.iter().enumerate().map(|(n, offers)| IndexContent {
        index: Arc::new(PackageIndex {
            id: IndexId(u32::try_from(n).unwrap() + 1),
            key: key(n),
            product: product(),
            pocket: Pocket::Base,
            point_releases: true,
            origin: "Debian".into(),
            label: "Debian".into(),
            archive: "stable".into(),
            codename: "bookworm".into(),
            date: None,
            not_automatic: false,
            but_automatic_upgrades: false,
        }),
        offers: offers
            .iter()
            .map(|o| Offer { revision: revision(o.revision), binary: u16::try_from(o.binary).unwrap() })
            .collect(),
    });
    let category = Category { id: product(), kind: CategoryKind::Product, parent: None, title: "p".into() };
    let (next, problems) = catalog.apply(CatalogChange {
        version,
        categories: vec![category],
        updates: assembled
            .updates
            .iter()
            .enumerate()
            .map(|(n, u)| (revision(RevisionRef::New(n)), Arc::clone(u)))
            .collect(),
        indexes: indexes.collect(),
        ..CatalogChange::default()
    });
    assert_eq!(problems, []);
    next
}

#[test]
fn a_source_version_is_one_update_with_all_its_binaries() {
    let (found, problems) = assemble(&Catalog::default(), Classification::UpdateRollups, &[OPENSSL]);
    assert_eq!((found.new, found.updates.len(), problems.len()), (1, 1, 0));
    let update = &found.updates[0];
    assert_eq!(update.title, "openssl 3.0-1");
    // The binary that has the source's name describes the update.
    assert_eq!(update.description, "toolkit");
    let names: Vec<_> = update.content.binaries().iter().map(|b| b.name.as_str()).collect();
    assert_eq!(names, ["libssl3", "openssl"]);
    assert_eq!(found.offers[0].len(), 2);
}

#[test]
fn the_same_again_changes_nothing() {
    let empty = Catalog::default();
    let (first, _) = assemble(&empty, Classification::UpdateRollups, &[OPENSSL]);
    let catalog = publish(&empty, 1, &first);
    let (again, _) = assemble(&catalog, Classification::UpdateRollups, &[OPENSSL]);
    assert_eq!((again.new, again.updates.len()), (0, 0));
    assert!(again.offers[0].iter().all(|o| o.revision == RevisionRef::Stored(RevisionId(1))));
}

#[test]
fn new_binaries_and_stronger_pockets_make_a_revision() {
    let empty = Catalog::default();
    let (first, _) = assemble(&empty, Classification::UpdateRollups, &[OPENSSL]);
    let catalog = publish(&empty, 1, &first);

    let (more, _) = assemble(&catalog, Classification::UpdateRollups, &[&format!("{REBUILT}\n{OPENSSL}")]);
    assert_eq!((more.new, more.updates[0].number), (0, 2));
    let binaries = more.updates[0].content.binaries();
    let offered: Vec<_> = more.offers[0].iter().map(|o| binaries[o.binary as usize].name.as_str()).collect();
    assert_eq!(offered, ["libssl-doc", "libssl3", "openssl"]);

    let (raised, _) = assemble(&catalog, Classification::SecurityUpdates, &[OPENSSL]);
    assert_eq!(raised.updates[0].classification, Classification::SecurityUpdates);
    let catalog = publish(&catalog, 2, &raised);
    // A point release takes it up later: it stays a security update, and no revision is made.
    let (kept, _) = assemble(&catalog, Classification::UpdateRollups, &[OPENSSL]);
    assert!(kept.updates.is_empty());
}

#[test]
fn other_content_of_a_known_version_is_put_aside() {
    let empty = Catalog::default();
    let (first, _) = assemble(&empty, Classification::UpdateRollups, &[OPENSSL]);
    let catalog = publish(&empty, 1, &first);
    let forged = OPENSSL.replace("2222", "9999");
    let (found, problems) = assemble(&catalog, Classification::UpdateRollups, &[&forged]);
    assert_eq!(problems, ["the same version is known with another content; one of the two is wrong"]);
    assert!(found.updates.is_empty());
    assert_eq!(found.offers[0].len(), 1);
}
