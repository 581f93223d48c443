//! Servers further down: who is served, what they are told, and what they report.

use sluice_site::selection::SelectionEdit;
use std::net::{IpAddr, Ipv4Addr};

use jiff::{SignedDuration, Timestamp};
use sluice_catalog::downstream::FilterEntry;
use sluice_model::{
    CategoryId, Classification, ComplianceState, DeviceId, ReportedState, RevisionRef, ServerId, UpdateId,
    WindowsComputer,
};
use sluice_site::PageRequest;
use sluice_site::devices::{DeviceFilter, DeviceOwner, DeviceSort};
use sluice_site::downstream::admin::DownstreamState;
use sluice_site::downstream::rollup::{
    ComputerChange, ComputerDetails, ComputerReport, ServerReport, StateReport, StatusReport,
};
use sluice_site::downstream::settings::{DownstreamAccess, DownstreamSettingsChange};
use sluice_site::downstream::{ListRequest, ServerAuthorization, ServerCookieRequest, ServerFault};
use sluice_store::meta;
use uuid::Uuid;

use crate::windows_catalog::{WINDOWS_10, WINDOWS_11, id, publish};
use crate::world::World;

const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 8));
const SERVER: Uuid = Uuid::from_u128(0x5e4);

fn authorization(server: Uuid) -> ServerAuthorization {
    ServerAuthorization { name: "wsus.branch.example".into(), id: server.to_string(), programs: Vec::new(), peer: PEER }
}

async fn serve(world: &World, access: DownstreamAccess) {
    let change = DownstreamSettingsChange { access: Some(access), ..DownstreamSettingsChange::default() };
    world.site.change_downstream_settings(&world.admin, change).await.unwrap();
}

async fn cookie(world: &World, server: Uuid, protocol: &str) -> Result<Vec<u8>, ServerFault> {
    let authorization = world.site.downstream_authorize(authorization(server)).await?;
    let request = ServerCookieRequest { authorizations: vec![authorization], protocol: protocol.into() };
    Ok(world.site.downstream_cookie(&request)?.data)
}

/// A site with a catalog that serves an approved server, and that server's cookie.
async fn approved() -> (World, Vec<u8>) {
    let mut world = World::new().await;
    publish(&mut world).await;
    serve(&world, DownstreamAccess::Approved).await;
    world.site.approve_downstream(&world.admin, ServerId(SERVER), Some("branch")).await.unwrap();
    let cookie = cookie(&world, SERVER, "1.20").await.unwrap();
    (world, cookie)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_served_until_an_administrator_says_so() {
    let mut world = World::new().await;
    publish(&mut world).await;
    let refused = Err(ServerFault::NotApproved);
    assert_eq!(cookie(&world, SERVER, "1.20").await, refused);
    serve(&world, DownstreamAccess::Approved).await;
    assert_eq!(cookie(&world, SERVER, "1.20").await, refused);
    let [asking] = &world.site.downstream_servers(&world.admin).unwrap()[..] else { panic!("one server") };
    assert_eq!((asking.state, &*asking.name), (DownstreamState::Pending, "wsus.branch.example"));
    assert_eq!(asking.address, "192.0.2.7");
    assert_eq!(world.site.downstream_refused(), 2);

    world.site.approve_downstream(&world.admin, ServerId(SERVER), None).await.unwrap();
    let mine = cookie(&world, SERVER, "1.20").await.unwrap();
    assert_eq!(world.site.downstream_check(&mine), Ok(()));
    world.restart().await;
    assert_eq!(world.site.downstream_check(&mine), Ok(()), "approval and cookie survive a restart");
    serve(&world, DownstreamAccess::Nobody).await;
    assert_eq!(world.site.downstream_check(&mine), Err(ServerFault::InvalidCookie));
    assert_eq!(cookie(&world, SERVER, "1.20").await, refused);

    serve(&world, DownstreamAccess::Anybody).await;
    let other = Uuid::from_u128(9);
    assert!(cookie(&world, other, "1.20").await.is_ok());
    let states: Vec<_> =
        world.site.downstream_servers(&world.admin).unwrap().iter().map(|server| server.state).collect();
    assert_eq!(states, [DownstreamState::Approved, DownstreamState::Admitted]);
    serve(&world, DownstreamAccess::Approved).await;
    assert_eq!(cookie(&world, other, "1.20").await, refused, "what came by itself is not approved");
    world.site.remove_downstream(&world.admin, ServerId(SERVER)).await.unwrap();
    assert_eq!(world.site.downstream_check(&mine), Err(ServerFault::InvalidCookie));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cookies_end_and_versions_are_checked() {
    let (world, mine) = approved().await;
    for (version, fault) in [
        ("2.0", ServerFault::IncompatibleProtocolVersion),
        ("", ServerFault::InvalidParameters("protocolVersion")),
        ("1.x", ServerFault::InvalidParameters("protocolVersion")),
    ] {
        assert_eq!(cookie(&world, SERVER, version).await, Err(fault), "{version}");
    }
    let request = ServerCookieRequest { authorizations: Vec::new(), protocol: "1.20".into() };
    assert_eq!(world.site.downstream_cookie(&request), Err(ServerFault::InvalidAuthorizationCookie));
    // A cookie is no authorization, nor is one of a Windows device.
    let request = ServerCookieRequest { authorizations: vec![mine.clone()], protocol: "1.20".into() };
    assert_eq!(world.site.downstream_cookie(&request), Err(ServerFault::InvalidAuthorizationCookie));
    let mut forged = mine.clone();
    forged[20] ^= 1;
    assert_eq!(world.site.downstream_check(&forged), Err(ServerFault::InvalidCookie));
    assert_eq!(world.site.downstream_check(&[]), Err(ServerFault::InvalidCookie));
    world.pass(SignedDuration::from_mins(239));
    assert_eq!(world.site.downstream_check(&mine), Ok(()));
    world.pass(SignedDuration::from_mins(1));
    assert_eq!(world.site.downstream_check(&mine), Err(ServerFault::InvalidCookie));
}

fn filter(categories: &[CategoryId], anchor: &str) -> ListRequest {
    let delta = !anchor.is_empty();
    ListRequest {
        anchor: anchor.into(),
        configuration: false,
        categories: categories.iter().map(|id| FilterEntry { id: *id, delta }).collect(),
        classifications: vec![FilterEntry { id: Classification::UpdateRollups.id(), delta }],
        new_language: false,
    }
}

fn ids(revisions: &[RevisionRef]) -> Vec<UpdateId> {
    revisions.iter().map(|revision| revision.update).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_have_stable_anchors() {
    let (mut world, mine) = approved().await;
    let list = world.site.downstream_list(&mine, filter(&[WINDOWS_11], "")).await.unwrap();
    assert_eq!(ids(&list.revisions), [id(110), id(111)]);
    let server = world.site.downstream_server(&world.admin, ServerId(SERVER)).unwrap();
    assert_eq!((server.behind, server.last_sync_at), (Some(0), Some(world.now())));
    world.restart().await;
    let next = world.site.downstream_list(&mine, filter(&[WINDOWS_11], &list.anchor)).await.unwrap();
    assert_eq!(next.revisions, [], "nothing new, also after a restart");
    assert_eq!(next.anchor, list.anchor);
    let mut more = filter(&[WINDOWS_11, WINDOWS_10], &list.anchor);
    more.categories[1].delta = false;
    let more = world.site.downstream_list(&mine, more).await.unwrap();
    assert_eq!(ids(&more.revisions), [id(100)], "a category that is new in the filter");

    for anchor in ["garbage", "9438,2026-10-04 16:33:26.668"] {
        let refused = world.site.downstream_list(&mine, filter(&[WINDOWS_11], anchor)).await;
        assert_eq!(refused, Err(ServerFault::InvalidParameters("filter")));
    }
    // The epoch of the test's database is [7; 16].
    let other = list.anchor.replacen("0707", "0708", 1);
    let refused = world.site.downstream_list(&mine, filter(&[WINDOWS_11], &other)).await;
    assert_eq!(refused, Err(ServerFault::ServerChanged), "another database");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_selected_again_is_listed_again() {
    let (world, mine) = approved().await;
    let all = world.site.downstream_list(&mine, filter(&[WINDOWS_11], "")).await.unwrap();
    world
        .site
        .change_selection(&world.admin, SelectionEdit { deselect: vec![WINDOWS_11], ..SelectionEdit::default() })
        .await
        .unwrap();
    let without = world.site.downstream_list(&mine, filter(&[WINDOWS_11], &all.anchor)).await.unwrap();
    assert_eq!(without.revisions, []);
    world
        .site
        .change_selection(&world.admin, SelectionEdit { select: vec![WINDOWS_11], ..SelectionEdit::default() })
        .await
        .unwrap();
    let again = world.site.downstream_list(&mine, filter(&[WINDOWS_11], &without.anchor)).await.unwrap();
    assert_eq!(again.revisions, all.revisions);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_are_told_of_declined_updates_and_groups() {
    let (world, mine) = approved().await;
    let list = world.site.downstream_list(&mine, filter(&[WINDOWS_11], "")).await.unwrap();
    world.site.decline_updates(&world.admin, vec![id(111)], "no").await.unwrap();
    let ring = world.site.create_collection(&world.admin, "Ring 1", Vec::new(), None).await.unwrap();
    let told = world.site.downstream_decisions(&mine, "", &list.anchor).await.unwrap();
    assert_eq!(told.hidden, [id(111)]);
    let groups: Vec<_> = told.groups.iter().map(|group| (&*group.name, group.built_in)).collect();
    assert_eq!(groups, [("All Computers", true), ("Unassigned Computers", true), ("Ring 1", false)]);
    assert_eq!(told.groups[2].id, ring.id.0);
    assert_eq!(told.groups[2].parent, told.groups[0].id);
    let again = world.site.downstream_decisions(&mine, &told.anchor, &list.anchor).await.unwrap();
    assert_eq!((again.deployments, again.dead), (vec![], vec![]));
    let refused = world.site.downstream_decisions(&mine, "", "").await;
    assert_eq!(refused, Err(ServerFault::InvalidParameters("syncAnchor")));
    let refused = world.site.downstream_decisions(&mine, "nonsense", &list.anchor).await;
    assert_eq!(refused, Err(ServerFault::InvalidParameters("deploymentAnchor")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_have_limits() {
    let (world, mine) = approved().await;
    let form = sluice_site::downstream::DocumentForm { soap12: false, xpress: false };
    let ask = async |revisions: &[RevisionRef]| {
        world.site.downstream_documents(&mine, revisions, form, |_| Ok(Vec::new())).await
    };
    let one = RevisionRef { update: id(110), number: 1 };
    assert_eq!(ask(&[]).await, Err(ServerFault::InvalidParameters("updateIds")));
    assert_eq!(ask(&[one; 101]).await, Err(ServerFault::InvalidParameters("updateIds")));
    let unknown = RevisionRef { update: id(110), number: 2 };
    assert_eq!(ask(&[one, unknown]).await, Err(ServerFault::UnknownRevision));
    let missing = world.site.downstream_download(&mine, &[vec![7; 20]]).await;
    assert_eq!(missing, Err(ServerFault::FileDigestsMissing("BwcHBwcHBwcHBwcHBwcHBwcHBwc=".into())));
    assert_eq!(
        world.site.downstream_download(&mine, &[vec![7; 19]]).await,
        Err(ServerFault::InvalidParameters("fileDigestList"))
    );
}

fn report(server: Uuid, parent: Uuid, name: &str) -> ServerReport {
    ServerReport { id: server, parent, name: name.into(), version: "10.0.1".into(), ..ServerReport::default() }
}

fn computer(name: &str, server: Uuid, at: Timestamp, details: bool) -> ComputerReport {
    ComputerReport {
        id: format!("id-of-{name}"),
        server: ServerId(server),
        last_sync_at: Some(at),
        last_sync_failed: false,
        details: details.then(|| ComputerDetails {
            name: name.into(),
            family: "Windows".into(),
            computer: WindowsComputer { os_version: [10, 0, 26100], product_type: 1, ..WindowsComputer::default() },
            ..ComputerDetails::default()
        }),
    }
}

fn state(number: u128, state: Option<ReportedState>, at: Timestamp) -> StateReport {
    StateReport { update: id(number), state, changed_at: Some(at) }
}

fn status(name: &str, number: i32, full: bool, at: Timestamp, states: Vec<StateReport>) -> StatusReport {
    StatusReport { id: format!("id-of-{name}"), detected_at: Some(at), number, full, states }
}

fn names(world: &World, owner: Option<DeviceOwner>) -> Vec<String> {
    let filter = DeviceFilter { owner, ..DeviceFilter::default() };
    let page = world.site.list_devices(&world.admin, &filter, DeviceSort::Name, false, &PageRequest::default());
    page.unwrap().items.into_iter().map(|row| row.name).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn devices_of_a_server_are_in_the_fleet_and_survive_a_restart() {
    let (mut world, mine) = approved().await;
    world.site.downstream_list(&mine, filter(&[WINDOWS_11], "")).await.unwrap();
    world.pass(SignedDuration::from_mins(10));
    let (site, now, below) = (&world.site, world.now(), Uuid::from_u128(0xbe));
    let configuration = site.downstream_rollup(PEER).unwrap();
    assert_ne!(configuration.server, Uuid::nil());
    let servers = vec![report(below, SERVER, "below"), report(SERVER, Uuid::nil(), "branch")];
    site.downstream_report_servers(PEER, Some(now), servers).await.unwrap();
    let listed: Vec<_> = site
        .downstream_servers(&world.admin)
        .unwrap()
        .into_iter()
        .map(|server| (server.name, server.state, server.parent))
        .collect();
    let expected = [
        ("branch".to_owned(), DownstreamState::Approved, None),
        ("below".to_owned(), DownstreamState::Below, Some(ServerId(SERVER))),
    ];
    assert_eq!(listed, expected);

    // Without details a new device is asked for them, and is none yet.
    let computers = vec![computer("pc-1", SERVER, now, false), computer("pc-2", below, now, true)];
    let changed = site.downstream_report_computers(PEER, Some(now), computers).await.unwrap();
    assert_eq!(changed, [("id-of-pc-1".to_owned(), ComputerChange::NewParent)]);
    assert_eq!(names(&world, None), ["pc-2"]);
    let computers = vec![computer("pc-1", SERVER, now, true)];
    assert_eq!(site.downstream_report_computers(PEER, Some(now), computers).await.unwrap(), []);
    assert_eq!(names(&world, None), ["pc-1", "pc-2"]);
    assert_eq!(names(&world, Some(DeviceOwner::Here)), Vec::<String>::new());
    assert_eq!(names(&world, Some(DeviceOwner::Server(ServerId(SERVER)))), ["pc-1", "pc-2"]);
    assert_eq!(names(&world, Some(DeviceOwner::Server(ServerId(below)))), ["pc-2"]);

    let numbers = || vec![("id-of-pc-1".to_owned(), 1), ("id-of-pc-2".to_owned(), 0), ("unknown".to_owned(), 4)];
    let out = site.downstream_out_of_step(PEER, ServerId(SERVER), numbers()).unwrap();
    assert_eq!(out, ["id-of-pc-1"]);
    let states = vec![state(110, Some(ReportedState::Needed), now), state(111, Some(ReportedState::Installed), now)];
    let reports = vec![status("pc-1", 1, true, now, states)];
    assert!(site.downstream_report_status(PEER, Some(now), ServerId(SERVER), reports).await.unwrap());
    assert_eq!(site.downstream_out_of_step(PEER, ServerId(SERVER), numbers()).unwrap(), Vec::<String>::new());
    let device = DeviceId::of_downstream(ServerId(SERVER), "ID-OF-PC-1");
    let state_of = |world: &World, update| world.site.explain(&world.admin, device, id(update)).unwrap().state;
    assert_eq!(state_of(&world, 110), ComplianceState::Required);
    assert_eq!(state_of(&world, 111), ComplianceState::Installed);
    assert_eq!(state_of(&world, 100), ComplianceState::NotRequired, "the server was told of it before");

    // What is older than what is known changes nothing; the rest of a delta stays.
    let before = now - SignedDuration::from_mins(1);
    let states = vec![state(110, Some(ReportedState::Installed), before), state(100, Some(ReportedState::Failed), now)];
    let reports = vec![status("pc-1", 2, false, now, states)];
    assert!(world.site.downstream_report_status(PEER, Some(now), ServerId(SERVER), reports).await.unwrap());
    world.restart().await;
    assert_eq!(state_of(&world, 110), ComplianceState::Required);
    assert_eq!(state_of(&world, 111), ComplianceState::Installed);
    assert_eq!(state_of(&world, 100), ComplianceState::Required);
    assert_eq!(names(&world, Some(DeviceOwner::Server(ServerId(below)))), ["pc-2"]);
    assert_eq!(world.site.overview(&world.admin, None).await.unwrap().non_compliant, 1);

    // A full report replaces everything.
    let reports = vec![status("pc-1", 3, true, now, vec![state(111, None, now)])];
    assert!(world.site.downstream_report_status(PEER, Some(now), ServerId(SERVER), reports).await.unwrap());
    assert_eq!(state_of(&world, 110), ComplianceState::NotRequired);
    // The catalog of these tests has no documents.
    let mut problems = world.site.check_store(&world.admin).await.unwrap();
    problems.retain(|problem| !problem.contains("table update_document"));
    assert_eq!(problems, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_moved_or_was_removed() {
    let (world, _) = approved().await;
    let (site, now, below) = (&world.site, world.now(), Uuid::from_u128(0xbe));
    let servers = vec![report(below, SERVER, "below")];
    site.downstream_report_servers(PEER, Some(now), servers).await.unwrap();
    let report = async |computers| site.downstream_report_computers(PEER, Some(now), computers).await.unwrap();
    assert_eq!(report(vec![computer("pc", SERVER, now, true)]).await, []);
    assert_eq!(report(vec![computer("pc", SERVER, now, false)]).await, []);
    let moved = report(vec![computer("pc", below, now, false)]).await;
    assert_eq!(moved, [("id-of-pc".to_owned(), ComputerChange::NewParent)]);
    assert_eq!(names(&world, Some(DeviceOwner::Server(ServerId(below)))), ["pc"]);
    // An old report does not move it back.
    assert_eq!(report(vec![computer("pc", SERVER, now - SignedDuration::from_mins(5), false)]).await, []);
    assert_eq!(names(&world, Some(DeviceOwner::Server(ServerId(below)))), ["pc"]);

    let device = DeviceId::of_downstream(ServerId(SERVER), "id-of-pc");
    site.remove_device(&world.admin, device).await.unwrap();
    assert_eq!(names(&world, None), Vec::<String>::new());
    let deleted = report(vec![computer("pc", SERVER, now, true)]).await;
    assert_eq!(deleted, [("id-of-pc".to_owned(), ComputerChange::Deleted)]);
    assert_eq!(names(&world, None), Vec::<String>::new());
    // Told once; if it is still alive there, it comes back.
    assert_eq!(report(vec![computer("pc", SERVER, now, true)]).await, []);
    assert_eq!(names(&world, None), ["pc"]);
    site.remove_downstream(&world.admin, ServerId(SERVER)).await.unwrap();
    assert_eq!(names(&world, None), Vec::<String>::new());
    assert_eq!(site.downstream_servers(&world.admin).unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_wrong_is_corrected() {
    let (world, _) = approved().await;
    let (site, now) = (&world.site, world.now());
    let theirs = now + SignedDuration::from_hours(5);
    let synced = theirs - SignedDuration::from_mins(30);
    site.downstream_report_computers(PEER, Some(theirs), vec![computer("pc", SERVER, synced, true)]).await.unwrap();
    let device = DeviceId::of_downstream(ServerId(SERVER), "id-of-pc");
    let row = site.device(&world.admin, device).await.unwrap().row;
    assert_eq!(row.last_contact, Some(now - SignedDuration::from_mins(30)));
    assert_eq!(row.server.map(|(id, _)| id), Some(ServerId(SERVER)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_speaks_for_others() {
    let (world, _) = approved().await;
    let (site, now, other) = (&world.site, world.now(), Uuid::from_u128(0x07));
    site.approve_downstream(&world.admin, ServerId(other), Some("other")).await.unwrap();
    let refused = Err(ServerFault::NotApproved);
    assert_eq!(site.downstream_rollup(ELSEWHERE).map(drop), Err(ServerFault::NotApproved));
    let computers = || vec![computer("pc", SERVER, now, true)];
    assert_eq!(site.downstream_report_computers(ELSEWHERE, Some(now), computers()).await, refused);
    // Approved, and never authorized: it is nowhere.
    assert_eq!(
        site.downstream_report_computers(PEER, Some(now), vec![computer("pc", other, now, true)]).await,
        refused
    );
    let stranger = Uuid::from_u128(0xbad);
    let servers = vec![report(stranger, Uuid::nil(), "stranger")];
    assert_eq!(site.downstream_report_servers(PEER, Some(now), servers).await, Err(ServerFault::NotApproved));
    // A server does not take another one over.
    let servers = vec![report(other, SERVER, "mine now")];
    site.downstream_report_servers(PEER, Some(now), servers).await.unwrap();
    let other = site.downstream_server(&world.admin, ServerId(other)).unwrap();
    assert_eq!((&*other.name, other.parent), ("other", None));
    let too_many = vec![StatusReport::default(); 26];
    let refused = site.downstream_report_status(PEER, Some(now), ServerId(SERVER), too_many).await;
    assert_eq!(refused, Err(ServerFault::InvalidParameters("computers")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removed_server_stays_removed_whatever_it_reports_meanwhile() {
    let (mut world, _) = approved().await;
    let now = world.now();
    world.site.downstream_report_computers(PEER, Some(now), vec![computer("pc", SERVER, now, true)]).await.unwrap();
    // Many reports are under way while it is removed, some before and some after it.
    let reports: Vec<_> = (0..20)
        .map(|_| {
            let site = world.site.clone();
            let servers = vec![report(SERVER, Uuid::nil(), "branch")];
            tokio::spawn(async move { site.downstream_report_servers(PEER, Some(now), servers).await })
        })
        .collect();
    world.site.remove_downstream(&world.admin, ServerId(SERVER)).await.unwrap();
    for report in reports {
        let reported = report.await.unwrap();
        assert!(matches!(reported, Ok(()) | Err(ServerFault::NotApproved)), "{reported:?}");
    }
    for _ in 0..2 {
        assert_eq!(world.site.downstream_servers(&world.admin).unwrap(), []);
        assert_eq!(names(&world, None), Vec::<String>::new());
        world.restart().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_server_in_a_report_does_not_stop_the_others() {
    let (world, _) = approved().await;
    let (site, now) = (&world.site, world.now());
    let foreign = Uuid::from_u128(0xf0);
    let computers = vec![computer("theirs", foreign, now, true), computer("ours", SERVER, now, true)];
    assert_eq!(site.downstream_report_computers(PEER, Some(now), computers).await.unwrap(), []);
    assert_eq!(names(&world, None), ["ours"]);
    // Three levels that are all new.
    let [one, two, three] = [1, 2, 3].map(|number| Uuid::from_u128(0xbe00 + number));
    let servers = vec![report(one, SERVER, "one"), report(two, one, "two"), report(three, two, "three")];
    site.downstream_report_servers(PEER, Some(now), servers).await.unwrap();
    let known = site.downstream_server(&world.admin, ServerId(three)).unwrap();
    assert_eq!((known.state, known.parent), (DownstreamState::Below, Some(ServerId(two))));
    assert_eq!(site.downstream_server(&world.admin, ServerId(two)).unwrap().parent, Some(ServerId(one)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_what_replicas_were_told_is_lost_they_ask_for_everything() {
    let (mut world, mine) = approved().await;
    let list = world.site.downstream_list(&mine, filter(&[WINDOWS_11], "")).await.unwrap();
    let told = world.site.downstream_decisions(&mine, "", &list.anchor).await.unwrap();
    assert_eq!(world.site.downstream_decisions(&mine, &told.anchor, &list.anchor).await.unwrap().anchor, told.anchor);
    let store = world.store().await;
    let key = "downstream-deployments-told";
    store.write(move |tx| Box::pin(async move { meta::set(tx, key, b"damaged").await })).await.unwrap();
    store.close().await;
    world.restart().await;
    let refused = world.site.downstream_decisions(&mine, &told.anchor, &list.anchor).await;
    assert_eq!(refused, Err(ServerFault::ServerChanged));
    let anew = world.site.downstream_decisions(&mine, "", &list.anchor).await.unwrap();
    assert!(world.site.downstream_decisions(&mine, &anew.anchor, &list.anchor).await.is_ok());
}
