//! Administrators, sessions, tokens, the audit.

use sluice_model::{TokenId, UserId};
use sluice_store::api_token::ApiTokenRecord;
use sluice_store::audit::AuditEntry;
use sluice_store::session::SessionRecord;
use sluice_store::user::UserRecord;
use sluice_store::{Store, StoreError, api_token, audit, session, setup_token, user};

use crate::database::{Database, cases};
use crate::samples::{at, uuid};

cases![administrators_and_lockout, sessions, api_tokens, the_setup_token_works_once, the_audit_chain_shows_changes];

const ADA: UserId = UserId(uuid::Uuid::from_u128(1));

async fn add_ada(store: &Store) -> UserRecord {
    let ada = UserRecord {
        id: ADA,
        name: "ada".into(),
        role: "administrator".into(),
        password: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".into(),
        failed_logins: 0,
        locked_until: None,
        created_at: at(0),
    };
    let record = ada.clone();
    store.write(move |tx| Box::pin(async move { user::insert(tx, &record).await })).await.unwrap();
    ada
}

async fn administrators_and_lockout(db: Database) {
    let store = db.open().await;
    let ada = add_ada(&store).await;
    let twin = UserRecord { id: UserId(uuid(2)), ..ada.clone() };
    let error = store.write(move |tx| Box::pin(async move { user::insert(tx, &twin).await })).await.unwrap_err();
    assert_eq!(error.to_string(), "there is already an administrator named ada");
    let by_name = async |name: &str| user::by_name(&mut store.reader().await.unwrap(), name).await.unwrap();
    assert_eq!(by_name("ada").await, Some(ada.clone()));
    assert_eq!(by_name("' OR 1=1 --").await, None);
    for n in 1..=3 {
        let count = store.write(|tx| Box::pin(user::login_failed(tx, ADA, 3, at(60)))).await.unwrap();
        assert_eq!(count, n);
        let locked = by_name("ada").await.unwrap().locked_until;
        assert_eq!(locked, (n == 3).then_some(at(60)));
    }
    store.write(|tx| Box::pin(user::login_succeeded(tx, ADA))).await.unwrap();
    assert_eq!(by_name("ada").await, Some(ada.clone()));
    store.write(|tx| Box::pin(user::set_password(tx, ADA, "$argon2id$new"))).await.unwrap();
    store.write(|tx| Box::pin(user::set_role(tx, ADA, "auditor"))).await.unwrap();
    let listed = user::list(&mut store.reader().await.unwrap()).await.unwrap();
    assert_eq!(listed, [UserRecord { password: "$argon2id$new".into(), role: "auditor".into(), ..ada }]);
    assert!(!format!("{listed:?}").contains("argon2"));
    let unknown = store.write(|tx| Box::pin(user::login_failed(tx, UserId(uuid(9)), 3, at(60)))).await;
    assert!(matches!(unknown, Err(StoreError::NotFound { .. })));
    store.close().await;
}

async fn sessions(db: Database) {
    let store = db.open().await;
    add_ada(&store).await;
    let record = |token: u8, expires| SessionRecord {
        token_hash: [token; 32],
        user: ADA,
        csrf_hash: [0xcc; 32],
        created_at: at(0),
        last_seen_at: at(0),
        expires_at: at(expires),
    };
    for r in [record(1, 10), record(2, 20), record(3, 30)] {
        store.write(move |tx| Box::pin(async move { session::insert(tx, &r).await })).await.unwrap();
    }
    let get = async |token: u8| session::get(&mut store.reader().await.unwrap(), &[token; 32]).await.unwrap();
    assert_eq!(get(1).await, Some(record(1, 10)));
    assert_eq!(get(9).await, None);
    assert!(store.write(|tx| Box::pin(session::touch(tx, &[1; 32], at(5), at(15)))).await.unwrap());
    assert!(!store.write(|tx| Box::pin(session::touch(tx, &[9; 32], at(5), at(15)))).await.unwrap());
    assert_eq!(get(1).await, Some(SessionRecord { last_seen_at: at(5), ..record(1, 15) }));
    assert_eq!(store.write(|tx| Box::pin(session::prune(tx, at(15)))).await.unwrap(), 1);
    store.write(|tx| Box::pin(session::remove(tx, &[2; 32]))).await.unwrap();
    assert_eq!(session::list(&mut store.reader().await.unwrap()).await.unwrap(), [record(3, 30)]);
    // Whoever is removed is signed out.
    store.write(|tx| Box::pin(user::remove(tx, ADA))).await.unwrap();
    assert_eq!(get(3).await, None);
    let orphan = record(4, 1);
    let orphan = store.write(move |tx| Box::pin(async move { session::insert(tx, &orphan).await })).await;
    assert!(matches!(orphan, Err(StoreError::Reference { table: "session" })));
    store.close().await;
}

async fn api_tokens(db: Database) {
    let store = db.open().await;
    let record = ApiTokenRecord {
        id: TokenId(uuid(1)),
        name: "backup job".into(),
        hash: [5; 32],
        role: "auditor".into(),
        scope: "*".into(),
        created_at: at(0),
        created_by: "ada".into(),
        expires_at: None,
        last_used_at: None,
    };
    let (first, twin) = (record.clone(), ApiTokenRecord { id: TokenId(uuid(2)), hash: [6; 32], ..record.clone() });
    store.write(move |tx| Box::pin(async move { api_token::insert(tx, &first).await })).await.unwrap();
    let error = store.write(move |tx| Box::pin(async move { api_token::insert(tx, &twin).await })).await.unwrap_err();
    assert_eq!(error.to_string(), "there is already a token named backup job");
    store.write(|tx| Box::pin(api_token::used(tx, TokenId(uuid(1)), at(3)))).await.unwrap();
    let mut reader = store.reader().await.unwrap();
    let expected = ApiTokenRecord { last_used_at: Some(at(3)), ..record };
    assert_eq!(api_token::by_hash(&mut reader, &[5; 32]).await.unwrap(), Some(expected.clone()));
    assert_eq!(api_token::list(&mut reader).await.unwrap(), [expected]);
    store.write(|tx| Box::pin(api_token::remove(tx, TokenId(uuid(1))))).await.unwrap();
    assert_eq!(api_token::by_hash(&mut reader, &[5; 32]).await.unwrap(), None);
    drop(reader);
    store.close().await;
}

async fn the_setup_token_works_once(db: Database) {
    let store = db.open().await;
    store.write(|tx| Box::pin(setup_token::replace(tx, &[1; 32], at(0), at(10)))).await.unwrap();
    store.write(|tx| Box::pin(setup_token::replace(tx, &[2; 32], at(0), at(20)))).await.unwrap();
    let expiry = async || setup_token::expiry(&mut store.reader().await.unwrap()).await.unwrap();
    assert_eq!(expiry().await, Some(at(20)));
    let consume = async |hash: [u8; 32], second| {
        store.write(move |tx| Box::pin(async move { setup_token::consume(tx, &hash, at(second)).await })).await.unwrap()
    };
    assert!(!consume([1; 32], 1).await);
    assert!(!consume([2; 32], 20).await);
    assert!(consume([2; 32], 1).await);
    assert!(!consume([2; 32], 1).await);
    assert_eq!(expiry().await, None);
    store.close().await;
}

async fn the_audit_chain_shows_changes(db: Database) {
    let store = db.open().await;
    let entry = |n: i64| AuditEntry {
        at: at(n),
        actor: "ada".into(),
        action: "deployment.create".into(),
        object: format!("deployment {n}"),
        detail: "{\"nul\":\"\0\"}".into(),
    };
    let appends = (1..=20).map(|n| store.write(move |tx| Box::pin(audit::append(tx, entry(n)))));
    futures_util::future::join_all(appends).await.into_iter().for_each(|r| drop(r.unwrap()));
    let verify = async || audit::verify_chain(&mut store.reader().await.unwrap()).await.unwrap();
    let chain = verify().await;
    assert_eq!((chain.entries, chain.breaks.as_slice()), (20, &[][..]));
    let page = audit::list(&mut store.reader().await.unwrap(), None, 5).await.unwrap();
    assert_eq!(page.iter().map(|r| r.seq).collect::<Vec<_>>(), [20, 19, 18, 17, 16]);
    assert_eq!(page[0].hash, chain.head);
    let page = audit::list(&mut store.reader().await.unwrap(), Some(16), 1).await.unwrap();
    assert_eq!(page[0].seq, 15);

    db.execute("UPDATE audit SET object = 'another' WHERE seq = 7").await;
    assert_eq!(verify().await.breaks, ["entry 7 was changed after it was written"]);
    db.execute("DELETE FROM audit WHERE seq = 3").await;
    let breaks = verify().await.breaks;
    assert_eq!(breaks, ["entry 4 follows entry 2", "entry 7 was changed after it was written"]);
    assert_eq!(store.check().await.unwrap().len(), 2);
    store.close().await;
}
