//! An import that breaks off.

use super::{add_file, catalog, export, import, pair, state};
use crate::windows_documents as documents;

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
