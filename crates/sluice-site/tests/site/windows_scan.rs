//! Scans of Windows clients, from imported documents to what is offered.

use jiff::SignedDuration;
use sluice_model::{CategoryId, DeploymentPriority, DeploymentSpec, DeploymentTarget, DeviceId, Intent, Name};
use sluice_site::windows::category_scan::RequestedCategory;
use sluice_site::windows::extended::WantedInfo;
use sluice_site::windows::session::CookieRequest;
use sluice_site::windows::settings::{Targeting, WindowsSettingsChange};
use sluice_site::windows::sync::{ClientAction, SyncRequest, SystemDevice};
use sluice_site::windows::{ClientFault, Protocol};

use crate::deployments::spec;
use crate::windows_client::{Client, RECIPIENT};
use crate::windows_documents::{
    BUNDLE, COMPANY, DETECTOID, FAMILY, MEMBER, PATCH, PRODUCT, SECURITY, catalog, id, import, patch,
};
use crate::world::World;

async fn with_catalog() -> World {
    let world = World::new().await;
    import(&world, &catalog()).await;
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_registers_and_scans_level_by_level() {
    let world = with_catalog().await;
    let mut client = Client::new("e1da06a3-5601-43c9-bac3-52d5db701494");
    client.start(&world).unwrap();
    assert_eq!(world.site.fleet().len(), 0, "authorization makes no device");
    assert!(client.is_unregistered(&world).await);
    client.register(&world).await;
    assert_eq!(world.site.fleet().len(), 1);

    let rounds = client.scan(&world).await.unwrap();
    let sorted = |numbers: &[u128]| {
        let mut ids: Vec<_> = numbers.iter().map(|n| id(*n)).collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(
        rounds,
        [
            sorted(&[COMPANY, SECURITY]),
            sorted(&[FAMILY]),
            sorted(&[PRODUCT, DETECTOID]),
            sorted(&[PATCH, BUNDLE, MEMBER]),
        ]
    );
    let actions = [PRODUCT, PATCH, BUNDLE, MEMBER].map(|number| client.action(id(number)).unwrap());
    use ClientAction::{Bundle, Evaluate, PreDeploymentCheck};
    assert_eq!(actions, [Evaluate, PreDeploymentCheck, PreDeploymentCheck, Bundle], "needs are known before approval");
    assert_eq!(client.scan(&world).await.unwrap().len(), 0, "nothing new");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deployments_change_what_is_told() {
    let mut world = with_catalog().await;
    let mut client = Client::new("client-1");
    client.register(&world).await;
    client.scan(&world).await.unwrap();

    let target = DeploymentTarget::Updates(vec![id(PATCH)]);
    let urgent = DeploymentSpec { priority: DeploymentPriority::High, ..spec(&world, "Ring 1", target.clone()) };
    let made = world.site.create_deployment(&world.admin, urgent).await.unwrap();
    let answer = client.round(&world, &client.lists()).await.unwrap();
    let [changed] = answer.changed.as_slice() else { panic!("{answer:?}") };
    assert_eq!((changed.deployment.action, changed.core.is_none()), (ClientAction::Install, true));
    assert_eq!(changed.deployment.deadline, Some(world.now()));
    assert_eq!(changed.deployment.priority, DeploymentPriority::High);
    assert!(answer.new.is_empty() && answer.out_of_scope.is_empty() && !answer.truncated);
    let answer = client.round(&world, &client.lists()).await.unwrap();
    assert!(answer.changed.is_empty(), "told once");

    world.site.cancel_deployment(&world.admin, made.id).await.unwrap();
    // Also over a restart of the site, with a cookie of before.
    world.restart().await;
    client.round(&world, &client.lists()).await.unwrap();
    assert_eq!(client.action(id(PATCH)), Some(ClientAction::PreDeploymentCheck));

    let blocked = DeploymentSpec { intent: Intent::Block, deadline: None, ..spec(&world, "Never", target) };
    world.site.create_deployment(&world.admin, blocked).await.unwrap();
    let answer = client.round(&world, &client.lists()).await.unwrap();
    assert_eq!(answer.changed.len(), 1, "told again, though it is to do the same");
    assert_eq!(client.action(id(PATCH)), Some(ClientAction::PreDeploymentCheck));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collection_that_moves_changes_who_wins() {
    let world = with_catalog().await;
    let mut client = Client::new("client-1");
    client.register(&world).await;
    let device = DeviceId::of_windows_client("client-1");
    let make =
        async |name: &str| world.site.create_collection(&world.admin, name, vec![device], None).await.unwrap().id;
    let (whole, part) = (make("Whole").await, make("Part").await);
    let target = DeploymentTarget::Updates(vec![id(PATCH)]);
    let to_whole = DeploymentSpec { collection: whole, ..spec(&world, "Whole", target) };
    let to_part = DeploymentSpec {
        name: Name::new("Part").unwrap(),
        collection: part,
        intent: Intent::Available,
        deadline: None,
        ..to_whole.clone()
    };
    for deployment in [to_whole, to_part] {
        world.site.create_deployment(&world.admin, deployment).await.unwrap();
    }
    client.scan(&world).await.unwrap();
    assert_eq!(client.action(id(PATCH)), Some(ClientAction::Install), "required wins over available");
    // The device is in the same collections as before, and yet another deployment wins.
    world.site.set_collection_parent(&world.admin, part, Some(whole)).await.unwrap();
    client.round(&world, &client.lists()).await.unwrap();
    assert_eq!(client.action(id(PATCH)), Some(ClientAction::OptionalInstall), "the nearer collection wins");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_revision_takes_the_place_of_the_old_in_one_answer() {
    let world = with_catalog().await;
    let mut client = Client::new("client-1");
    client.register(&world).await;
    client.scan(&world).await.unwrap();
    let old = client.number(id(PATCH)).unwrap();
    import(&world, &[patch(101)]).await;
    let answer = client.round(&world, &client.lists()).await.unwrap();
    assert_eq!(answer.out_of_scope, [old]);
    assert_eq!(answer.new.len(), 1);
    assert_eq!(client.cache[&client.number(id(PATCH)).unwrap()].revision, 101);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_names_groups_when_the_settings_say_so() {
    let world = with_catalog().await;
    let pilot = world.site.create_collection(&world.admin, "Pilot", Vec::new(), None).await.unwrap();
    let target = DeploymentTarget::Updates(vec![id(PATCH)]);
    let to_pilot = DeploymentSpec { collection: pilot.id, ..spec(&world, "Pilot ring", target) };
    world.site.create_deployment(&world.admin, to_pilot).await.unwrap();

    let mut client = Client::new("client-1");
    client.target_group = "Servers;pilot".into();
    client.register(&world).await;
    client.scan(&world).await.unwrap();
    assert_eq!(client.action(id(PATCH)), Some(ClientAction::PreDeploymentCheck), "the server decides");

    let change = WindowsSettingsChange { targeting: Some(Targeting::Client), ..WindowsSettingsChange::default() };
    world.site.change_windows_settings(&world.admin, change).await.unwrap();
    assert_eq!(client.scan(&world).await, Err(ClientFault::ConfigChanged));
    client.start(&world).unwrap();
    client.scan(&world).await.unwrap();
    assert_eq!(client.action(id(PATCH)), Some(ClientAction::Install));

    client.target_group = "Servers".into();
    client.start(&world).unwrap();
    client.scan(&world).await.unwrap();
    assert_eq!(client.action(id(PATCH)), Some(ClientAction::PreDeploymentCheck), "it left the group");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filtered_rounds_bring_the_way_to_a_category() {
    let world = with_catalog().await;
    let asked = |number, group| RequestedCategory { group, category: id(number) };
    let scan = |requested: &[RequestedCategory]| world.site.windows_category_scan(requested).unwrap();
    assert_eq!(scan(&[asked(PRODUCT, 0)]).preferred, [id(PRODUCT)]);
    assert_eq!(scan(&[asked(PRODUCT, 0), asked(SECURITY, 0)]).preferred, [id(PRODUCT)]);
    let mixed = scan(&[asked(7, 0), asked(PRODUCT, 1)]);
    assert_eq!((mixed.preferred, mixed.unknown), (vec![id(PRODUCT)], vec![id(7)]));
    assert_eq!(scan(&[asked(PRODUCT, 1), asked(SECURITY, 2)]).preferred, [], "a classification alone is no filter");
    assert_eq!(scan(&[asked(PRODUCT, 1), asked(FAMILY, 1)]).preferred, []);
    let many: Vec<_> = (0..200).map(|group| asked(PRODUCT, group)).collect();
    let refused = world.site.windows_category_scan(&many);
    assert_eq!(refused, Err(ClientFault::InvalidParameters("requestedCategories")));

    let mut client = Client::new("client-1");
    client.register(&world).await;
    let filtered =
        |client: &Client| SyncRequest { filter: vec![CategoryId(id(PRODUCT).0)], two_lists: true, ..client.lists() };
    for expected in [COMPANY, FAMILY, PRODUCT] {
        let answer = client.round(&world, &filtered(&client)).await.unwrap();
        assert_eq!(answer.no_drivers, Some(true));
        assert!(client.number(id(expected)).is_some(), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_is_told_of_what_was_offered() {
    let world = with_catalog().await;
    let mut client = Client::new("client-1");
    client.register(&world).await;
    client.scan(&world).await.unwrap();
    let (patch, product) = (client.number(id(PATCH)).unwrap(), client.number(id(PRODUCT)).unwrap());
    let both = WantedInfo { extended: true, localized: true, ..WantedInfo::default() };
    let locales = ["en-US".to_owned(), "en".to_owned()];
    let ask = async |ids: &[i32], wanted, locales: &[String]| {
        world.site.windows_extended(RECIPIENT, &client.cookie, ids, wanted, locales, None).await
    };
    let answer = ask(&[patch, 999_999, product], both, &locales).await.unwrap();
    let ids: Vec<_> = answer.fragments.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, [patch, product, patch, product], "all of one kind, then all of the next");
    assert_eq!(answer.out_of_scope, [999_999]);
    let repeated = ask(&[patch, 999_999, patch, 999_999, patch], both, &locales).await.unwrap();
    assert_eq!((repeated.fragments.len(), repeated.out_of_scope), (2, vec![999_999]), "each once");
    let paths: Vec<_> = answer.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["Content/49/A379D5526FB3A7A0423DA1CD7FC3182A8D448449.exe"]);

    let parameter = |name| Some(ClientFault::InvalidParameters(name));
    assert_eq!(ask(&[patch; 51], both, &locales).await.err(), parameter("revisionIDs"));
    assert_eq!(ask(&[patch], WantedInfo::default(), &locales).await.err(), parameter("infoTypes"));
    assert_eq!(ask(&[patch], both, &[]).await.err(), parameter("locales"));

    let digest = answer.files[0].sha1.to_vec();
    let located = world.site.windows_locations(&client.cookie, &[digest, vec![0; 20]]).unwrap();
    assert_eq!(located.files, answer.files);
    let short = world.site.windows_locations(&client.cookie, &[vec![0; 32]]);
    assert_eq!(short.err(), parameter("fileDigests"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_tell_the_agent_what_to_do() {
    let world = with_catalog().await;
    let mut client = Client::new("client-1");
    client.register(&world).await;
    let sync = async |cookie: &[u8], request: SyncRequest| {
        world.site.windows_sync(RECIPIENT, cookie, &request, None).await.err()
    };
    let ids = |count: i32| SyncRequest { installed_non_leaf: (0..count).collect(), ..SyncRequest::default() };
    assert_eq!(sync(&client.cookie, ids(400)).await, None);
    let parameter = ClientFault::InvalidParameters("parameters.InstalledNonLeafUpdateIDs");
    assert_eq!(sync(&client.cookie, ids(401)).await, Some(parameter));
    let spec = SyncRequest { devices: vec![Default::default()], ..SyncRequest::default() };
    assert_eq!(sync(&client.cookie, spec.clone()).await, Some(ClientFault::InvalidParameters("parameters.SystemSpec")));
    assert_eq!(sync(&client.cookie, SyncRequest { skip_software: true, ..spec }).await, None);
    let devices = |count: usize, ids: usize| SyncRequest {
        skip_software: true,
        devices: vec![SystemDevice { hardware_ids: vec!["PCI".into(); ids], ..SystemDevice::default() }; count],
        ..SyncRequest::default()
    };
    assert_eq!(sync(&client.cookie, devices(1, 16_383)).await, None);
    for too_many in [devices(1, 16_384), devices(8_193, 1), devices(16_385, 0)] {
        let refused = sync(&client.cookie, too_many).await;
        assert_eq!(refused, Some(ClientFault::InvalidParameters("parameters.SystemSpec")));
    }
    let printers = async |ids: &[i32]| world.site.windows_printers(RECIPIENT, &client.cookie, ids, &[]).await.err();
    assert_eq!(printers(&[1; 400]).await, None);
    assert_eq!(printers(&[1; 401]).await, Some(ClientFault::InvalidParameters("installedNonLeafUpdateIDs")));
    for forged in [&[][..], b"forged", &[0; 114]] {
        assert_eq!(sync(forged, SyncRequest::default()).await, Some(ClientFault::InvalidCookie));
    }

    let last_change = Some(world.site.windows_config().last_change);
    let cookie = |request: CookieRequest| {
        let protocol = Protocol::parse("2.90");
        world.site.windows_cookie(&CookieRequest { protocol, ..request }).err()
    };
    let authorization = client.authorize(&world).unwrap();
    let authorizations = vec![authorization.clone()];
    let good = CookieRequest { authorizations, last_change, ..CookieRequest::default() };
    assert_eq!(cookie(good.clone()), None);
    let none = CookieRequest { authorizations: Vec::new(), ..good.clone() };
    assert_eq!(cookie(none), Some(ClientFault::InvalidAuthorizationCookie));
    let two = CookieRequest { authorizations: vec![authorization.clone(); 2], ..good.clone() };
    assert_eq!(cookie(two), Some(ClientFault::InvalidAuthorizationCookie));
    let replayed = CookieRequest { authorizations: vec![client.cookie.clone()], ..good.clone() };
    assert_eq!(cookie(replayed), Some(ClientFault::InvalidAuthorizationCookie));
    assert_eq!(sync(&authorization, SyncRequest::default()).await, Some(ClientFault::InvalidCookie));
    let stale = CookieRequest { last_change: Some(jiff::Timestamp::UNIX_EPOCH), ..good.clone() };
    assert_eq!(cookie(stale), Some(ClientFault::ConfigChanged));
    let foreign = CookieRequest { old: vec![65; 224], ..good.clone() };
    assert_eq!(cookie(foreign), Some(ClientFault::InvalidCookie), "its cache has numbers of another server");
    assert_eq!(cookie(CookieRequest { old: client.cookie.clone(), ..good }), None);

    world.pass(SignedDuration::from_hours(12));
    assert_eq!(sync(&client.cookie, SyncRequest::default()).await, Some(ClientFault::CookieExpired));
    client.start(&world).unwrap();
    assert_eq!(sync(&client.cookie, SyncRequest::default()).await, None);
    for bad in ["", "a b", &"x".repeat(256), "<script>"] {
        let refused = Client::new(bad).authorize(&world).err();
        assert_eq!(refused, Some(ClientFault::InvalidParameters("clientId")), "{bad}");
    }
}
