//! Requests of clients that were generated from Microsoft's contracts, as they were recorded.

use sluice_wsus::messages::client::{
    GetConfigResponse, GetCookieResponse, GetExtendedUpdateInfoResponse, RegisterComputerResponse, SyncUpdatesResponse,
};
use sluice_wsus::messages::simple_auth::GetAuthorizationCookieResponse;
use sluice_wsus::soap::{AnswerError, read_response};

use crate::shape::{value, with};
use crate::shared;
use crate::world::World;

struct Generated {
    world: World,
    authorization: String,
    cookie: String,
    last_change: String,
}

impl Generated {
    /// Sends a recorded request; its answer is one that can be read.
    async fn ask(&mut self, name: &str, check: fn(&str) -> Result<(), AnswerError>) -> Option<String> {
        let recorded = shared::text(&format!("real-inputs/wire/wcf-wusp-{name}.txt"))?;
        let (head, body) = recorded.split_once("\r\n\r\n").or_else(|| recorded.split_once("\n\n")).unwrap();
        let path = head.split(' ').nth(1).unwrap();
        let lines = head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let headers: Vec<_> = lines.filter(|(name, _)| !name.eq_ignore_ascii_case("content-length")).collect();
        let mut body = with(body.trim_end(), "CookieData", &self.authorization);
        body = with(&body, "EncryptedData", &self.cookie);
        body = with(&body, "lastChange", &self.last_change);
        let text = self.world.send(&self.world.clients, "POST", path, &headers, body).await.ok();
        check(&text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        for (name, place) in [
            ("CookieData", &mut self.authorization),
            ("EncryptedData", &mut self.cookie),
            ("LastChange", &mut self.last_change),
        ] {
            *place = value(&text, name).unwrap_or(std::mem::take(place));
        }
        Some(text)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn generated_clients_are_served() {
    let world = World::open().await;
    let mut client =
        Generated { world, authorization: String::new(), cookie: String::new(), last_change: String::new() };
    let Some(_) = client.ask("00-GetConfig", |text| read_response::<GetConfigResponse>(text).map(drop)).await else {
        return;
    };
    client
        .ask("01-GetAuthorizationCookie", |text| read_response::<GetAuthorizationCookieResponse>(text).map(drop))
        .await;
    client.ask("02-GetCookie", |text| read_response::<GetCookieResponse>(text).map(drop)).await;
    client.ask("03-RegisterComputer", |text| read_response::<RegisterComputerResponse>(text).map(drop)).await;
    let text = client.ask("04-SyncUpdates", |text| read_response::<SyncUpdatesResponse>(text).map(drop)).await.unwrap();
    assert!(text.contains("<OutOfScopeRevisionIDs><int>1</int><int>2</int><int>3</int></OutOfScopeRevisionIDs>"));
    let text = client
        .ask("05-GetExtendedUpdateInfo", |text| read_response::<GetExtendedUpdateInfoResponse>(text).map(drop))
        .await
        .unwrap();
    assert!(text.contains("<OutOfScopeRevisionIDs><int>963195</int><int>912039</int></OutOfScopeRevisionIDs>"));
}
