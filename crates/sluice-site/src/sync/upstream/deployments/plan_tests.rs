//! What changes when the site has all the deployments that it may have.

use super::*;

fn id(number: usize) -> Uuid {
    Uuid::from_u128(number as u128)
}

fn approval(number: usize, priority: u8) -> ServerSyncDeployment {
    let mut approval = ServerSyncDeployment {
        action: ServerSyncAction::Install,
        go_live_time: Some(Timestamp::UNIX_EPOCH),
        deployment_guid: id(number),
        target_group_id: ServerSyncTargetGroup::ALL_COMPUTERS,
        download_priority: priority,
        ..ServerSyncDeployment::default()
    };
    approval.update.update_id = id(number);
    approval
}

/// What a site knows that has deployments 0 to `present` from there.
fn known<'k>(catalog: &'k Catalog, directory: &'k Directory, present: usize, restart: RestartBehaviour) -> Known<'k> {
    Known {
        directory,
        catalog,
        collections: Vec::new(),
        deployments: (0..present).map(id).collect(),
        declines: Vec::new(),
        licences: Vec::new(),
        own_licences: HashSet::new(),
        now: Timestamp::UNIX_EPOCH,
        source: SourceId(Uuid::nil()),
        restart,
    }
}

/// The plan of a site that has deployments 0 to `present` from there, for what is told.
fn plan(present: usize, deployments: Vec<ServerSyncDeployment>, dead: Vec<Uuid>) -> Plan {
    let (catalog, nothing) = (Catalog::default(), Directory::default());
    let known_before = known(&catalog, &nothing, present, RestartBehaviour::Allowed);
    let all = (0..present).map(|number| approval(number, 2));
    let all = all.filter_map(|one| deployment(&known_before, &one, ALL_DEVICES, &HashSet::new()).map(Arc::new));
    let directory = Directory::new(Vec::new(), Vec::new(), all.collect());
    let known = Known { directory: &directory, ..known_before };
    let result =
        ServerSyncDeploymentResult { deployments, dead_deployments: dead, ..ServerSyncDeploymentResult::default() };
    Plan::new(&known, result, false)
}

#[test]
fn a_full_site_keeps_a_deployment_that_changed() {
    let plan = plan(MAX_ENTRIES, vec![approval(7, 3), approval(8, 2)], Vec::new());
    assert_eq!(plan.remove_deployments, [DeploymentId(id(7))]);
    let [again] = &plan.deploy[..] else { panic!("{:?}", plan.deploy) };
    assert_eq!((again.id.0, again.spec.priority), (id(7), DeploymentPriority::High));
    assert!(plan.forget.iter().all(|(_, items)| items.is_empty()), "{:?}", plan.forget);
    assert_eq!(plan.left_out, 0);
}

#[test]
fn what_goes_makes_room_for_what_comes() {
    let (first, second) = (MAX_ENTRIES + 1, MAX_ENTRIES + 2);
    let plan = plan(MAX_ENTRIES, vec![approval(first, 2), approval(second, 2)], vec![id(5)]);
    let deployed: Vec<_> = plan.deploy.iter().map(|deployment| deployment.id.0).collect();
    assert_eq!((deployed, plan.left_out), (vec![id(first)], 1));
    assert!(plan.warnings[0].contains("1 deployments of the upstream were left out"), "{:?}", plan.warnings);
}

#[test]
fn restarts_and_notifications_are_as_told_and_careful_when_nothing_is_told() {
    let conduct = |approval: &ServerSyncDeployment, silent| {
        let (catalog, directory) = (Catalog::default(), Directory::default());
        let known = known(&catalog, &directory, 0, silent);
        let made = deployment(&known, approval, ALL_DEVICES, &HashSet::new()).unwrap();
        (made.spec.restart, made.spec.notification)
    };
    let (allowed, suppressed) = (RestartBehaviour::Allowed, RestartBehaviour::Suppressed);
    let silent = approval(1, 2);
    let told = ServerSyncDeployment {
        restart: Some(suppressed),
        notification: Some(UserNotification::RestartOnly),
        ..silent.clone()
    };
    assert_eq!(conduct(&told, allowed), (suppressed, UserNotification::RestartOnly));
    for default in [allowed, suppressed] {
        assert_eq!(conduct(&silent, default), (default, UserNotification::ShowAll));
    }
    // What is only offered cannot be hidden from those who start it.
    let hidden = ServerSyncDeployment { notification: Some(UserNotification::HideAll), ..told };
    assert_eq!(conduct(&hidden, allowed), (suppressed, UserNotification::ShowAll));
    let deadline = Some(Timestamp::UNIX_EPOCH);
    assert_eq!(conduct(&ServerSyncDeployment { deadline, ..hidden }, allowed).1, UserNotification::HideAll);
}
