use jiff::SignedDuration;
use sluice_site::{ErrorKind, Permission, Role};

use crate::world::World;

const PASSWORD: &str = "correct horse battery";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_administrator_is_made_once() {
    let world = World::new().await;
    let site = &world.site;
    let first = site.create_setup_token().await.unwrap();
    let token = site.create_setup_token().await.unwrap();
    let refused = site.create_first_administrator(&first, "ada", PASSWORD).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Unauthenticated, "a newer token replaces an older one");
    assert_eq!(site.create_first_administrator(&token, "ada", "short").await.unwrap_err().field, Some("password"));
    let signed_in = site.create_first_administrator(&token, "ada", PASSWORD).await.unwrap();
    assert_eq!(signed_in.caller.role, Role::Administrator);
    assert_eq!(site.create_setup_token().await.unwrap_err().kind, ErrorKind::Conflict);
    let again = site.create_first_administrator(&token, "eve", PASSWORD).await.unwrap_err();
    assert_eq!(again.kind, ErrorKind::Conflict);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_passwords_lock_the_account_for_a_while() {
    let world = World::new().await;
    let site = &world.site;
    let token = site.create_setup_token().await.unwrap();
    site.create_first_administrator(&token, "ada", PASSWORD).await.unwrap();
    for _ in 0..5 {
        assert_eq!(site.sign_in("ada", "wrong").await.unwrap_err().kind, ErrorKind::Unauthenticated);
    }
    assert_eq!(site.sign_in("ada", PASSWORD).await.unwrap_err().kind, ErrorKind::TooMany);
    world.pass(SignedDuration::from_mins(16));
    assert!(site.sign_in("ada", PASSWORD).await.is_ok());
    // An unknown name says the same as a wrong password.
    let (unknown, wrong) =
        (site.sign_in("eve", PASSWORD).await.unwrap_err(), site.sign_in("ada", "wrong").await.unwrap_err());
    assert_eq!(unknown.message, wrong.message);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_end() {
    let world = World::new().await;
    let site = &world.site;
    let token = site.create_setup_token().await.unwrap();
    let signed_in = site.create_first_administrator(&token, "ada", PASSWORD).await.unwrap();
    let session = site.session(&signed_in.session).await.unwrap().unwrap();
    assert_eq!((session.caller.name.as_str(), &session.csrf), ("ada", &signed_in.csrf));
    assert!(site.session("forged").await.unwrap().is_none());
    world.pass(SignedDuration::from_hours(13));
    assert!(site.session(&signed_in.session).await.unwrap().is_none(), "unused for too long");

    let signed_in = site.sign_in("ada", PASSWORD).await.unwrap();
    for _ in 0..30 {
        world.pass(SignedDuration::from_hours(6));
        if site.session(&signed_in.session).await.unwrap().is_none() {
            return;
        }
    }
    panic!("a session that is used must end too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_have_roles_and_ends() {
    let world = World::new().await;
    let site = &world.site;
    let end = world.now() + SignedDuration::from_hours(1);
    let (reader, secret) = site.create_token(&world.admin, "ci", Role::Reader, Some(end)).await.unwrap();
    let caller = site.token_caller(&secret).await.unwrap();
    assert!(caller.require(Permission::Read).is_ok());
    assert_eq!(site.create_group(&caller, "x", vec![]).await.unwrap_err().kind, ErrorKind::Forbidden);
    assert_eq!(site.list_tokens(&caller).await.unwrap_err().kind, ErrorKind::Forbidden);
    world.pass(SignedDuration::from_hours(2));
    assert_eq!(site.token_caller(&secret).await.unwrap_err().kind, ErrorKind::Unauthenticated);
    site.revoke_token(&world.admin, reader.id).await.unwrap();
    assert_eq!(site.revoke_token(&world.admin, reader.id).await.unwrap_err().kind, ErrorKind::NotFound);
    let actions: Vec<_> =
        site.audit_log(&world.admin, Default::default()).await.unwrap().items.into_iter().map(|e| e.action).collect();
    assert_eq!(actions, ["token.revoke", "token.create"]);
}
