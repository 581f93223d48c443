//! Keys of encrypted files, through a chain of sites.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sluice_model::RevisionRef;
use sluice_store::file_key::{self, FileKeyRecord};

use crate::level::{Level, TestClock};
use crate::pc::PATCH;

const FILE: &str = r#"FileName="patch.exe""#;
const SOFTWARE: &str = r#"UpdateType="Software" ExplicitlyDeployable="true" Handler="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/CommandLineInstallation" PublicationState="Published" CreationDate="2026-10-01T00:00:00Z" PublisherID="42f20e12-2856-447d-a8b2-68f06c2e9b45" />"#;

/// The same documents, with an encrypted file whose key servers give.
fn encrypted(text: String) -> String {
    assert!(text.contains(FILE) && text.contains(SOFTWARE));
    let secured = SOFTWARE.replace(" />", r#"><upd:SecuredFragment FragmentType="FileDecryption" /></upd:Properties>"#);
    text.replace(FILE, &format!(r#"{FILE} IsEncrypted="true""#)).replace(SOFTWARE, &secured)
}

async fn keys(level: &Level) -> Vec<FileKeyRecord> {
    let store = level.store().await;
    let mut all = Vec::new();
    let mut reader = store.reader().await.unwrap();
    let load = file_key::load(&mut reader, |row| {
        all.push(row?);
        Ok(())
    });
    load.await.unwrap();
    drop(reader);
    store.close().await;
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sites_pass_keys_on() {
    let clock = Arc::new(TestClock::default());
    let mut top = Level::top_with(&clock, encrypted).await;
    let (middle, mut leaf) = (Level::open(2, &clock).await, Level::open(3, &clock).await);
    let of_middle = middle.below(&top, false).await;
    let of_leaf = leaf.below(&middle, false).await;
    // The key comes to the top after its documents went down.
    let sha1 = BASE64_STANDARD.decode("o3nVUm+zp6BCPaHNf8MYKo1EhEk=").unwrap().try_into().unwrap();
    let record =
        FileKeyRecord { sha1, revision: RevisionRef { update: PATCH, number: 200 }, key: Some(b"a key".to_vec()) };
    top.stop().await;
    let store = top.store().await;
    let (wanted, came) = ([(sha1, record.revision)], [(sha1, b"a key".to_vec())]);
    let write = store.write(move |tx| {
        Box::pin(async move {
            file_key::want(tx, &wanted).await?;
            file_key::put(tx, &came).await
        })
    });
    write.await.unwrap();
    store.close().await;
    top.start().await;
    middle.synchronize(of_middle).await;
    leaf.synchronize(of_leaf).await;
    leaf.stop().await;
    assert_eq!(keys(&leaf).await, [record]);
}
