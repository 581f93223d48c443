//! The rounds of a scan, against a server written from the specification.

use jiff::SignedDuration;
use sluice_sim::windows::{AgentError, Behaviour, Complaint, Reaction, UpdateStatus};
use sluice_wsus::messages::shared::{Cookie, DeploymentAction};
use sluice_wsus::soap::ErrorCode;

use crate::spec::{Spec, Update, id};
use crate::{client, client_with};

/// Company, family, product, and what depends on the product.
fn graph(updates: Vec<Update>) -> Vec<Update> {
    let mut all = vec![Update::category(1), Update::category(2).needs(&[&[1]]), Update::category(3).needs(&[&[2]])];
    all.extend(updates.into_iter().map(|update| {
        let mut clauses = update.prerequisites.clone();
        clauses.insert(0, vec![3]);
        let clauses: Vec<&[u32]> = clauses.iter().map(Vec::as_slice).collect();
        update.clone().needs(&clauses)
    }));
    all
}

#[tokio::test]
async fn every_round_brings_the_next_level() {
    let spec = Spec::start(graph(vec![
        Update::software(10).install().deadline("2026-10-05T00:00:00Z"),
        Update::software(11).needs(&[&[99]]),
        Update::software(12),
    ]))
    .await;
    let mut client = client(&spec);
    let outcome = client.scan().await.expect("a scan");
    // Three levels of categories, then leaves, which end it.
    assert_eq!((outcome.software_rounds, outcome.round_trips, outcome.new_updates), (4, 5, 5));
    assert_eq!(outcome.complaints, []);
    let offer = outcome.offer(id(10)).expect("an offer");
    assert_eq!((offer.action, offer.status), (DeploymentAction::Install, UpdateStatus::Needed));
    assert_eq!(offer.deadline, Some("2026-10-05T00:00:00Z".parse().expect("a time")));
    assert_eq!((outcome.needed, outcome.to_install), (vec![id(10), id(12)], vec![id(10)]));
    assert_eq!(outcome.offered.len(), 2, "the third was never sent: its prerequisite is not installed");
    assert_eq!(client.cached_ids(), (vec![1001, 1002, 1003], vec![1010, 1012], vec![]));
    let operations = spec.operations();
    assert_eq!(operations[..4], ["GetConfig", "GetAuthorizationCookie", "GetCookie", "RegisterComputer"]);
    assert_eq!(operations[9..], ["GetExtendedUpdateInfo"]);

    // Lists are left out when they are empty, and hold what the round before brought.
    let state = spec.state();
    assert!(!state.syncs[0].contains("UpdateIDs>"), "{}", state.syncs[0]);
    assert!(state.syncs[3].contains("<InstalledNonLeafUpdateIDs><int>1001</int><int>1002</int><int>1003</int></"));
    assert!(!state.syncs[3].contains("OtherCachedUpdateIDs"));
}

#[tokio::test]
async fn the_second_scan_begins_with_what_is_cached() {
    let spec = Spec::start(graph(vec![Update::software(10), Update::software(11)])).await;
    let mut client = client(&spec);
    client.scan().await.expect("a scan");
    spec.operations();
    let second = client.scan().await.expect("a scan");
    assert_eq!(spec.operations(), ["SyncUpdates", "SyncUpdates"]);
    assert_eq!((second.new_updates, second.changed, second.out_of_scope, second.cached), (0, 0, 0, 5));

    spec.change(10, |update| update.deployment.action = DeploymentAction::Install);
    spec.state().updates.retain(|update| update.number != 11);
    spec.state().updates.push(Update::software(12).needs(&[&[3]]));
    let third = client.scan().await.expect("a scan");
    assert_eq!((third.new_updates, third.changed, third.out_of_scope), (1, 1, 1));
    assert_eq!(third.to_install, [id(10)]);
    assert_eq!(third.offer(id(11)), None);
    assert_eq!(third.complaints, []);
    // Only what is new is asked for.
    assert_eq!(spec.operations().iter().filter(|operation| *operation == "GetExtendedUpdateInfo").count(), 1);
}

#[tokio::test]
async fn what_is_installed_is_evaluated_again_before_each_scan() {
    let gate = Update::software(5)
        .rules(r#"<IsInstalled><b.RegKeyExists Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\App" /></IsInstalled>"#)
        .action(DeploymentAction::Evaluate)
        .non_leaf();
    let spec = Spec::start(vec![gate, Update::software(10).needs(&[&[5]])]).await;
    let mut client = client(&spec);
    let first = client.scan().await.expect("a scan");
    assert_eq!((first.cached, first.offered.len(), first.software_rounds), (1, 0, 2));
    client.machine_mut().set_registry("SOFTWARE\\App", "Name", sluice_wsus::update::rules::RegistryValue::Dword(1));
    let second = client.scan().await.expect("a scan");
    assert_eq!((second.cached, second.needed), (2, vec![id(10)]));
    assert_eq!(client.cached_ids().0, [1005]);
}

#[tokio::test]
async fn pages_are_asked_for_until_the_last() {
    let many: Vec<Update> = (100..165).map(Update::software).collect();
    let spec = Spec::start(graph(many)).await;
    let mut client = client(&spec);
    let outcome = client.scan().await.expect("a scan");
    assert_eq!((outcome.software_rounds, outcome.cached, outcome.needed.len()), (3 + 3, 68, 65));
    // 65 needed ones, 50 at a time.
    assert_eq!(spec.operations().iter().filter(|operation| *operation == "GetExtendedUpdateInfo").count(), 2);
}

#[tokio::test]
async fn a_scan_ends_after_200_round_trips_and_the_next_goes_on() {
    let many: Vec<Update> = (100..320).map(Update::software).collect();
    let spec = Spec::start(many).await;
    spec.state().page = 1;
    let mut client = client(&spec);
    let error = client.scan().await.expect_err("too many");
    assert_eq!((error.hresult(), matches!(error, AgentError::TooManyTrips { limit: 200 })), (0x8024_4010, true));
    assert_eq!(client.cached_ids().1.len(), 200);
    assert_eq!(client.queued_events()[0].basic_data.event_id, 148);
    assert_eq!(client.queued_events()[0].extended_data.replacement_strings, ["0x80244010"]);
    let outcome = client.scan().await.expect("the rest");
    assert_eq!((outcome.new_updates, outcome.cached), (20, 220));
}

#[tokio::test]
async fn each_fault_has_its_reaction() {
    use ErrorCode as E;
    use Reaction as R;
    let start = ["GetConfig", "GetAuthorizationCookie", "GetCookie"];
    let refreshed = [&start[..], &["RegisterComputer", "RefreshCache"]].concat();
    for (code, reaction, operations) in [
        (E::InvalidCookie, R::StartAgainAndRefresh, refreshed.clone()),
        (E::ServerChanged, R::StartAgainAndRefresh, refreshed),
        (E::CookieExpired, R::NewCookie, start[1..].to_vec()),
        (E::ConfigChanged, R::NewConfiguration, start.to_vec()),
        (E::RegistrationRequired, R::Register, vec!["RegisterComputer"]),
        (E::RegistrationNotRequired, R::GoOn, vec![]),
        (E::InvalidAuthorizationCookie, R::StartAgain, start.to_vec()),
        (E::FileLocationChanged, R::AskLocations, vec!["GetFileLocations"]),
    ] {
        let spec = Spec::start(graph(vec![Update::software(10).file("a.cab", 10)])).await;
        let mut client = client(&spec);
        client.scan().await.expect("a scan");
        spec.operations();
        spec.state().faults.push_back(("SyncUpdates", code, ""));
        let outcome = client.scan().await.unwrap_or_else(|error| panic!("{code:?}: {error}"));
        assert_eq!(outcome.reactions, [reaction], "{code:?}");
        let expected = [&["SyncUpdates"][..], &operations, &["SyncUpdates", "SyncUpdates"]].concat();
        assert_eq!(spec.operations(), expected, "{code:?}");
        assert_eq!((outcome.cached, outcome.complaints.len(), outcome.round_trips), (4, 0, 3), "{code:?}");
    }
}

#[tokio::test]
async fn faults_that_nothing_can_be_done_about_end_the_scan() {
    for (operation, code) in [
        ("SyncUpdates", ErrorCode::InvalidParameters),
        ("SyncUpdates", ErrorCode::ServerBusy),
        ("GetExtendedUpdateInfo", ErrorCode::InternalServerError),
        ("GetConfig", ErrorCode::InternalServerError),
    ] {
        let spec = Spec::start(graph(vec![Update::software(10)])).await;
        spec.state().faults.push_back((operation, code, "parameters.Something"));
        let mut client = client(&spec);
        let error = client.scan().await.expect_err("a fault");
        assert_eq!((error.hresult(), error.fault().and_then(|f| f.code())), (0x8024_4007, Some(code)));
        assert_eq!(client.queued_events().len(), 1);
        assert_eq!(client.scan().await.expect("the next scan").needed, [id(10)]);
    }
}

#[tokio::test]
async fn a_server_that_never_accepts_its_own_cookie_is_left() {
    let spec = Spec::start(Vec::new()).await;
    for _ in 0..50 {
        spec.state().faults.push_back(("SyncUpdates", ErrorCode::InvalidCookie, ""));
    }
    let error = client(&spec).scan().await.expect_err("it gives up");
    assert!(matches!(error, AgentError::Restless { attempts: 12, .. }), "{error}");
    assert!(spec.operations().len() < 80);
}

#[tokio::test]
async fn a_cached_configuration_may_be_old() {
    let spec = Spec::start(Vec::new()).await;
    spec.state().faults.push_back(("GetCookie", ErrorCode::ConfigChanged, ""));
    let outcome = client(&spec).scan().await.expect("a scan");
    assert_eq!(outcome.reactions, [Reaction::NewConfiguration]);
    let start = ["GetConfig", "GetAuthorizationCookie", "GetCookie"];
    assert_eq!(spec.operations()[..7], [&start[..], &start, &["RegisterComputer"]].concat());
}

#[tokio::test]
async fn the_first_contact_survives_a_fault_of_its_own_steps() {
    let start = ["GetConfig", "GetAuthorizationCookie", "GetCookie"];
    let again = [&start[..], &start, &["RegisterComputer"]].concat();
    for (operation, code, reaction, operations) in [
        ("GetCookie", ErrorCode::InvalidAuthorizationCookie, Reaction::StartAgain, again),
        (
            "RegisterComputer",
            ErrorCode::RegistrationNotRequired,
            Reaction::GoOn,
            [&start[..], &["RegisterComputer"]].concat(),
        ),
    ] {
        let spec = Spec::start(vec![Update::software(10)]).await;
        spec.state().faults.push_back((operation, code, ""));
        let mut client = client(&spec);
        let outcome = client.scan().await.unwrap_or_else(|error| panic!("{code:?}: {error}"));
        assert_eq!((outcome.reactions, outcome.needed), (vec![reaction], vec![id(10)]), "{code:?}");
        let seen = spec.operations();
        assert_eq!(seen[..operations.len()], operations, "{code:?}");
        assert_eq!(seen[operations.len()], "SyncUpdates", "{code:?}");
        // It is known now.
        assert_eq!(client.scan().await.expect("a scan").reactions, []);
        assert_eq!(spec.operations(), ["SyncUpdates", "SyncUpdates"], "{code:?}");
    }
}

#[tokio::test]
async fn after_a_restored_database_revisions_have_new_numbers() {
    let spec = Spec::start(graph(vec![Update::software(10), Update::software(11)])).await;
    let mut client = client(&spec);
    client.scan().await.expect("a scan");
    {
        let mut state = spec.state();
        state.updates.iter_mut().for_each(|update| update.revision_id += 5000);
        state.updates.retain(|update| update.number != 11);
        state.faults.push_back(("SyncUpdates", ErrorCode::ServerChanged, ""));
    }
    let outcome = client.scan().await.expect("a scan");
    assert_eq!((outcome.new_updates, outcome.out_of_scope, outcome.cached), (0, 0, 4));
    assert_eq!(client.cached_ids(), (vec![6001, 6002, 6003], vec![6010], vec![]));
}

#[tokio::test]
async fn another_server_is_begun_with_as_after_a_restore() {
    let one = Spec::start(graph(vec![Update::software(10)])).await;
    let other = Spec::start(graph(vec![Update::software(10).install()])).await;
    other.state().faults.push_back(("SyncUpdates", ErrorCode::InvalidCookie, ""));
    let mut client = client(&one);
    client.scan().await.expect("a scan");
    client.move_to(crate::server(&other.url));
    let outcome = client.scan().await.expect("a scan");
    assert_eq!(outcome.reactions, [Reaction::StartAgainAndRefresh]);
    assert_eq!(outcome.to_install, [id(10)]);
}

#[tokio::test]
async fn an_old_cookie_is_renewed_before_it_is_used() {
    let spec = Spec::start(Vec::new()).await;
    let mut client = client(&spec);
    client.scan().await.expect("a scan");
    let expired = Cookie { expiration: "2026-10-04T15:00:00Z".parse().ok(), encrypted_data: vec![7; 8] };
    client.set_cookie(Some(expired));
    spec.operations();
    client.scan().await.expect("a scan");
    assert_eq!(spec.operations(), ["GetAuthorizationCookie", "GetCookie", "SyncUpdates", "SyncUpdates"]);
    // A clock that is a day ahead finds every cookie expired, and still comes through.
    client.behaviour_mut().clock_offset = SignedDuration::from_hours(24);
    client.scan().await.expect("a scan");
    assert_eq!(spec.operations(), ["GetAuthorizationCookie", "GetCookie", "SyncUpdates", "SyncUpdates"]);
}

#[tokio::test]
async fn four_hundred_installed_categories_pass_and_one_more_fails() {
    for (count, passes) in [(400, true), (401, false)] {
        let spec = Spec::start((1..=count).map(Update::category).collect()).await;
        spec.state().page = 200;
        let mut client = client(&spec);
        match client.scan().await {
            Ok(outcome) => assert!(passes && outcome.cached == 400, "{count}"),
            Err(error) => {
                assert!(!passes, "{error}");
                assert_eq!(error.hresult(), 0x8024_4007);
                assert_eq!(error.fault().expect("a fault").message, "parameters.InstalledNonLeafUpdateIDs");
            }
        }
    }
}

#[tokio::test]
async fn an_update_without_deployment_fails_the_scan() {
    let spec = Spec::start(vec![Update::software(10)]).await;
    spec.state().without_deployment = true;
    let error = client(&spec).scan().await.expect_err("no deployment");
    assert_eq!(error.hresult(), 0x8007_0057);
}

#[tokio::test]
async fn a_server_that_breaks_the_specification_is_complained_of() {
    let leaf_by_mistake = |mut update: Update| {
        update.is_leaf = true;
        update
    };
    let spec = Spec::start(vec![
        leaf_by_mistake(Update::category(1)),
        Update::bundle(20, &[&[21]]),
        Update::software(21).action(DeploymentAction::Evaluate),
        Update::software(22),
        Update::software(22).revision(200, 4000),
    ])
    .await;
    let outcome = client(&spec).scan().await.expect("a scan");
    assert_eq!(outcome.complaints, [Complaint::MemberAction(1021, id(20)), Complaint::TwoRevisions(id(22))]);
    let spec = Spec::start(vec![leaf_by_mistake(Update::category(1)), Update::category(2)]).await;
    spec.change(2, |update| update.prerequisites = vec![vec![1]]);
    let mut client = client(&spec);
    client.scan().await.expect("a scan");
    assert_eq!(client.cached_ids().1, [1001], "the agent stops at that level silently");
}

#[tokio::test]
async fn answers_need_not_be_compressed() {
    let spec = Spec::start(graph(vec![Update::software(10)])).await;
    let options =
        sluice_sim::windows::ServerOptions { xpress: false, ..sluice_sim::windows::ServerOptions::plain(&spec.url) };
    let server = sluice_sim::windows::Server::new(&options, crate::host(crate::NOW)).expect("a server");
    let machine = crate::machine(1);
    let mut plain =
        sluice_sim::windows::WindowsClient::new(machine, std::sync::Arc::clone(&server), Behaviour::default());
    assert_eq!(plain.scan().await.expect("a scan").needed, [id(10)]);
    assert_eq!(server.meter().received(), server.meter().received_plain());
    let packed = crate::server(&spec.url);
    let mut client = sluice_sim::windows::WindowsClient::new(
        crate::machine(2),
        std::sync::Arc::clone(&packed),
        Behaviour::default(),
    );
    assert_eq!(client.scan().await.expect("a scan").needed, [id(10)]);
    assert!(packed.meter().received() < packed.meter().received_plain());
    assert_eq!(packed.meter().operations()["SyncUpdates"].requests, 5);
}

#[tokio::test]
async fn the_target_group_of_the_policy_is_said() {
    let spec = Spec::start(Vec::new()).await;
    let behaviour = Behaviour { target_group: Some("Office;Pilot".into()), ..Behaviour::default() };
    client_with(&spec, behaviour).scan().await.expect("a scan");
    assert_eq!(spec.state().target_groups, ["Office;Pilot"]);
}

#[tokio::test]
async fn a_renamed_computer_registers_again() {
    let spec = Spec::start(Vec::new()).await;
    let mut client = client(&spec);
    client.scan().await.expect("a scan");
    client.machine_mut().set_dns_name("renamed.sim.example");
    spec.operations();
    client.scan().await.expect("a scan");
    assert_eq!(spec.operations(), ["RegisterComputer", "SyncUpdates", "SyncUpdates"]);
    client.scan().await.expect("a scan");
    assert_eq!(spec.operations(), ["SyncUpdates", "SyncUpdates"]);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_reported_later() {
    let server = crate::server("http://127.0.0.1:1");
    let mut client = sluice_sim::windows::WindowsClient::new(crate::machine(1), server, Behaviour::default());
    let error = client.scan().await.expect_err("nobody there");
    assert_eq!(error.hresult(), 0x8007_2EFD);
    let spec = Spec::start(Vec::new()).await;
    client.move_to(crate::server(&spec.url));
    client.scan().await.expect("a scan");
    client.report().await.expect("a report");
    let events: Vec<i32> = spec.events().iter().map(|event| event.basic_data.event_id).collect();
    assert_eq!(events, [148, 147, 156]);
}
