//! What the agent of Windows 11 sent to a WSUS, sent to this site: every answer has the structure of the
//! one that was recorded, and all values that do not depend on the site.

use std::collections::HashMap;

use axum::http::HeaderMap;

use crate::documents;
use crate::shape::{outline, shape, value, values, with};
use crate::shared;
use crate::world::World;

/// A recorded exchange.
struct Exchange {
    path: String,
    headers: Vec<(String, String)>,
    body: String,
    answer_headers: HashMap<String, String>,
    answer: String,
}

impl Exchange {
    fn load(folder: &str) -> Option<Self> {
        let file = |name: &str| shared::text(&format!("captures/wua-wsus/{folder}/{name}"));
        let (head, answer_head) = (file("request.headers")?, file("response.headers")?);
        let lines = |head: &str| -> Vec<(String, String)> {
            let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
            lines.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect()
        };
        let hop = ["content-length", "connection"];
        Some(Self {
            path: head.split(' ').nth(1).unwrap().to_owned(),
            headers: lines(&head).into_iter().filter(|(name, _)| !hop.contains(&name.as_str())).collect(),
            body: file("request.body")?,
            answer_headers: lines(&answer_head).into_iter().collect(),
            answer: file("response.body")?,
        })
    }
}

/// The agent, with what it learned from this site in the place of what it learned from the other.
#[derive(Default)]
struct Agent {
    authorization: String,
    cookie: String,
    last_change: String,
    /// Numbers there to numbers here.
    ids: HashMap<String, String>,
}

impl Agent {
    /// The exchange with this site: its answer.
    async fn answer(&mut self, world: &World, exchange: &Exchange) -> String {
        let mut body = with(&exchange.body, "CookieData", &self.authorization);
        body = with(&body, "EncryptedData", &self.cookie);
        body = with(&body, "lastChange", &self.last_change);
        for (there, here) in &self.ids {
            body = body.replace(&format!("<int>{there}</int>"), &format!("<int>{here}</int>"));
        }
        let headers: Vec<_> = exchange.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = world.send(&world.clients, "POST", &exchange.path, &headers, body).await;
        self.check_headers(exchange, &answer.headers);
        let text = answer.ok();
        for (name, place) in [
            ("CookieData", &mut self.authorization),
            ("EncryptedData", &mut self.cookie),
            ("LastChange", &mut self.last_change),
        ] {
            *place = value(&text, name).unwrap_or(std::mem::take(place));
        }
        let number = |xml: &str| values(xml, "UpdateInfo><ID");
        self.ids.extend(number(&exchange.answer).into_iter().zip(number(&text)));
        text
    }

    fn check_headers(&self, exchange: &Exchange, headers: &HeaderMap) {
        for name in ["cache-control", "content-type", "vary"] {
            assert_eq!(headers[name], exchange.answer_headers[name], "{name} of {}", exchange.path);
        }
        // Taken out of the recording, which holds the body unpacked.
        assert_eq!(headers["content-encoding"], "xpress");
    }

    /// Checks that the answer is the recorded one.
    async fn same(&mut self, world: &World, folder: &str) {
        let Some(exchange) = Exchange::load(folder) else { return };
        let text = self.answer(world, &exchange).await;
        assert_eq!(shape(&text), shape(&exchange.answer), "{folder}");
    }
}

async fn world() -> Option<World> {
    let mut documents = vec![documents::company()];
    for id in [
        "6964aab4-c5b5-43bd-a17d-ffb4346a8e1d-r100",
        "dd78b8a1-0b20-45c1-add6-4da72e9364cf-r202",
        "1f9bd9bb-7390-4aa3-bbdb-ded99fac2583-r200",
        "266f6222-c89d-43f2-9f8a-69340271e677-r200",
        "7366a74a-ef29-44e1-b738-570b516aca1f-r200",
        "ff36f0b5-dded-4780-8664-cd78af8b62c1-r200",
    ] {
        documents.push(shared::text(&format!("captures/update-metadata/full/{id}.xml"))?);
    }
    let world = World::open().await;
    world.import(&documents).await;
    Some(world)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_scan_of_windows_11() {
    let Some(world) = world().await else { return };
    let mut agent = Agent::default();
    for number in 1..=10 {
        agent.same(&world, &format!("scan/{number:06}")).await;
    }
    assert_eq!(world.site.fleet().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_of_windows_11() {
    let Some(world) = world().await else { return };
    let mut agent = Agent::default();
    for number in [1, 2, 3, 4] {
        agent.same(&world, &format!("scan/{number:06}")).await;
    }
    for folder in ["flow/000016", "flow/000018"] {
        agent.same(&world, folder).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_driver_pass_without_drivers() {
    let Some(world) = world().await else { return };
    let mut agent = Agent::default();
    for number in [1, 2, 3, 4] {
        agent.same(&world, &format!("scan/{number:06}")).await;
    }
    // Of another recorded pass there is only the answer.
    let Some(exchange) = Exchange::load("scan/000009") else { return };
    let other = shared::text("captures/wua-wsus/flow/000014/response.body").unwrap();
    let body = exchange.body.replace("<int>108226</int><int>108231</int>", "");
    let text = agent.answer(&world, &Exchange { body, ..exchange }).await;
    assert_eq!(shape(&text), shape(&other));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn software_in_the_form_it_was_recorded() {
    let world = World::open().await;
    world.import(&documents::catalog()).await;
    let mut agent = Agent::default();
    for number in [1, 2, 3, 4] {
        agent.same(&world, &format!("scan/{number:06}")).await;
    }
    let Some(first) = Exchange::load("scan/000006") else { return };
    let filter = first.body.find("<FilterCategoryIds>").unwrap()..first.body.find("<NeedTwoGroup").unwrap();
    let unfiltered = |installed: &[String]| {
        let mut body = first.body.clone();
        body.replace_range(filter.clone(), "");
        let list: String = installed.iter().map(|id| format!("<int>{id}</int>")).collect();
        let list = format!("<InstalledNonLeafUpdateIDs>{list}</InstalledNonLeafUpdateIDs><SkipSoftwareSync>");
        Exchange { body: body.replacen("<SkipSoftwareSync>", &list, 1), ..Exchange::load("scan/000006").unwrap() }
    };
    let mut installed = Vec::new();
    let recorded = shared::text("captures/driver-wsus/000005/response.body").unwrap();
    let mut last = Vec::new();
    for _ in 0..4 {
        let text = agent.answer(&world, &unfiltered(&installed)).await;
        // The plain client of that recording was told nothing of drivers.
        let mut seen = outline(&text);
        seen.retain(|path| !path.ends_with("DriverSyncNotNeeded"));
        let mut expected = outline(&recorded);
        expected.retain(|path| !path.ends_with("DriverSyncNotNeeded"));
        assert_eq!(seen, expected);
        last = values(&text, "UpdateInfo><ID");
        installed.extend(last.clone());
    }
    let Some(extended) = Exchange::load("flow/000015") else { return };
    let ids: String = last.iter().map(|id| format!("<int>{id}</int>")).collect();
    let start = extended.body.find("<revisionIDs>").unwrap() + "<revisionIDs>".len();
    let end = extended.body.find("</revisionIDs>").unwrap();
    let mut body = extended.body.clone();
    body.replace_range(start..end, &ids);
    let text = agent.answer(&world, &Exchange { body, ..Exchange::load("flow/000015").unwrap() }).await;
    assert_eq!(outline(&text), outline(&extended.answer));
    let url = value(&text, "Url").unwrap();
    assert!(extended.answer.contains("/Content/49/A379D5526FB3A7A0423DA1CD7FC3182A8D448449.exe</Url>"));
    assert_eq!(url, "http://192.0.2.1:8530/Content/49/A379D5526FB3A7A0423DA1CD7FC3182A8D448449.exe");

    // As it was recorded, it is about updates that are not here.
    let Some(foreign) = Exchange::load("flow/000015") else { return };
    let text = agent.answer(&world, &foreign).await;
    assert_eq!(values(&text, "int").len(), values(&foreign.body, "int").len());
}
