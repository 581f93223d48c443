//! Sites below this one, and the tokens they join with.

use jiff::SignedDuration;
use sluice_model::{DeviceFigures, Name, ServerId, SiteId, SiteMode, SiteNode, SiteType, TokenId};
use sluice_store::child_site::{ChildSiteRecord, PackedChildSite};
use sluice_store::site_token::SiteTokenRecord;
use sluice_store::{Store, StoreError, child_site, site_token};

use crate::database::{Database, cases};
use crate::samples::{at, uuid};

cases![sites_come_back, a_token_is_for_one_site];

fn site(number: u128) -> SiteId {
    SiteId(uuid(number))
}

fn node(number: u128) -> SiteNode {
    SiteNode {
        id: site(number),
        parent: None,
        name: Name::new(&format!("site {number}")).unwrap(),
        site_type: SiteType::ChildPrimary,
        mode: SiteMode::Replica,
        version: "0.1.0".into(),
        catalog_version: 7,
        holds: Some(12),
        last_sync: Some(at(3)),
        last_error: Some("the upstream did not answer".into()),
        devices: DeviceFigures { devices: 9, compliant: 5, non_compliant: 3, unknown: 1 },
        unheard: None,
    }
}

fn record(number: u128) -> ChildSiteRecord {
    let leaf = SiteNode {
        parent: Some(site(number)),
        site_type: SiteType::Secondary,
        holds: None,
        unheard: Some(SignedDuration::from_secs(12)),
        ..node(number + 100)
    };
    ChildSiteRecord {
        node: node(number),
        server: ServerId(uuid(number + 1_000)),
        secret_hash: [5; 32],
        joined_at: at(1),
        last_contact: Some(at(2)),
        left_at: None,
        below: vec![leaf],
    }
}

async fn all(store: &Store) -> Vec<ChildSiteRecord> {
    let mut found = Vec::new();
    child_site::load(&mut store.reader().await.unwrap(), |row| {
        found.push(row?);
        Ok(())
    })
    .await
    .unwrap();
    found.sort_by_key(|record| record.node.id);
    found
}

async fn sites_come_back(db: Database) {
    let store = db.open().await;
    let put = async |records: &[ChildSiteRecord]| {
        let packed: Vec<_> = records.iter().map(|record| PackedChildSite::new(record).unwrap()).collect();
        store.write(move |tx| Box::pin(async move { child_site::put(tx, &packed).await })).await.unwrap();
    };
    put(&[record(1), record(2)]).await;
    assert_eq!(all(&store).await, [record(1), record(2)]);
    let gone = ChildSiteRecord { left_at: Some(at(9)), last_contact: None, below: Vec::new(), ..record(1) };
    put(&[record(1), gone.clone()]).await;
    assert_eq!(all(&store).await, [gone, record(2)]);
    assert_eq!(store.check().await.unwrap(), []);
    store.write(|tx| Box::pin(child_site::remove(tx, site(1)))).await.unwrap();
    assert_eq!(all(&store).await, [record(2)]);
    let again = store.write(|tx| Box::pin(child_site::remove(tx, site(1)))).await;
    assert!(matches!(again, Err(StoreError::NotFound { .. })), "{again:?}");
    store.close().await;
}

async fn a_token_is_for_one_site(db: Database) {
    let store = db.open().await;
    let token = SiteTokenRecord {
        id: TokenId(uuid(1)),
        hash: [7; 32],
        expires_at: at(100),
        created_at: at(0),
        created_by: "ada".into(),
        used_by: None,
    };
    let add = token.clone();
    store.write(move |tx| Box::pin(async move { site_token::insert(tx, &add).await })).await.unwrap();
    let consume = async |by: SiteId, now| {
        store.write(move |tx| Box::pin(async move { site_token::consume(tx, &[7; 32], by, now).await })).await.unwrap()
    };
    let good = async |hash: [u8; 32], by, now| {
        site_token::is_good(&mut store.reader().await.unwrap(), &hash, by, now).await.unwrap()
    };
    assert!(good([7; 32], site(1), at(5)).await);
    assert!(!good([8; 32], site(1), at(5)).await, "another secret");
    assert_eq!(consume(site(1), at(100)).await, None, "expired");
    assert_eq!(consume(site(1), at(5)).await, Some(token.id));
    // A site whose joining broke off tries again; another one may not.
    assert_eq!(consume(site(1), at(6)).await, Some(token.id));
    assert_eq!(consume(site(2), at(6)).await, None);
    assert!(good([7; 32], site(1), at(6)).await);
    assert!(!good([7; 32], site(2), at(6)).await);
    let listed = site_token::list(&mut store.reader().await.unwrap()).await.unwrap();
    assert_eq!(listed, [SiteTokenRecord { used_by: Some(site(1)), ..token }]);
    assert_eq!(store.check().await.unwrap(), []);
    let prune = async |now| store.write(move |tx| Box::pin(site_token::prune(tx, now))).await.unwrap();
    assert_eq!((prune(at(99)).await, prune(at(100)).await), (0, 1));
    let gone = store.write(|tx| Box::pin(site_token::remove(tx, TokenId(uuid(1))))).await;
    assert!(matches!(gone, Err(StoreError::NotFound { .. })), "{gone:?}");
    store.close().await;
}
