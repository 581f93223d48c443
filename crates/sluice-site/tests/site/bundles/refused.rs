//! What is refused leaves everything as it was.

use jiff::SignedDuration;
use sluice_site::bundles::{BundleOutcome, ExportRequest};
use sluice_site::{ErrorKind, SiteError};
use uuid::Uuid;

use super::{add_file, body, catalog, export, export_as, import, pair, request, stored};
use crate::windows_documents as documents;
use crate::world::World;

/// Imports, and checks that it was refused without a trace.
async fn refused(world: &World, bytes: &[u8]) -> SiteError {
    let before = stored(world).await;
    let error = import(world, bytes).await.map(|_: BundleOutcome| ()).unwrap_err();
    assert!(stored(world).await == before, "something was changed: {error:?}");
    assert!(!error.fix.is_empty(), "{error:?}");
    assert!(
        std::fs::read_dir(world.directory())
            .unwrap()
            .all(|entry| { !entry.unwrap().file_name().to_string_lossy().starts_with("bundle-") })
    );
    error
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_whole_or_was_changed() {
    let (from, to) = pair().await;
    documents::import(&from, &catalog()).await;
    add_file(&from).await;
    let bytes = export(&from, None).await;
    let with = |at: usize| {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        changed
    };
    for at in [60, bytes.len() / 2, bytes.len() - 200, bytes.len() - 1] {
        let error = refused(&to, &with(at)).await;
        assert_eq!((error.kind, error.message.starts_with("the bundle is refused: ")), (ErrorKind::Invalid, true));
    }
    for end in [bytes.len() / 3, bytes.len() - 1] {
        let error = refused(&to, &bytes[..end]).await;
        assert!(error.message.ends_with("before its end: a part of it is missing"), "{}", error.message);
    }
    // In another order: the first frames after the header, swapped.
    let header = 46 + u32::from_be_bytes(bytes[42..46].try_into().unwrap()) as usize + 64;
    let frame = |at: usize| at + 5 + u32::from_be_bytes(bytes[at + 1..at + 5].try_into().unwrap()) as usize + 32;
    let (second, third) = (frame(frame(header)), frame(frame(frame(frame(header)))));
    let swapped = [&bytes[..header], &bytes[second..third], &bytes[header..second], &bytes[third..]].concat();
    assert!(refused(&to, &swapped).await.message.contains("damaged, or was changed"));
    assert_eq!(refused(&to, b"").await.message, "the bundle is refused: it is not a transfer bundle of Sluice");
    assert!(refused(&to, &[&bytes[..], b"more"].concat()).await.message.contains("something after its end"));
    // It is good all the same.
    import(&to, &bytes).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_here_trusts() {
    let (from, to) = pair().await;
    documents::import(&from, &catalog()).await;
    let bytes = export(&from, None).await;
    let key = from.site.bundle_key(&from.admin).unwrap();
    let stranger = World::numbered(3).await;
    let error = refused(&stranger, &bytes).await;
    assert!(error.message.contains(&key.fingerprint), "{}", error.message);
    let verified = stranger.site.verify_bundle(&stranger.admin, body(&bytes)).await.unwrap_err();
    assert_eq!(verified.kind, ErrorKind::Invalid);
    to.site.distrust_signer(&to.admin, &key.public_key.to_string()).await.unwrap();
    assert!(refused(&to, &bytes).await.message.contains("is not trusted here"));
    let own = from.site.trust_signer(&from.admin, "Me", &key.public_key.to_string()).await.unwrap_err();
    assert_eq!(own.kind, ErrorKind::Conflict);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_over_or_for_others() {
    let (from, to) = pair().await;
    documents::import(&from, &catalog()).await;
    let elsewhere = ExportRequest { intended: Some(Uuid::from_u128(5)), ..request(None) };
    let elsewhere = export_as(&from, elsewhere).await;
    assert!(refused(&to, &elsewhere).await.message.starts_with("the bundle is for the site 0000"));
    let here = to.site.bundle_key(&to.admin).unwrap().site;
    let here = export_as(&from, ExportRequest { intended: Some(here), ..request(None) }).await;

    let old = export(&from, None).await;
    let report = to.site.verify_bundle(&to.admin, body(&elsewhere)).await.unwrap();
    assert!(report.refused.unwrap().0.starts_with("the bundle is for the site"));
    to.pass(SignedDuration::from_hours(24 * 30 + 1));
    assert!(refused(&to, &old).await.message.starts_with("the bundle expired at "));
    assert!(refused(&to, &here).await.message.starts_with("the bundle expired at "));
    from.pass(SignedDuration::from_hours(24 * 60));
    let early = export(&from, None).await;
    assert!(refused(&to, &early).await.message.ends_with("which is in the future"));
    to.pass(SignedDuration::from_hours(24 * 30));
    let here = to.site.bundle_key(&to.admin).unwrap().site;
    let here = export_as(&from, ExportRequest { intended: Some(here), ..request(None) }).await;
    import(&to, &here).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_imported_before_or_has_a_gap() {
    let (from, to) = pair().await;
    documents::import(&from, &catalog()).await;
    let first = export(&from, None).await;
    let second = export(&from, Some("last")).await;
    let third = export(&from, Some("last")).await;
    let fourth = export(&from, None).await;
    let gap = refused(&to, &second).await;
    assert_eq!(gap.kind, ErrorKind::Conflict);
    assert!(gap.message.ends_with("and the last one imported here is none"), "{}", gap.message);
    import(&to, &first).await.unwrap();
    assert_eq!(refused(&to, &first).await.message, "the bundle 1 of Test was imported already");
    assert!(refused(&to, &third).await.message.contains("and the last one imported here is 1 ("));
    import(&to, &second).await.unwrap();
    let replayed = refused(&to, &first).await;
    assert_eq!(replayed.message, "the bundle 1 of Test is older than number 2, which was imported already");
    // A whole one may leave some out.
    import(&to, &fourth).await.unwrap();
    assert!(refused(&to, &third).await.message.contains("is older than number 4"));
}
