//! The keys of encrypted files: asked for until they come, in batches as the server says, and never in the way of
//! anything else.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sluice_wsus::messages::server_sync::{GetConfigDataResponse, ServerSyncConfigData};
use sluice_wsus::soap::ErrorCode;

use super::server::{fault, ok};
use super::world::{PRODUCT, World, update};
use crate::sync::SyncOutcome;
use crate::windows::import::tests::world::{revision, software, update_id};

const OPERATION: &str = "GetUpdateDecryptionData";

/// SHA-1 of the file of an update.
fn file(number: u8) -> [u8; 20] {
    [number; 20]
}

/// The document of an update with an encrypted file, with or without the mark that there is a key.
fn document(number: u8, marked: bool) -> String {
    let mark = if marked { r#"<upd:SecuredFragment FragmentType="FileDecryption"/>"# } else { "" };
    let files = format!(
        r#"<upd:Files><upd:File Digest="{}" DigestAlgorithm="SHA1" FileName="f.cab" Size="3" IsEncrypted="true"/></upd:Files></upd:Update>"#,
        BASE64_STANDARD.encode(file(number))
    );
    software(number.into(), 1, "encrypted", &[PRODUCT])
        .replace(r#"ExplicitlyDeployable="true"/>"#, &format!(r#"ExplicitlyDeployable="true">{mark}</upd:Properties>"#))
        .replace("</upd:Update>", &files)
}

impl World {
    fn add_encrypted(&self, numbers: impl IntoIterator<Item = u8>) {
        for number in numbers {
            self.upstream.add(update(number.into(), &document(number, true)));
        }
    }

    fn give_keys(&self, numbers: impl IntoIterator<Item = u8>) {
        for number in numbers {
            self.upstream.script().keys.push((revision(number.into(), 1), file(number), vec![number; 32]));
        }
    }

    /// The updates whose keys were asked for since the last time, request by request.
    fn asked(&self) -> Vec<Vec<u8>> {
        let asked = self.upstream.taken().into_iter().filter(|asked| asked.operation == OPERATION);
        let number = |at: u8| revision(at.into(), 1);
        asked
            .map(|asked| asked.revisions.iter().map(|of| (0..=255).find(|at| number(*at) == *of).unwrap()).collect())
            .collect()
    }

    fn key(&self, number: u8) -> Option<Vec<u8>> {
        self.base.site.windows.file_keys.key(&file(number)).map(|key| key.secret().to_vec())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_asked_for_until_they_come() {
    let mut world = World::new().await;
    world.add_encrypted(100..103);
    world.upstream.add(update(103, &document(103, false)));
    world.add_updates(104..106);
    world.give_keys([100, 101, 103]);
    let run = world.delta().await;
    assert_eq!((run.outcome, run.error.clone(), run.updates_new), (SyncOutcome::Changed, None, 8));
    assert_eq!(run.warnings.len(), 1);
    assert!(run.warnings[0].starts_with("The keys of 1 encrypted files did not come"), "{:?}", run.warnings);
    assert_eq!(world.asked(), [[100, 101, 102]]);
    assert_eq!([100, 101, 102].map(|n| world.key(n)), [Some(vec![100; 32]), Some(vec![101; 32]), None]);
    assert_eq!(world.key(103), None, "nobody said that there is one");

    world.restart().await;
    assert_eq!(world.key(100), Some(vec![100; 32]));
    world.give_keys([102]);
    let run = world.delta().await;
    assert_eq!((run.outcome, run.warnings.len()), (SyncOutcome::Unchanged, 0), "{:?}", run.warnings);
    assert_eq!((world.asked(), world.key(102)), (vec![vec![102]], Some(vec![102; 32])));
    world.delta().await;
    assert_eq!(world.upstream.operations(), ["GetRevisionIdList"; 2], "all have come");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_fails_stops_nothing() {
    let world = World::new().await;
    world.add_encrypted(100..102);
    world.give_keys(100..102);
    world.upstream.hook(|asked, _| (asked.operation == OPERATION).then(|| fault(ErrorCode::InternalServerError, "")));
    let run = world.delta().await;
    assert_eq!((run.outcome, run.error.clone(), run.updates_new), (SyncOutcome::Changed, None, 4));
    assert_eq!(run.warnings.len(), 1, "{:?}", run.warnings);
    world.upstream.mend();
    let run = world.delta().await;
    assert_eq!((run.error.clone(), run.warnings.clone(), world.key(101)), (None, vec![], Some(vec![101; 32])));
}

/// The file of an update that is gone upstream is asked for by the one that has it now.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_asked_for_by_the_newest_revision_that_has_the_file() {
    let world = World::new().await;
    world.add_encrypted([100]);
    world.delta().await;
    assert_eq!(world.asked(), [[100]]);
    world.upstream.script().entries.retain(|entry| entry.revision != revision(100, 1));
    let text = document(100, true).replace(&update_id(100).to_string(), &update_id(101).to_string());
    world.upstream.add(update(101, &text));
    world.upstream.script().keys.push((revision(101, 1), file(100), vec![7; 32]));
    world.delta().await;
    assert_eq!((world.asked(), world.key(100)), (vec![vec![101]], Some(vec![7; 32])));
}

/// A server that lost an update refuses the others that are asked for with it.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_refused_does_not_keep_the_others() {
    let world = World::new().await;
    world.add_encrypted(100..106);
    world.give_keys(100..106);
    world.upstream.hook(|asked, script| {
        if asked.operation == OPERATION {
            script.entries.retain(|entry| entry.revision != revision(103, 1));
        }
        None
    });
    let run = world.delta().await;
    assert_eq!((run.error.clone(), run.warnings.len()), (None, 1), "{:?}", run.warnings);
    let missing: Vec<_> = (100..106).filter(|number| world.key(*number).is_none()).collect();
    assert_eq!(missing, [103]);
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_are_as_large_as_the_server_says() {
    for (said, expected) in [(2, vec![2, 2, 1]), (0, vec![])] {
        let world = World::new().await;
        world.add_encrypted(100..105);
        world.give_keys(100..105);
        world.upstream.hook(move |asked, _| {
            let config = ServerSyncConfigData {
                max_number_of_updates_per_request: 100,
                protocol_version: "1.20".into(),
                max_updates_per_request_in_get_update_decryption_data: said,
                ..ServerSyncConfigData::default()
            };
            (asked.operation == "GetConfigData").then(|| ok(&GetConfigDataResponse { config }))
        });
        let run = world.delta().await;
        assert_eq!(world.asked().iter().map(Vec::len).collect::<Vec<_>>(), expected);
        assert_eq!((run.error.clone(), run.warnings.len()), (None, usize::from(said == 0)), "{:?}", run.warnings);
    }
}
