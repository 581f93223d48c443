//! An import that breaks off.

use sluice_store::bundle_import;
use sluice_store::bundle_import::ImportRecord;

use super::{add_file, body, catalog, export, import, pair, state};
use crate::windows_documents as documents;
use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_goes_on_when_it_is_repeated() {
    let (from, to) = pair().await;
    documents::import(&from, &catalog()).await;
    add_file(&from).await;
    from.site.decline_updates(&from.admin, vec![documents::id(documents::BUNDLE)], "").await.unwrap();
    let bytes = export(&from, None).await;

    // Files cannot be stored: the documents are in, nothing is decided.
    let incoming = to.directory().join("content/incoming");
    std::fs::remove_dir(&incoming).unwrap();
    let error = import(&to, &bytes).await.map(drop).unwrap_err();
    assert!(error.message.starts_with("the import broke off: "), "{}", error.message);
    let history = to.site.bundle_imports(&to.admin).await.unwrap();
    assert_eq!((history[0].ended_at, history[0].step.as_str()), (None, "content"));
    assert_eq!(to.site.catalog().current_windows().len(), 8);
    assert!(to.site.declined(&to.admin, documents::id(documents::BUNDLE)).await.unwrap().is_none());

    std::fs::create_dir(&incoming).unwrap();
    let outcome = import(&to, &bytes).await.unwrap();
    assert_eq!((outcome.new_updates, outcome.unchanged, outcome.new_files, outcome.decisions), (0, 8, 1, 1));
    assert_eq!(state(&to).await, state(&from).await);
    let history = to.site.bundle_imports(&to.admin).await.unwrap();
    assert_eq!((history.len(), history[0].step.as_str()), (1, "done"));
    // Once it is done it is done.
    assert!(import(&to, &bytes).await.is_err());
}

/// As if the import of a bundle was killed at its decisions.
async fn begin_decisions(world: &World, bytes: &[u8]) {
    let report = world.site.verify_bundle(&world.admin, body(bytes)).await.unwrap();
    let record = ImportRecord {
        id: report.header.bundle,
        signer: report.signer.0,
        site: report.header.site,
        site_name: report.header.site_name,
        sequence: report.header.sequence,
        previous: None,
        created_at: report.header.created,
        hash: [0; 32],
        started_at: world.now(),
        started_by: "ada".into(),
        parts: "documents".into(),
        step: "decisions".into(),
        ended_at: None,
        documents: 0,
        files: 0,
        bytes: 0,
    };
    let store = world.store().await;
    store.write(move |tx| Box::pin(async move { bundle_import::begin(tx, &record).await })).await.unwrap();
    store.close().await;
}

/// Killed after its decisions: none of an older bundle may take their place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_older_is_imported_over_decisions_that_may_be_in_force() {
    let (from, to) = pair().await;
    documents::import(&from, &catalog()).await;
    let first = export(&from, None).await;
    let second = export(&from, None).await;
    let third = export(&from, None).await;
    import(&to, &first).await.unwrap();
    begin_decisions(&to, &third).await;
    let older = import(&to, &second).await.map(drop).unwrap_err();
    assert_eq!(older.message, "the bundle 2 of Test is older than number 3, whose import broke off");

    import(&to, &third).await.unwrap();
    assert!(import(&to, &second).await.map(drop).unwrap_err().message.ends_with("which was imported already"));
}

/// Begun again and broken off earlier than the first time, it is still remembered how far it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_breaks_off_twice_is_remembered_by_the_later_step() {
    let (from, to) = pair().await;
    documents::import(&from, &catalog()).await;
    add_file(&from).await;
    let first = export(&from, None).await;
    let second = export(&from, None).await;
    begin_decisions(&to, &second).await;
    let incoming = to.directory().join("content/incoming");
    std::fs::remove_dir(&incoming).unwrap();
    let broken = import(&to, &second).await.map(drop).unwrap_err();
    assert!(broken.message.starts_with("the import broke off: "), "{}", broken.message);
    std::fs::create_dir(&incoming).unwrap();
    assert!(import(&to, &first).await.map(drop).unwrap_err().message.contains("is older than number 2"));
    import(&to, &second).await.unwrap();
    assert_eq!(state(&to).await, state(&from).await);
}
