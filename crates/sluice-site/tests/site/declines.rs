//! Updates that nobody is to be offered.

use sluice_model::{DeploymentTarget, Intent};
use sluice_site::updates::{UpdateFilter, UpdateSort, UpdateState};
use sluice_site::{ErrorKind, PageRequest};

use crate::deployments::spec;
use crate::windows_catalog::{id, publish};
use crate::world::World;

fn titles(world: &World, state: UpdateState) -> Vec<String> {
    let filter = UpdateFilter { state: Some(state), ..UpdateFilter::default() };
    let page = PageRequest::default();
    let rows = world.site.list_updates(&world.admin, &filter, UpdateSort::Title, false, &page).unwrap();
    rows.items.into_iter().map(|row| row.title).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_declined_update_is_neither_offered_nor_deployed() {
    let mut world = World::new().await;
    publish(&mut world).await;
    let target = DeploymentTarget::Updates(vec![id(100), id(110)]);
    world.site.create_deployment(&world.admin, spec(&world, "Both", target)).await.unwrap();

    let (before, reason) = (world.site.catalog().last_change(), "  breaks printing ");
    let done = world.site.decline_updates(&world.admin, vec![id(110), id(111), id(110)], reason).await.unwrap();
    assert_eq!((done.changed, done.deployments), (2, vec!["Both".to_owned()]));
    assert_eq!(titles(&world, UpdateState::Declined), ["Update 110", "Update 111"]);
    assert_eq!(titles(&world, UpdateState::Current), ["Update 100", "Update 112"]);
    let catalog = world.site.catalog();
    assert!(catalog.change_of(id(110)) > before && catalog.change_of(id(110)) == catalog.last_change());

    let again = world.site.decline_updates(&world.admin, vec![id(110)], "another reason").await.unwrap();
    assert_eq!(again.changed, 0);
    world.restart().await;
    let detail = world.site.update(&world.admin, id(110)).await.unwrap();
    let declined = detail.declined.unwrap();
    assert_eq!((declined.reason.as_str(), declined.at, detail.row.declined), ("breaks printing", world.now(), true));

    let target = DeploymentTarget::Updates(vec![id(112), id(111)]);
    let refused = world.site.create_deployment(&world.admin, spec(&world, "One", target)).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.message.as_str()),
        (ErrorKind::Conflict, "Update 111 is declined: it is offered to no device")
    );

    let before = world.site.catalog().last_change();
    assert_eq!(world.site.undecline_updates(&world.admin, vec![id(110), id(100)]).await.unwrap().changed, 1);
    assert_eq!(titles(&world, UpdateState::Declined), ["Update 111"]);
    assert!(world.site.catalog().change_of(id(110)) > before);
    assert_eq!(world.site.update(&world.admin, id(110)).await.unwrap().declined, None);
    world.restart().await;
    assert_eq!(titles(&world, UpdateState::Declined), ["Update 111"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_updates_can_be_declined_and_reasons_are_short() {
    let mut world = World::new().await;
    publish(&mut world).await;
    for (updates, kind) in [
        (vec![], ErrorKind::Invalid),
        (vec![id(7)], ErrorKind::NotFound),
        // A member of a bundle.
        (vec![id(120)], ErrorKind::NotFound),
    ] {
        assert_eq!(world.site.decline_updates(&world.admin, updates, "").await.unwrap_err().kind, kind);
    }
    for reason in ["x".repeat(1001), "a\u{1b}[31m".to_owned()] {
        let refused = world.site.decline_updates(&world.admin, vec![id(100)], &reason).await.unwrap_err();
        assert_eq!(refused.field, Some("reason"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_can_be_uninstalled_is_deployed_to_be() {
    let mut world = World::new().await;
    publish(&mut world).await;
    let uninstall = |name: &str, update| sluice_model::DeploymentSpec {
        intent: Intent::Uninstall,
        ..spec(&world, name, DeploymentTarget::Updates(vec![id(update)]))
    };
    let refused = world.site.create_deployment(&world.admin, uninstall("x", 110)).await.unwrap_err();
    assert_eq!((refused.kind, refused.message.as_str()), (ErrorKind::Conflict, "Update 110 cannot be uninstalled"));
    let made = world.site.create_deployment(&world.admin, uninstall("x", 111)).await.unwrap();
    assert_eq!(made.intent, Intent::Uninstall);
    let without = sluice_model::DeploymentSpec { deadline: None, ..uninstall("y", 111) };
    let refused = world.site.create_deployment(&world.admin, without).await.unwrap_err();
    assert_eq!((refused.kind, refused.field), (ErrorKind::Invalid, Some("deadline")));
    let block = sluice_model::DeploymentSpec { intent: Intent::Block, ..uninstall("z", 110) };
    let refused = world.site.create_deployment(&world.admin, block.clone()).await.unwrap_err();
    assert_eq!((refused.kind, refused.field), (ErrorKind::Invalid, Some("deadline")));
    let block = sluice_model::DeploymentSpec { deadline: None, ..block };
    assert_eq!(world.site.create_deployment(&world.admin, block).await.unwrap().intent, Intent::Block);
}
