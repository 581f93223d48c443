//! What arrives.

use sluice_model::{CategoryId, DeploymentTarget};
use sluice_site::bundles::{ContentChoice, ExportRequest, Part};
use sluice_site::selection::SelectionEdit;
use sluice_site::windows::settings::{Targeting, WindowsSettingsChange};

use super::{add_file, body, catalog, export, export_as, import, pair, request, state};
use crate::deployments::spec;
use crate::windows_documents::{self as documents, BUNDLE, DETECTOID, PATCH, PRODUCT, id};
use crate::world::World;

/// Something of each sort.
async fn furnish(world: &World) {
    documents::import(world, &catalog()).await;
    add_file(world).await;
    let (site, admin) = (&world.site, &world.admin);
    let all = site.create_collection(admin, "Servers", Vec::new(), None).await.unwrap();
    let part = site.create_collection(admin, "Ring 1", Vec::new(), Some(all.id)).await.unwrap();
    let group = site.create_group(admin, "Patch Tuesday", vec![id(PATCH)]).await.unwrap();
    let mut by_group = spec(world, "By group", DeploymentTarget::Group(group.id));
    by_group.collection = part.id;
    site.create_deployment(admin, by_group).await.unwrap();
    let by_list = site.create_deployment(admin, spec(world, "By list", DeploymentTarget::Updates(vec![id(PATCH)])));
    let by_list = by_list.await.unwrap();
    site.set_deployment_enabled(admin, by_list.id, false).await.unwrap();
    site.decline_updates(admin, vec![id(BUNDLE)], "breaks printing").await.unwrap();
    site.change_selection(
        admin,
        SelectionEdit { deselect: vec![CategoryId(id(PRODUCT).0)], ..SelectionEdit::default() },
    )
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_arrives_as_it_is() {
    let (from, to) = pair().await;
    furnish(&from).await;
    let bytes = export(&from, None).await;
    let report = to.site.verify_bundle(&to.admin, body(&bytes)).await.unwrap();
    assert_eq!((report.refused, report.signer_name.as_str(), report.size), (None, "North", bytes.len() as u64));
    let outcome = import(&to, &bytes).await.unwrap();
    assert_eq!((outcome.new_updates, outcome.quarantined, outcome.new_files), (8, 0, 1), "{outcome:?}");
    assert_eq!(outcome.problems, []);
    assert_eq!(state(&to).await, state(&from).await);
    assert_eq!(to.site.content_status(&to.admin).await.unwrap().present, 1);
    let history = to.site.bundle_imports(&to.admin).await.unwrap();
    assert_eq!((history.len(), history[0].step.as_str(), history[0].sequence), (1, "done", 1));
    let exports = from.site.bundle_exports(&from.admin).await.unwrap();
    assert_eq!((exports[0].bytes, exports[0].documents, exports[0].files), (bytes.len() as u64, 8, 1));
    let seen = to.site.deployment(&to.admin, to.site.list_deployments(&to.admin).await.unwrap()[0].id).await.unwrap();
    assert!(seen.created_by.ends_with(" at Test"), "{}", seen.created_by);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_there_after_a_restart() {
    let (from, mut to) = pair().await;
    furnish(&from).await;
    import(&to, &export(&from, None).await).await.unwrap();
    let before = state(&to).await;
    to.restart().await;
    assert_eq!(state(&to).await, before);
    // The classification of these documents is none that is known, which the check says of both.
    let found = to.site.check_store(&to.admin).await.unwrap();
    assert_eq!(found, from.site.check_store(&from.admin).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_was_chosen_arrives() {
    let (from, to) = pair().await;
    furnish(&from).await;
    let longer = WindowsSettingsChange { targeting: Some(Targeting::Client), ..WindowsSettingsChange::default() };
    from.site.change_windows_settings(&from.admin, longer).await.unwrap();
    let targeting = || to.site.windows_settings(&to.admin).unwrap().targeting;
    // Settings stay at home unless they are asked for.
    import(&to, &export(&from, None).await).await.unwrap();
    assert_eq!(targeting(), Targeting::Server);
    let bytes = export(&from, None).await;
    let only = async |parts: &[Part]| to.site.import_bundle(&to.admin, parts.to_vec(), body(&bytes)).await;
    only(&[Part::Settings]).await.unwrap();
    assert_eq!(targeting(), Targeting::Client);
    // The rest of the same bundle may follow, once.
    only(&[Part::Settings]).await.unwrap_err();
    only(&[Part::Settings, Part::Groups]).await.unwrap();
    only(&[Part::Groups]).await.unwrap_err();
    import(&to, &bytes).await.unwrap();
    assert_eq!(import(&to, &bytes).await.unwrap_err().message, "the bundle 2 of Test was imported already");
    let history = to.site.bundle_imports(&to.admin).await.unwrap();
    assert_eq!((history.len(), history[0].step.as_str()), (2, "done"));

    // Only decisions, where the catalog comes on another way.
    let third = World::numbered(3).await;
    let key = from.site.bundle_key(&from.admin).unwrap().public_key.to_string();
    third.site.trust_signer(&third.admin, "North", &key).await.unwrap();
    documents::import(&third, &catalog()).await;
    let parts = vec![Part::Deployments, Part::Groups, Part::Collections];
    let bytes = export_as(&from, ExportRequest { parts, ..request(None) }).await;
    let outcome = import(&third, &bytes).await.unwrap();
    assert_eq!((outcome.unchanged, outcome.new_updates, outcome.problems), (0, 0, Vec::new()));
    let deployments = third.site.list_deployments(&third.admin).await.unwrap();
    assert_eq!(deployments.iter().map(|d| d.updates).collect::<Vec<_>>(), [1, 1]);
    assert!(third.site.declined(&third.admin, id(BUNDLE)).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn content_is_that_of_deployed_updates() {
    let (from, _) = pair().await;
    documents::import(&from, &catalog()).await;
    let deployed = || ExportRequest { content: ContentChoice::Deployed, ..request(None) };
    let files = async |request| {
        let exported = from.site.export_bundle(&from.admin, request).await.unwrap();
        let missing = exported.missing;
        let mut body = exported.body;
        while body.recv().await.is_some() {}
        (missing, from.site.bundle_exports(&from.admin).await.unwrap()[0].files)
    };
    assert_eq!(files(request(None)).await, (1, 0), "the file is not there");
    add_file(&from).await;
    assert_eq!(files(deployed()).await, (0, 0), "nothing is deployed");
    // The file is one of a member.
    let target = DeploymentTarget::Updates(vec![id(BUNDLE)]);
    from.site.create_deployment(&from.admin, spec(&from, "Bundle", target)).await.unwrap();
    assert_eq!(files(deployed()).await, (0, 1));
    assert_eq!(files(ExportRequest { content: ContentChoice::None, ..request(None) }).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_here_already_is_respected() {
    let (from, to) = pair().await;
    furnish(&from).await;
    let own = to.site.create_collection(&to.admin, "Ring 1", Vec::new(), None).await.unwrap();
    to.site.create_group(&to.admin, "Patch Tuesday", Vec::new()).await.unwrap();
    documents::import(&to, &catalog()).await;
    to.site.decline_updates(&to.admin, vec![id(BUNDLE)], "our own reason").await.unwrap();
    let outcome = import(&to, &export(&from, None).await).await.unwrap();
    assert_eq!((outcome.unchanged, outcome.new_updates), (8, 0));
    let names: Vec<_> = to.site.list_groups(&to.admin).await.unwrap().into_iter().map(|group| group.name).collect();
    assert_eq!(names, ["Patch Tuesday", "Patch Tuesday (2)"]);
    // A collection of the same name is that collection.
    let deployments = to.site.list_deployments(&to.admin).await.unwrap();
    let by_group = deployments.iter().find(|d| d.name == "By group").unwrap();
    assert_eq!(by_group.collection, own.id);
    // What was declined here stays declined, with its reason, when it is not declined there any more.
    from.site.undecline_updates(&from.admin, vec![id(BUNDLE)]).await.unwrap();
    import(&to, &export(&from, Some("last")).await).await.unwrap();
    let declined = to.site.declined(&to.admin, id(BUNDLE)).await.unwrap();
    assert_eq!(declined.unwrap().reason, "our own reason");
    assert!(to.site.catalog().current(id(DETECTOID)).is_some());
}
