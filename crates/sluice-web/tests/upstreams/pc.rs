//! A Windows device that registers and reports at a site.

use std::net::{IpAddr, Ipv4Addr};

use sluice_model::{DeviceId, UpdateId, WindowsComputer};
use sluice_site::windows::Protocol;
use sluice_site::windows::reporting::{ClientEvent, ClientHardware, Registration, StatusLists};
use sluice_site::windows::session::{AuthorizeRequest, CookieRequest};
use uuid::Uuid;

use crate::level::Level;

/// The update of the catalog.
pub const PATCH: UpdateId = UpdateId(uuid::uuid!("11111111-2222-3333-4444-555555555555"));

pub struct Pc {
    cookie: Vec<u8>,
    next: u128,
}

impl Pc {
    pub async fn at(level: &Level, name: &str) -> Self {
        let site = &level.site;
        let client_id = format!("id-of-{name}");
        let request = AuthorizeRequest {
            client_id: client_id.clone(),
            target_group: String::new(),
            dns_name: name.into(),
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        let request = CookieRequest {
            authorizations: vec![site.windows_authorize(request).unwrap()],
            old: Vec::new(),
            last_change: Some(site.windows_config().last_change),
            protocol: Protocol { major: 2, minor: 90 },
        };
        let cookie = site.windows_cookie(&request).unwrap().data;
        let registration = Registration {
            dns_name: name.into(),
            computer: WindowsComputer {
                os_version: [10, 0, 26200],
                product_type: 1,
                edition: 48,
                os_description: "Windows 10 Pro".into(),
                architecture: "AMD64".into(),
                agent_version: [1507, 2601, 30012, 0],
                manufacturer: "QEMU".into(),
                model: "q35".into(),
                ..WindowsComputer::default()
            },
        };
        site.windows_register(&cookie, registration).await.unwrap();
        Self { cookie, next: DeviceId::of_windows_client(&client_id).0.as_u128() << 16 }
    }

    /// Says what it needs and has.
    pub async fn report(&mut self, level: &Level, needed: &[UpdateId], installed: &[UpdateId]) {
        let lists = StatusLists { needed: needed.to_vec(), installed: installed.to_vec(), ..StatusLists::default() };
        let scan = ClientEvent { strings: vec!["1".into()], ..self.event(level, 147) };
        let status = ClientEvent { status: Some(lists), ..self.event(level, 156) };
        level.site.windows_events(&self.cookie, Some(level.site.now()), vec![scan, status]).await.unwrap();
        level.site.publish_reports().await;
        level.site.store_windows_notes().await.unwrap();
    }

    fn event(&mut self, level: &Level, event_id: i32) -> ClientEvent {
        self.next += 1;
        ClientEvent {
            instance: Uuid::from_u128(self.next),
            namespace: 1,
            event_id,
            at: Some(level.site.now()),
            hardware: ClientHardware { manufacturer: "QEMU".into(), model: "q35".into(), dns_name: None },
            ..ClientEvent::default()
        }
    }
}
