//! Deltas.

use sluice_model::{CategoryId, DeploymentTarget};
use sluice_site::bundles::{BundleOutcome, ContentChoice, ExportRequest, Part};
use sluice_site::selection::SelectionEdit;
use sluice_site::{ErrorKind, SiteResult};

use super::{add_file, body, catalog, export, export_as, import, pair, request, state};
use crate::deployments::spec;
use crate::windows_documents::{self as documents, BUNDLE, PATCH, PRODUCT, id, patch};
use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chain_of_deltas_ends_in_the_same_state() {
    let (from, to) = pair().await;
    let (site, admin) = (&from.site, &from.admin);
    documents::import(&from, &catalog()).await;
    add_file(&from).await;
    let group = site.create_group(admin, "Group", vec![id(PATCH), id(BUNDLE)]).await.unwrap();
    let other = site.create_group(admin, "Other", vec![id(PATCH)]).await.unwrap();
    let ring = site.create_collection(admin, "Ring", Vec::new(), None).await.unwrap();
    let made = site.create_deployment(admin, spec(&from, "Deployment", DeploymentTarget::Group(group.id)));
    let made = made.await.unwrap();
    site.decline_updates(admin, vec![id(BUNDLE)], "").await.unwrap();
    site.change_selection(
        admin,
        SelectionEdit { deselect: vec![CategoryId(id(PRODUCT).0)], ..SelectionEdit::default() },
    )
    .await
    .unwrap();
    let whole = export(&from, None).await;
    let outcome = import(&to, &whole).await.unwrap();
    assert_eq!((outcome.new_updates, outcome.new_files), (8, 1));
    assert_eq!(state(&to).await, state(&from).await);

    // A new revision; decisions are taken back.
    documents::import(&from, &[patch(101)]).await;
    site.undecline_updates(admin, vec![id(BUNDLE)]).await.unwrap();
    site.change_selection(admin, SelectionEdit { select: vec![CategoryId(id(PRODUCT).0)], ..SelectionEdit::default() })
        .await
        .unwrap();
    site.change_group(admin, group.id, vec![], vec![id(BUNDLE)]).await.unwrap();
    site.delete_group(admin, other.id).await.unwrap();
    site.rename_collection(admin, ring.id, "Ring 1").await.unwrap();
    let first = export(&from, Some("last")).await;
    assert!(first.len() < whole.len());
    let outcome = import(&to, &first).await.unwrap();
    assert_eq!((outcome.new_revisions, outcome.unchanged, outcome.new_files), (1, 0, 0), "{outcome:?}");
    assert_eq!(state(&to).await, state(&from).await);

    // Nothing changes.
    let second = export(&from, Some("2")).await;
    let version = to.site.catalog().version();
    let outcome = import(&to, &second).await.unwrap();
    assert_eq!((outcome.decisions, outcome.bundle.counts.documents, outcome.bundle.counts.files), (0, 0, 0));
    assert_eq!(to.site.catalog().version(), version);

    // A deployment ends and is deleted before anybody hears of it.
    site.cancel_deployment(admin, made.id).await.unwrap();
    site.delete_deployment(admin, made.id).await.unwrap();
    let third = export(&from, Some("3")).await;
    let outcome = import(&to, &third).await.unwrap();
    assert_eq!(outcome.decisions, 1, "{outcome:?}");
    let ended = to.site.deployment(&to.admin, made.id).await.unwrap();
    assert_eq!(ended.phase.slug(), "cancelled");
    to.site.delete_deployment(&to.admin, made.id).await.unwrap();
    assert_eq!(state(&to).await, state(&from).await);
    let history: Vec<_> = to.site.bundle_imports(&to.admin).await.unwrap().iter().map(|i| i.sequence).collect();
    assert_eq!(history.len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delta_goes_on_from_an_export_that_was_whole() {
    let (from, _) = pair().await;
    let refused = async |since| from.site.export_bundle(&from.admin, request(Some(since))).await.map(drop).unwrap_err();
    assert_eq!(refused("last").await.kind, ErrorKind::NotFound);
    documents::import(&from, &catalog()).await;
    // Too long for what waits in the stream, also when it is packed.
    let mut state = 1_u64;
    let mut digits = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("{:08x}", state >> 32)
    };
    let title = "</upd:Title>";
    for revision in 101..107 {
        let noise: String = (0..100_000).map(|_| digits()).collect();
        let text = format!("{title}<upd:Description>{noise}</upd:Description>");
        documents::import(&from, &[patch(revision).replace(title, &text)]).await;
    }
    // One that nobody takes.
    drop(from.site.export_bundle(&from.admin, request(None)).await.unwrap());
    // The thread gives the turn back when it has seen that.
    let error = loop {
        let error = refused("1").await;
        if error.message != "another export runs" {
            break error;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(error.message, "the export to go on from broke off, or is under way");
    export(&from, None).await;
    assert!(!export(&from, Some("last")).await.is_empty());
}

async fn import_only(world: &World, parts: &[Part], bytes: &[u8]) -> SiteResult<BundleOutcome> {
    world.site.import_bundle(&world.admin, parts.to_vec(), body(bytes)).await
}

/// A delta does not carry again what was left out of an earlier bundle.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_was_left_out_leaves_no_gap() {
    let (from, to) = pair().await;
    documents::import(&from, &catalog()).await;
    add_file(&from).await;
    let whole = export(&from, None).await;
    documents::import(&from, &[patch(101)]).await;
    let delta = export(&from, Some("last")).await;
    documents::import(&from, &[patch(102)]).await;
    let next = export(&from, Some("last")).await;
    import_only(&to, &[Part::Deployments], &whole).await.unwrap();
    let refused = import(&to, &delta).await.map(drop).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Conflict);
    assert_eq!(
        refused.message,
        "the documents of an earlier bundle were left out here, and this one does not carry them again"
    );
    // Without them it goes on, and so does the gap.
    import_only(&to, &[Part::Deployments], &delta).await.unwrap();
    assert!(import_only(&to, &[Part::Documents], &delta).await.is_err());
    assert!(import(&to, &next).await.is_err());
    import_only(&to, &[Part::Deployments], &next).await.unwrap();
    let healed = export(&from, None).await;
    import(&to, &healed).await.unwrap();
    assert_eq!(state(&to).await, state(&from).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_was_left_out_can_follow() {
    let (from, to) = pair().await;
    documents::import(&from, &catalog()).await;
    add_file(&from).await;
    // Without files, which the next one carries.
    let whole = export_as(&from, ExportRequest { content: ContentChoice::None, ..request(None) }).await;
    let delta = export(&from, Some("last")).await;
    import_only(&to, &[Part::Deployments], &whole).await.unwrap();
    import_only(&to, &[Part::Documents], &whole).await.unwrap();
    let outcome = import(&to, &delta).await.unwrap();
    assert_eq!(outcome.new_files, 1);
    assert_eq!(state(&to).await, state(&from).await);
}

/// Without them, updates with licence terms are offered to nobody at a site without a connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn licence_terms_are_accepted_as_they_are_there() {
    const LICENSED: u128 = 0x2001;
    let (from, to) = pair().await;
    let [terms, own] = [0xe01a, 0xe01b].map(uuid::Uuid::from_u128);
    let mut texts = catalog();
    texts.push(documents::licensed(LICENSED, terms.as_u128()));
    documents::import(&from, &texts).await;
    from.site.accept_licences(&from.admin, vec![], vec![id(LICENSED)]).await.unwrap();
    to.site.mirror_licences(&to.admin, vec![own], vec![]).await.unwrap();
    import(&to, &export(&from, None).await).await.unwrap();
    assert_eq!(to.site.accepted_licences(), [terms, own]);
    let [licence, _] = &to.site.licences(&to.admin, false).await.unwrap()[..] else { panic!("two") };
    let (at, by) = licence.accepted.as_ref().map(|accepted| (accepted.at, accepted.by.clone())).unwrap();
    let there = from.site.licences(&from.admin, false).await.unwrap().remove(0).accepted.unwrap();
    assert_eq!((licence.id, at, by), (terms, there.at, there.by));

    // Withdrawn there, they are withdrawn here; what was accepted here stays.
    from.site.mirror_licences(&from.admin, vec![], vec![terms]).await.unwrap();
    let outcome = import(&to, &export(&from, Some("last")).await).await.unwrap();
    assert_eq!((outcome.decisions, to.site.accepted_licences()), (1, vec![own]));
}
