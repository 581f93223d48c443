//! Windows devices register and report, and what they say is stored, served and told.

use std::net::IpAddr;

use jiff::SignedDuration;
use sluice_model::{
    ComplianceState, DeviceId, DeviceKind, EnforcementState, ErrorCode, RevisionRef, UpdateId, WindowsComputer,
};
use sluice_site::devices::{DeviceFilter, DeviceSort, DeviceState, Doubt};
use sluice_site::windows::reporting::{ClientEvent, ClientHardware, Registration, StatusLists};
use sluice_site::windows::session::{AuthorizeRequest, CookieRequest};
use sluice_site::windows::{ClientFault, Protocol};
use sluice_site::{PageRequest, SiteEvent};
use uuid::Uuid;

use crate::windows_catalog::{id, publish};
use crate::world::World;

const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

/// A client with a cookie.
struct Client<'w> {
    world: &'w World,
    device: DeviceId,
    cookie: Vec<u8>,
    next: u128,
}

fn registration(name: &str, model: &str) -> Registration {
    Registration {
        dns_name: name.into(),
        computer: WindowsComputer {
            os_version: [10, 0, 26200],
            product_type: 1,
            edition: 48,
            architecture: "AMD64".into(),
            agent_version: [1507, 2601, 30012, 0],
            manufacturer: "QEMU".into(),
            model: model.into(),
            ..WindowsComputer::default()
        },
    }
}

impl<'w> Client<'w> {
    fn new(world: &'w World, client_id: &str, dns_name: &str) -> Self {
        let site = &world.site;
        let request = AuthorizeRequest {
            client_id: client_id.into(),
            target_group: String::new(),
            dns_name: dns_name.into(),
            peer: PEER,
        };
        let authorization = site.windows_authorize(request).unwrap();
        let request = CookieRequest {
            authorizations: vec![authorization],
            old: Vec::new(),
            last_change: Some(site.windows_config().last_change),
            protocol: Protocol { major: 2, minor: 90 },
        };
        let cookie = site.windows_cookie(&request).unwrap().data;
        let device = DeviceId::of_windows_client(client_id);
        Self { world, device, cookie, next: device.0.as_u128() << 16 }
    }

    async fn registered(world: &'w World, client_id: &str, dns_name: &str) -> Self {
        let client = Self::new(world, client_id, dns_name);
        client.register(registration(dns_name, "q35")).await.unwrap();
        client
    }

    async fn register(&self, registration: Registration) -> Result<(), ClientFault> {
        self.world.site.windows_register(&self.cookie, registration).await
    }

    fn event(&mut self, event_id: i32, update: Option<UpdateId>) -> ClientEvent {
        self.next += 1;
        ClientEvent {
            instance: Uuid::from_u128(self.next),
            namespace: 1,
            event_id,
            at: Some(self.world.now()),
            update: update.map(|update| RevisionRef { update, number: 1 }),
            hardware: ClientHardware { manufacturer: "QEMU".into(), model: "q35".into(), dns_name: None },
            ..ClientEvent::default()
        }
    }

    fn status(&mut self, needed: &[u128], installed: &[u128]) -> ClientEvent {
        let ids = |list: &[u128]| list.iter().map(|n| id(*n)).collect();
        let lists = StatusLists { needed: ids(needed), installed: ids(installed), ..StatusLists::default() };
        ClientEvent { status: Some(lists), ..self.event(156, None) }
    }

    async fn report(&self, events: Vec<ClientEvent>) {
        self.world.site.windows_events(&self.cookie, Some(self.world.now()), events).await.unwrap();
        self.world.site.publish_reports().await;
        self.world.site.store_windows_notes().await.unwrap();
    }

    fn state(&self, update: u128) -> ComplianceState {
        self.world.site.explain(&self.world.admin, self.device, id(update)).unwrap().state
    }
}

async fn alerts(world: &World) -> Vec<String> {
    world.site.alerts(&world.admin, true).await.unwrap().into_iter().map(|alert| alert.message).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_registers_and_its_reports_survive_a_restart() {
    let mut world = World::new().await;
    publish(&mut world).await;
    let mut pc = Client::registered(&world, "e1da06a3-5601-43c9-bac3-52d5db701494", "pc-1").await;
    assert_eq!(pc.state(110), ComplianceState::Unknown);
    let scan = ClientEvent { strings: vec!["2".into()], ..pc.event(147, None) };
    let status = pc.status(&[110, 9_999], &[111]);
    let begun = pc.event(181, Some(id(110)));
    let failed = ClientEvent {
        result: -2_145_099_769,
        strings: vec!["0x80246007".into(), "Update 110".into()],
        ..pc.event(182, Some(id(110)))
    };
    let foreign = pc.event(183, Some(id(7_777)));
    let batch = vec![scan, status, begun, failed, foreign];
    pc.report(batch.clone()).await;
    pc.report(batch).await;

    let look = async |world: &World| {
        let detail = world.site.device(&world.admin, pc.device).await.unwrap();
        let row = &detail.row;
        assert_eq!((row.kind, row.os.as_str(), row.reported), (DeviceKind::Windows, "Windows 11 Pro 25H2", true));
        assert_eq!((row.required, row.installed, row.failures, row.needs_restart), (1, 1, 1, false));
        assert_eq!((row.scan_error, row.last_scan.is_some()), (None, true));
        assert_eq!(detail.agent_version, "1507.2601.30012.0");
        let windows = detail.windows.unwrap();
        assert_eq!((windows.protocol.as_str(), windows.dns_name.as_str()), ("2.90", "pc-1"));
        let [record] = &detail.enforcement[..] else { panic!("{:?}", detail.enforcement) };
        assert_eq!((record.state, record.error), (EnforcementState::InstallFailed, Some(ErrorCode(0x8024_6007))));
        assert_eq!(record.detail, "");
        let page = PageRequest { cursor: None, limit: Some(3) };
        let first = world.site.device_events(&world.admin, pc.device, page).await.unwrap();
        let page = PageRequest { cursor: first.next, limit: Some(3) };
        let second = world.site.device_events(&world.admin, pc.device, page).await.unwrap();
        assert!(second.next.is_none());
        let lines = first.items.into_iter().chain(second.items).map(|event| format!("{} | {}", event.kind, event.text));
        insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r"
        install | An installation ended well: update 00000000-0000-0000-0000-000000001e61
        install | An installation failed: Update 110 – 0x80246007: The update is not downloaded yet.
        install | An installation began: Update 110
        status | The full status of the device: 2 needed, 1 installed
        scan | A scan ended well: 2 updates found
        ");
    };
    look(&world).await;
    let device = pc.device;
    world.restart().await;
    let pc = Client { device, ..Client::new(&world, "E1DA06A3-5601-43c9-bac3-52d5db701494", "pc-1") };
    assert_eq!(pc.state(110), ComplianceState::Required);
    assert_eq!(pc.state(100), ComplianceState::NotRequired);
    let filter = DeviceFilter { kind: Some(DeviceKind::Windows), ..DeviceFilter::default() };
    let found = world.site.list_devices(&world.admin, &filter, DeviceSort::Name, false, &PageRequest::default());
    assert_eq!(found.unwrap().items.len(), 1);
    let update = world.site.update(&world.admin, id(110)).await.unwrap();
    assert_eq!((update.row.required, update.row.unknown, update.failed), (1, 0, 1));
    world.site.remove_device(&world.admin, device).await.unwrap();
    assert_eq!(pc.register(registration("pc-1", "q35")).await, Err(ClientFault::InvalidCookie), "no newcomer");
    let events = world.site.windows_events(&pc.cookie, None, vec![ClientEvent::default()]).await;
    assert_eq!(events, Err(ClientFault::RegistrationRequired));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_reports_make_few_snapshots() {
    let mut world = World::new().await;
    publish(&mut world).await;
    let mut clients = Vec::new();
    for n in 0..20 {
        clients.push(Client::registered(&world, &format!("client-{n}"), &format!("pc-{n}")).await);
    }
    let mut events = world.site.events();
    for client in &mut clients {
        let (status, done) = (client.status(&[110], &[]), client.event(201, Some(id(110))));
        let site = &world.site;
        site.windows_events(&client.cookie, Some(world.now()), vec![status, done]).await.unwrap();
    }
    world.site.publish_reports().await;
    assert!(clients.iter().all(|client| client.state(110) == ComplianceState::Installed));
    let filter = DeviceFilter { state: Some(DeviceState::NeedsRestart), ..DeviceFilter::default() };
    let waiting = world.site.list_devices(&world.admin, &filter, DeviceSort::Name, false, &PageRequest::default());
    assert_eq!(waiting.unwrap().total, Some(20));
    let mut told = 0;
    while let Ok(event) = events.try_recv() {
        assert_eq!(event, SiteEvent::Devices);
        told += 1;
    }
    assert!(told < 20, "{told} events for 20 devices");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_computers_with_one_client_id_are_told_apart() {
    let world = World::new().await;
    let one = Client::registered(&world, "cloned", "pc-a").await;
    world.pass(SignedDuration::from_hours(22));
    let two = Client::registered(&world, "cloned", "pc-b").await;
    assert_eq!(one.device, two.device);
    assert_eq!(alerts(&world).await, [""; 0], "it may have been renamed");
    world.pass(SignedDuration::from_hours(1));
    Client::registered(&world, "cloned", "pc-a").await;
    let [alert] = &alerts(&world).await[..] else { panic!() };
    insta::assert_snapshot!(alert, @r"The computers pc-b, pc-a use the same client id cloned, so each overwrites what the others report. They were probably made from one image. On all but one of them run as administrator: `net stop wuauserv`, `reg delete HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate /v SusClientId /f`, `reg delete HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate /v SusClientIdValidation /f`, `net start wuauserv`, `wuauclt /resetauthorization /detectnow`. Do the same in the image before it is used again.");
    let detail = world.site.device(&world.admin, one.device).await.unwrap();
    assert_eq!(detail.windows.unwrap().doubt, Some(Doubt::Shared(vec!["pc-b".into(), "pc-a".into()])));
    let filter = DeviceFilter { state: Some(DeviceState::Doubtful), ..DeviceFilter::default() };
    let found = world.site.list_devices(&world.admin, &filter, DeviceSort::Name, false, &PageRequest::default());
    assert_eq!(found.unwrap().total, Some(1));
    // One of them got an id of its own.
    world.pass(SignedDuration::from_hours(24 * 15));
    Client::registered(&world, "cloned", "pc-a").await;
    assert_eq!(alerts(&world).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_computer_that_was_installed_anew_marks_its_old_record() {
    let mut world = World::new().await;
    let old = Client::registered(&world, "before", "pc-a").await.device;
    world.pass(SignedDuration::from_hours(1));
    Client::registered(&world, "another", "pc-b").await;
    let new = Client::registered(&world, "after", "PC-A").await.device;
    let doubt =
        async |world: &World, device| world.site.device(&world.admin, device).await.unwrap().windows.unwrap().doubt;
    let expected = Some(Doubt::ReplacedBy { device: new, name: "PC-A".into() });
    assert_eq!((doubt(&world, old).await, doubt(&world, new).await), (expected.clone(), None));
    insta::assert_snapshot!(alerts(&world).await.join("\n"), @"pc-a has come back with a new client id, as after a new installation. The older record stays silent from now on: remove it. `sluice device list --state doubtful` lists them.");
    world.restart().await;
    assert_eq!((doubt(&world, old).await, doubt(&world, new).await), (expected, None));
    // It is alive after all.
    world.pass(SignedDuration::from_hours(1));
    Client::registered(&world, "before", "pc-a").await;
    assert_eq!(doubt(&world, old).await, None);
    assert_eq!(alerts(&world).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_and_strangers_are_put_off() {
    let world = World::new().await;
    let stranger = Client::new(&world, "stranger", "pc");
    let report = world.site.windows_events(&stranger.cookie, None, vec![ClientEvent::default()]).await;
    assert_eq!(report, Err(ClientFault::RegistrationRequired));
    let mut pc = Client::registered(&world, "pc", "pc").await;
    let many: Vec<_> = (0..10_001).map(|_| pc.event(147, None)).collect();
    let answer = world.site.windows_events(&pc.cookie, None, many).await;
    assert_eq!(answer, Err(ClientFault::ServerBusy));
    // Full statuses cost more: everything that is known of the device is looked at for each.
    let mut other = Client::registered(&world, "other", "other").await;
    let many: Vec<_> = (0..500).map(|_| other.status(&[], &[])).collect();
    let answer = world.site.windows_events(&other.cookie, None, many).await;
    assert_eq!(answer, Err(ClientFault::ServerBusy));
    let hostile = Registration { dns_name: "\u{1b}[2Jx".repeat(1_000), ..registration("x", &"y".repeat(10_000)) };
    pc.register(hostile).await.unwrap();
    let detail = world.site.device(&world.admin, pc.device).await.unwrap();
    assert_eq!(detail.row.name.len(), 256);
    assert!(!detail.row.name.contains('\u{1b}'));
    assert_eq!(detail.windows.unwrap().computer.model.len(), 256);
}
