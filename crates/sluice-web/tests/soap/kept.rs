//! Answers that are kept are those that would be made.

use std::fmt::Write as _;

use tempfile::tempdir;

use crate::documents::{catalog, company};
use crate::faults::{client, registered};
use crate::shape::{value, with};
use crate::world::{Answer, CLIENT, World};

/// Requests of the comparison.
const REQUESTS: usize = 120;

/// Numbers by chance, the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn often(&mut self) -> bool {
        self.below(3) > 0
    }

    /// Numbers of revisions; some that none has.
    fn ints(&mut self, name: &str) -> String {
        let mut ints = String::new();
        for id in [1, 2, 3, 4, 5, 6, 7, 900, -1] {
            if self.below(3) == 0 {
                write!(ints, "<int>{id}</int>").unwrap();
            }
        }
        format!("<{name}>{ints}</{name}>")
    }

    /// A request, for a cookie.
    fn request(&mut self, cookie: &str) -> String {
        let time = self.below(60);
        let cookie = format!(
            "<cookie><Expiration>2026-10-04T15:03:{time:02}Z</Expiration><EncryptedData>{cookie}</EncryptedData></cookie>"
        );
        let number = self.below(1000);
        if self.below(4) == 0 {
            let locales = if self.often() {
                "<locales><string>en-US</string></locales>"
            } else {
                "<locales><string>de</string></locales>"
            };
            let kinds = ["Extended", "LocalizedProperties", "Core"].map(|kind| {
                if self.often() {
                    format!("<XmlUpdateFragmentType>{kind}</XmlUpdateFragmentType>")
                } else {
                    String::new()
                }
            });
            let ids = self.ints("revisionIDs").replacen("<revisionIDs>", "<revisionIDs><int>5</int>", 1);
            let kinds = format!("{}<XmlUpdateFragmentType>Extended</XmlUpdateFragmentType>", kinds.concat());
            let attributes =
                format!("<deviceAttributes>A={number};</deviceAttributes><callerAttributes>B</callerAttributes>");
            return client(
                "GetExtendedUpdateInfo",
                &format!("{cookie}{ids}<infoTypes>{kinds}</infoTypes>{locales}{attributes}"),
            );
        }
        let mut parameters = self.ints("InstalledNonLeafUpdateIDs") + &self.ints("OtherCachedUpdateIDs");
        let skip = self.below(5) == 0;
        write!(parameters, "<SkipSoftwareSync>{skip}</SkipSoftwareSync>").unwrap();
        if self.below(3) == 0 {
            let category = "<CategoryIdentifier><Id>6964aab4-c5b5-43bd-a17d-ffb4346a8e1d</Id></CategoryIdentifier>";
            write!(parameters, "<FilterCategoryIds>{category}</FilterCategoryIds>").unwrap();
        }
        if self.often() {
            parameters.push_str("<NeedTwoGroupOutOfScopeUpdates>true</NeedTwoGroupOutOfScopeUpdates>");
        }
        if self.often() {
            let products = format!(
                "<DeviceAttributes>OS=10;InstallDate={number};</DeviceAttributes><CallerAttributes>Id={number}</CallerAttributes>"
            );
            write!(parameters, "<ProductsParameters>{products}</ProductsParameters>").unwrap();
        }
        client("SyncUpdates", &format!("{cookie}<parameters>{parameters}</parameters>"))
    }
}

async fn ask(world: &World, request: &str, packs: bool) -> Answer {
    let packing = ("accept-encoding", if packs { "xpress" } else { "gzip" });
    let head = [("content-type", "text/xml; charset=utf-8"), ("host", "wsus.example:8531"), packing];
    world.send(&world.clients, "POST", CLIENT, &head, request.to_owned()).await
}

/// Without the cookie.
fn same(answer: &Answer) -> (String, String) {
    let text =
        if answer.text.contains("<NewCookie>") { with(&answer.text, "EncryptedData", "") } else { answer.text.clone() };
    (format!("{} {:?}", answer.status, answer.headers), text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_are_those_that_would_be_made() {
    let keeping = World::open().await;
    let forgetful = World::open_with(tempdir().unwrap(), 0).await;
    let mut cookies = Vec::new();
    for world in [&keeping, &forgetful] {
        world.import(&catalog()).await;
        cookies.push(registered(world).await);
    }
    let (mut chance, mut rounds) = (Chance(7), 0);
    for number in 0..REQUESTS {
        let state = chance.0;
        let packs = chance.often();
        let [mut one, mut other] = [&cookies[0], &cookies[1]].map(|cookie| {
            chance.0 = state;
            chance.request(cookie)
        });
        let fresh = ask(&forgetful, &other, packs).await;
        let mut newest = Vec::new();
        for turn in 0..3 {
            let answer = ask(&keeping, &one, packs).await;
            assert_eq!(same(&answer), same(&fresh), "{number}, {turn}: {one}");
            newest.push(value(&answer.text, "EncryptedData"));
        }
        rounds += usize::from(newest[2].is_some());
        // With another cookie of the same client each time: it has been told more, or not.
        if let (Some(new), Some(fresh), true) =
            (newest.pop().flatten(), value(&fresh.text, "EncryptedData"), chance.often())
        {
            (one, other) = (new, fresh);
            cookies = vec![one, other];
        }
    }
    assert_eq!(forgetful.metric("windows_recalled_total"), 0.0);
    let recalled = keeping.metric("windows_recalled_total");
    assert!(recalled > REQUESTS as f64 * 0.9, "{recalled}");
    // What is done at an answer is done at each.
    assert_eq!(forgetful.metric("windows_rounds_total"), rounds as f64);
    assert_eq!(keeping.metric("windows_rounds_total"), 3.0 * rounds as f64);
    let firsts = forgetful.metric("windows_first_rounds_total");
    assert_eq!(keeping.metric("windows_first_rounds_total"), 3.0 * firsts);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_is_older_than_what_there_is() {
    let world = World::open().await;
    world.import(&[company()]).await;
    let data = registered(&world).await;
    let cookie = |data: &str| {
        format!("<cookie><Expiration>2026-10-04T15:03:36Z</Expiration><EncryptedData>{data}</EncryptedData></cookie>")
    };
    let request = |data: &str| client("SyncUpdates", &format!("{}<parameters/>", cookie(data)));
    for _ in 0..4 {
        let text = ask(&world, &request(&data), true).await.ok();
        assert_eq!(text.matches("<UpdateInfo>").count(), 1, "{text}");
    }
    assert!(world.metric("windows_recalled_total") >= 2.0);
    world.import(&catalog()[1..]).await;
    let text = ask(&world, &request(&data), true).await.ok();
    assert_eq!(text.matches("<UpdateInfo>").count(), 2, "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_name_of_the_site_is_another_answer() {
    let world = World::open().await;
    world.import(&catalog()).await;
    let data = registered(&world).await;
    let inside = format!(
        "<cookie><Expiration>2026-10-04T15:03:36Z</Expiration><EncryptedData>{data}</EncryptedData></cookie><revisionIDs><int>5</int></revisionIDs><infoTypes><XmlUpdateFragmentType>Extended</XmlUpdateFragmentType></infoTypes>"
    );
    let request = client("GetExtendedUpdateInfo", &inside);
    for host in ["one.example", "one.example", "one.example", "two.example", "one.example", "two.example"] {
        let head = [("content-type", "text/xml"), ("host", host), ("accept-encoding", "xpress")];
        let text = world.send(&world.clients, "POST", CLIENT, &head, request.clone()).await.ok();
        assert!(text.contains(&format!("<Url>http://{host}:8530/Content/")), "{text}");
    }
    assert!(world.metric("windows_recalled_total") >= 2.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_ask_is_told_nothing_that_is_kept() {
    let world = World::open().await;
    world.import(&catalog()).await;
    let data = registered(&world).await;
    let request = |data: &str| {
        let cookie = format!(
            "<cookie><Expiration>2026-10-04T15:03:36Z</Expiration><EncryptedData>{data}</EncryptedData></cookie>"
        );
        client("SyncUpdates", &format!("{cookie}<parameters/>"))
    };
    for _ in 0..3 {
        ask(&world, &request(&data), true).await.ok();
    }
    for forged in ["", "AAAA", "%%%", &"A".repeat(152)] {
        let answer = ask(&world, &request(forged), false).await;
        assert_eq!(answer.status.as_u16(), 500, "{forged}");
    }
    world.pass(jiff::SignedDuration::from_hours(24));
    let (code, _) = ask(&world, &request(&data), false).await.fault();
    assert_eq!(code, "CookieExpired");
}
