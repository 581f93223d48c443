use std::sync::Arc;

use proptest::prelude::*;
use sluice_model::{CategoryId, DeviceIndex, IndexId, RevisionId, Update};
use uuid::Uuid;

use super::*;
use crate::testing::*;

proptest! {
    #[test]
    fn applied_in_steps_equals_built_at_once(steps in steps()) {
        let (changes, end) = history(&steps);
        let mut catalog = Catalog::default();
        for change in changes {
            let before = (catalog.clone(), catalog.dump());
            let (next, problems) = catalog.apply(change);
            prop_assert_eq!(problems, vec![]);
            prop_assert_eq!(before.0.dump(), before.1, "the catalog before has changed");
            catalog = next;
        }
        let (built, problems) = Catalog::default().apply(end);
        prop_assert_eq!(problems, vec![]);
        prop_assert_eq!(catalog.dump(), built.dump());
    }

    #[test]
    fn expired_means_not_offered((catalog, end) in catalogs()) {
        for revision in catalog.current_revisions().iter().map(RevisionId) {
            let update = catalog.revision(revision).unwrap().id;
            let offered = end.indexes.iter().flat_map(|content| &content.offers)
                .any(|offer| catalog.revision(offer.revision).unwrap().id == update);
            prop_assert_eq!(catalog.is_expired(revision), !offered);
            prop_assert_eq!(catalog.offered_by(revision).count() > 0, offered);
        }
    }
}

#[test]
fn a_higher_version_supersedes_within_its_product() {
    let (catalog, old, new) = bookworm();
    let (old, new) = (catalog.current(old).unwrap(), catalog.current(new).unwrap());
    assert_eq!((catalog.superseded_by(old), catalog.supersedes(old)), (vec![new], vec![]));
    assert_eq!((catalog.superseded_by(new), catalog.supersedes(new)), (vec![], vec![old]));
    assert!(catalog.is_superseded(old) && !catalog.is_superseded(new));
    let backport =
        update("bookworm-backports", "openssl", "2.0", 1, &[("openssl", "amd64", "2.0")], CLASSIFICATIONS[1]);
    let change = CatalogChange { updates: vec![(RevisionId(3), backport)], ..CatalogChange::default() };
    let (catalog, problems) = catalog.apply(change);
    assert_eq!(problems, []);
    assert_eq!(catalog.superseded_by(new), []);
}

#[test]
fn a_new_revision_takes_over_offers_and_place() {
    let (catalog, _, id) = bookworm();
    let v = "1.0-1+deb12u1";
    let binaries = [("libssl3", "amd64", v), ("libssl3", "i386", v), ("openssl", "amd64", v)];
    let more = update("bookworm", "openssl", v, 2, &binaries, CLASSIFICATIONS[0]);
    assert_eq!(more.id, id);
    let change = CatalogChange { version: 2, updates: vec![(RevisionId(9), more)], ..CatalogChange::default() };
    let (next, problems) = catalog.apply(change);
    assert_eq!(problems, []);
    assert_eq!(next.current(id), Some(RevisionId(9)));
    assert_eq!(next.revisions_of(id), [RevisionId(2), RevisionId(9)]);
    assert!(!next.is_expired(RevisionId(2)) && !next.is_expired(RevisionId(9)));
    assert_eq!(next.superseded_by(RevisionId(1)), [RevisionId(9)]);
    assert_eq!(next.package("openssl").unwrap().offers()[0].revision, RevisionId(9));
    assert_eq!(catalog.current(id), Some(RevisionId(2)));
}

#[test]
fn bad_items_are_left_out_and_named() {
    let (catalog, _, _) = bookworm();
    let binaries = [("x", "amd64", "1")];
    let good = update("bookworm", "x", "1", 1, &binaries, CLASSIFICATIONS[1]);
    let nowhere = CategoryId(Uuid::from_u128(5));
    let lost = Arc::new(Update { products: vec![nowhere], ..Update::clone(&good) });
    let homeless = Arc::new(Update { products: vec![], ..Update::clone(&good) });
    let empty = update("bookworm", "y", "1", 1, &[], CLASSIFICATIONS[1]);
    let offer = |revision, binary| Offer { revision: RevisionId(revision), binary };
    let change = CatalogChange {
        version: 2,
        updates: vec![
            (RevisionId(10), lost),
            (RevisionId(11), homeless),
            (RevisionId(12), empty),
            (RevisionId(1), Arc::clone(&good)),
            (RevisionId(u32::MAX), Arc::clone(&good)),
            (RevisionId(13), good),
        ],
        indexes: vec![
            IndexContent { index: Arc::new(index(2)), offers: vec![offer(13, 0), offer(13, 1), offer(99, 0)] },
            IndexContent { index: Arc::new(PackageIndex { product: nowhere, ..index(3) }), offers: vec![] },
        ],
        ..CatalogChange::default()
    };
    let (next, problems) = catalog.apply(change);
    let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "revision 10 was left out: its product 00000000-0000-0000-0000-000000000005 is not known",
            "revision 11 was left out: its product (none) is not known",
            "revision 12 was left out: its packages are missing, too many or not sorted by name",
            "revision 1 was left out: the number already stands for another content",
            "revision 4294967295 was left out: its number is beyond the limit",
            "an offer of index 2 was left out: revision 13 has no package number 1",
            "an offer of index 2 was left out: revision 99 has no package number 0",
            "index 3 was left out: its product 00000000-0000-0000-0000-000000000005 is not known",
        ]
    );
    assert_eq!(next.index_offers(IndexId(2)), [offer(13, 0)]);
    assert!(next.index(IndexId(3)).is_none() && next.revision(RevisionId(12)).is_none());
}

#[test]
fn the_category_tree_survives_loops() {
    let id = |n| CategoryId(Uuid::from_u128(n));
    let category = |n, parent| sluice_model::Category {
        id: id(n),
        kind: sluice_model::CategoryKind::Product,
        parent: Some(id(parent)),
        title: n.to_string(),
    };
    let tree = Categories::default().with(vec![category(1, 2), category(2, 1), category(3, 9)]);
    assert!(!tree.path(id(1)).is_empty());
    assert!(!tree.is_within(id(1), id(3)));
    assert_eq!(tree.children(None).map(|c| c.id).collect::<Vec<_>>(), [id(3)]);
    let (catalog, _, _) = bookworm();
    assert_eq!(catalog.categories().path(product("bookworm")), ["Debian", "bookworm", "bookworm main"]);
    assert_eq!(catalog.revisions_within(CategoryId::of_company("Debian")).len(), 2);
    assert_eq!(catalog.revisions_within(product("experimental")).len(), 0);
}

fn numbers(catalog: &Catalog, device: &DeviceIndex) -> Vec<u32> {
    catalog.matching(device).into_iter().map(|index| index.id.0).collect()
}

#[test]
fn indexes_are_matched_by_their_signed_names() {
    let ubuntu = |id, archive: &str, uri: &str| {
        let mut index = index(0);
        index.id = IndexId(id);
        index.key.uri = uri.into();
        index.key.suite = archive.into();
        index.archive = archive.into();
        index.codename = "jammy".into();
        index.origin = "Ubuntu".into();
        IndexContent { index: Arc::new(index), offers: vec![] }
    };
    let (catalog, _, _) = bookworm();
    let change = CatalogChange {
        indexes: vec![
            ubuntu(10, "jammy", "http://a"),
            ubuntu(11, "jammy-updates", "http://a"),
            ubuntu(12, "jammy", "http://b"),
        ],
        ..CatalogChange::default()
    };
    let (catalog, _) = catalog.apply(change);
    let debian = device_index(1, None);
    assert_eq!(numbers(&catalog, &debian), [1], "any mirror");
    assert_eq!(
        numbers(&catalog, &DeviceIndex { suite: "oldstable-security".into(), ..debian.clone() }),
        [1],
        "archive"
    );
    assert_eq!(numbers(&catalog, &DeviceIndex { suite: "stable-security".into(), ..debian.clone() }), [1], "codename");
    assert_eq!(numbers(&catalog, &DeviceIndex { component: "updates/main".into(), ..debian.clone() }), [1]);
    assert_eq!(
        numbers(&catalog, &DeviceIndex { codename: "trixie-security".into(), ..debian.clone() }),
        [] as [u32; 0]
    );
    assert_eq!(numbers(&catalog, &DeviceIndex { architecture: "arm64".into(), ..debian.clone() }), [] as [u32; 0]);

    let device = |suite: &str, uri: &str| DeviceIndex {
        origin: "Ubuntu".into(),
        codename: "jammy".into(),
        suite: suite.into(),
        uri: uri.into(),
        ..debian.clone()
    };
    assert_eq!(numbers(&catalog, &device("jammy-updates", "http://c")), [11], "one codename for all pockets");
    assert_eq!(numbers(&catalog, &device("jammy", "http://c")), [10, 12], "all mirrors of one release");
    assert_eq!(numbers(&catalog, &device("jammy", "http://b/")), [12], "the device's own mirror first");
    let unfetched = DeviceIndex {
        origin: String::new(),
        label: String::new(),
        codename: String::new(),
        ..device("jammy", "http://a")
    };
    assert_eq!(numbers(&catalog, &unfetched), [10], "by address before the lists are fetched");
}
