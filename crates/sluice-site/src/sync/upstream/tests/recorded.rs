//! The recorded server, a WSUS of Windows Server 2025: what it answered then is answered again, in the order in which a
//! downstream server asks, and what it gave arrives.

use std::fs;

use sluice_model::CategoryId;
use uuid::Uuid;

use super::http::Reply;
use super::server::fault;
use super::world::World;
use crate::selection::SelectionFilter;
use crate::sync::SyncOutcome;
use crate::sync::upstream::pending;
use crate::windows::import::tests::world::shared;
use sluice_wsus::messages::server_sync::GetUpdateDataResponse;
use sluice_wsus::soap::{ErrorCode, read_response};

fn recorded(number: u32) -> String {
    let path = shared(&format!("captures/wsus-upstream/{number:06}/response.body")).unwrap();
    fs::read_to_string(path).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_wsus_is_synchronized_with() {
    if shared("captures/wsus-upstream").is_none() {
        return;
    }
    let world = World::new().await;
    let known = |number| {
        let text = recorded(number);
        let response: GetUpdateDataResponse<'_> = read_response(&text).unwrap();
        response.updates.iter().filter_map(|update| pending::revision(&update.id)).collect::<Vec<_>>()
    };
    let given = [(13, known(13)), (15, known(15))];
    let all: Vec<_> = given.iter().flat_map(|(_, revisions)| revisions.clone()).collect();
    assert!(all.len() >= 2, "{all:?}");
    let product = Uuid::try_parse("8c3fcc84-7410-4a95-8b89-a166a0190486").unwrap();
    let classification = Uuid::try_parse("e0789628-ce08-4437-be74-2495b842f43b").unwrap();
    let filter =
        SelectionFilter { products: vec![CategoryId(product)], classifications: vec![CategoryId(classification)] };
    world.base.site.upstreams.selected.store(Some(filter.into()));
    let answers = given.clone();
    world.upstream.hook(move |asked, _| {
        let number = match (asked.operation.as_str(), &asked.filter) {
            ("GetAuthConfig", _) => 1,
            ("GetAuthorizationCookie", _) => 2,
            ("GetCookie", _) => 3,
            ("GetConfigData", _) => 4,
            (_, Some(filter)) if filter.get_config => 6,
            (_, Some(filter)) => {
                let ids = |list: &[sluice_wsus::messages::server_sync::IdAndDelta]| {
                    list.iter().map(|entry| (entry.id, entry.delta)).collect::<Vec<_>>()
                };
                // As the recorded request of 000009 asks.
                assert_eq!(ids(&filter.categories), [(product, false)]);
                assert_eq!(ids(&filter.classifications), [(classification, false)]);
                9
            }
            // Of what is listed, the recording has a few documents; a WSUS refuses a request with any it does not have.
            _ => {
                let answer = answers.iter().find(|(_, has)| asked.revisions.iter().all(|asked| has.contains(asked)));
                match answer {
                    Some((number, _)) => *number,
                    None => return Some(fault(ErrorCode::InternalServerError, "")),
                }
            }
        };
        Some(Reply::ok(recorded(number).into_bytes()))
    });
    // Those that the recording gives are asked for because they were refused before: no recorded list names them all.
    for revision in &all {
        let item = crate::windows::import::item_of(*revision);
        let entry = sluice_store::quarantine::QuarantineEntry {
            id: world.base.site.host.new_id(),
            source: world.source,
            item,
            reason: "earlier".into(),
            detail: String::new(),
        };
        let now = world.base.site.now();
        let write = world
            .base
            .site
            .store
            .write(move |tx| Box::pin(async move { sluice_store::quarantine::put(tx, &entry, now).await }));
        write.await.unwrap();
    }
    let run = world.full().await;
    let operations = world.upstream.operations();
    assert_eq!(
        operations[..5],
        ["GetAuthConfig", "GetAuthorizationCookie", "GetCookie", "GetConfigData", "GetRevisionIdList"]
    );
    // The lists name 30 others each, which the recording does not have.
    assert!(matches!(run.outcome, SyncOutcome::Changed | SyncOutcome::Failed), "{run:?}");
    for revision in &all {
        assert!(world.base.site.catalog().exact(*revision).is_some(), "{revision:?}");
    }
}
