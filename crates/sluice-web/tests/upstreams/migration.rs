//! Taking over a server: here it is a site that acts as a WSUS.

use std::sync::Arc;

use jiff::SignedDuration;
use sluice_model::{
    DeploymentPriority, DeploymentSpec, DeploymentTarget, Intent, Name, RestartBehaviour, UserNotification,
};
use sluice_site::ErrorKind;
use sluice_site::migration::{
    AfterMigration, DifferenceKind, MigrationEnd, MigrationState, MigrationStatus, StepState,
};
use sluice_site::selection::SelectionState;

use crate::documents;
use crate::level::{Level, TestClock, security};
use crate::pc::PATCH;

/// A server with a group, an approval and a declined update, and a site that is to take its place.
async fn pair() -> (Arc<TestClock>, Level, Level) {
    let clock = Arc::new(TestClock::default());
    let (wsus, site) = (Level::top(&clock).await, Level::open(2, &clock).await);
    let group = wsus.site.create_collection(&wsus.admin, "Ring 1", Vec::new(), None).await.unwrap().id;
    let now = wsus.site.now();
    let spec = DeploymentSpec {
        name: Name::new("Patches").unwrap(),
        target: DeploymentTarget::Updates(vec![PATCH]),
        collection: group,
        intent: Intent::Required,
        available_at: now,
        deadline: now.checked_add(SignedDuration::from_hours(24)).ok(),
        priority: DeploymentPriority::Normal,
        restart: RestartBehaviour::Allowed,
        notification: UserNotification::ShowAll,
    };
    wsus.site.create_deployment(&wsus.admin, spec).await.unwrap();
    (clock, wsus, site)
}

async fn status(level: &Level) -> MigrationStatus {
    level.site.migration_status(&level.admin).await.unwrap()
}

/// Waits until everything came.
async fn ready(level: &Level) {
    level.until(async || status(level).await.state == MigrationState::Ready).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_plan_to_the_cut_over() {
    let (_clock, wsus, site) = pair().await;
    let plan = site.site.migration_plan(&site.admin, &wsus.upstream(false)).await.unwrap();
    assert!(plan.check.ok, "{:?}", plan.check);
    let found = plan.found.unwrap();
    assert_eq!((found.groups.as_slice(), found.approvals, found.updates), (&["Ring 1".to_owned()][..], 1, None));
    assert!(site.site.list_sources(&site.admin).await.unwrap().is_empty(), "a dry run stores nothing");
    assert_eq!(status(&site).await.state, MigrationState::None);
    let refused = site.site.finish_migration(&site.admin, MigrationEnd::default()).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Conflict);

    let begun = site.site.start_migration(&site.admin, wsus.upstream(false)).await.unwrap();
    assert_eq!(begun.state, MigrationState::Running);
    ready(&site).await;
    let again = site.site.start_migration(&site.admin, wsus.upstream(false)).await.unwrap();
    assert_eq!((again.source, again.started_at), (begun.source, begun.started_at), "again changes nothing");
    assert!(again.steps.iter().take(5).all(|step| step.state == StepState::Done), "{:?}", again.steps);
    assert!(again.clients.iter().any(|sentence| sentence.contains("metadata-over-http")), "{:?}", again.clients);

    let report = site.site.migration_report(&site.admin).await.unwrap();
    assert_eq!((report.total, &report.differences[..]), (0, &[][..]));
    let count = |kind| report.counted.iter().find(|one| one.kind == kind).map(|one| (one.there, one.here)).unwrap();
    assert_eq!(count(DifferenceKind::Update), (1, 1));
    assert_eq!(count(DifferenceKind::Group), (1, 1));
    assert_eq!(count(DifferenceKind::Approval), (1, 1));
    assert!(report.not_brought.iter().any(|one| one.what.contains("automatic approval rules")));

    let collection = site.site.list_collections(&site.admin).await.unwrap();
    let ring = collection.iter().find(|one| one.name == "Ring 1").unwrap().id;
    assert!(site.site.rename_collection(&site.admin, ring, "Mine").await.is_err(), "it is changed at the WSUS");
    let end = site.site.finish_migration(&site.admin, MigrationEnd::default()).await.unwrap();
    assert_eq!(end.state, MigrationState::Finished);
    site.site.rename_collection(&site.admin, ring, "Mine").await.unwrap();
    let source = site.site.source(&site.admin, begun.source.unwrap()).await.unwrap();
    assert!(source.enabled && !source.config.upstream().unwrap().replica);
    assert_eq!(site.site.list_deployments(&site.admin).await.unwrap().len(), 1);

    // What had updates stays selected, and nothing else.
    let selection = site.site.selection(&site.admin).unwrap();
    let is_selected = |id| selection.iter().any(|row| row.id == id && row.state == SelectionState::Selected);
    assert!(is_selected(security()));
    assert!(!is_selected(sluice_model::Classification::Drivers.id()));
    assert!(!is_selected(sluice_model::CategoryId(documents::FAMILY.parse().unwrap())));
    let end = site.site.finish_migration(&site.admin, MigrationEnd::default()).await.unwrap();
    assert_eq!(end.state, MigrationState::Finished, "again changes nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn differences_are_named_and_must_be_accepted() {
    let (_clock, wsus, site) = pair().await;
    site.site.create_collection(&site.admin, "Ring 1", Vec::new(), None).await.unwrap();
    site.site.start_migration(&site.admin, wsus.upstream(false)).await.unwrap();
    ready(&site).await;
    wsus.site.decline_updates(&wsus.admin, vec![PATCH], "broken").await.unwrap();
    let report = site.site.migration_report(&site.admin).await.unwrap();
    let found: Vec<_> = report.differences.iter().map(|one| (one.kind, one.name.as_str())).collect();
    assert_eq!(found, [(DifferenceKind::Group, "Ring 1"), (DifferenceKind::Decline, "A patch")]);
    assert!(report.differences[0].why.contains("Ring 1 (2)"), "{:?}", report.differences);
    let refused = site.site.finish_migration(&site.admin, MigrationEnd::default()).await.unwrap_err();
    assert!(refused.message.contains("2 differences"), "{}", refused.message);
    let end = MigrationEnd { after: AfterMigration::Removed, accept_differences: true, ..MigrationEnd::default() };
    assert_eq!(site.site.finish_migration(&site.admin, end).await.unwrap().state, MigrationState::Finished);
    assert!(site.site.list_sources(&site.admin).await.unwrap().is_empty());
    assert_eq!(site.site.list_deployments(&site.admin).await.unwrap().len(), 1, "what came stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_goes_on_after_a_restart_and_with_the_server_away() {
    let (clock, mut wsus, mut site) = pair().await;
    site.site.start_migration(&site.admin, wsus.upstream(false)).await.unwrap();
    site.restart().await;
    clock.pass(SignedDuration::from_hours(2));
    ready(&site).await;
    wsus.stop().await;
    let failed = site.site.migration_report(&site.admin).await.unwrap_err();
    assert_eq!(failed.kind, ErrorKind::Unavailable);
    assert!(!failed.fix.is_empty());
    let plan = site.site.migration_plan(&site.admin, &wsus.upstream(false)).await.unwrap();
    assert!(!plan.check.ok && plan.found.is_none());
    wsus.start().await;
    assert_eq!(site.site.migration_report(&site.admin).await.unwrap().total, 0);
}
