//! Messages that no agent sends. Whatever comes, the site's memory stays bounded and others scan as if nothing was.

use std::future::{Future, pending};
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use reqwest::Body;
use sluice_e2e::Site;
use sluice_sim::windows::WindowsClient;
use sluice_wsus::messages::client::{GetConfig, SyncUpdates};
use sluice_wsus::messages::shared::{Cookie, DeploymentAction};
use sluice_wsus::messages::simple_auth::GetAuthorizationCookie;
use sluice_wsus::soap::{ErrorCode, SoapVersion, write_request};
use tokio::sync::watch;
use uuid::Uuid;

use crate::catalog::{Software, kb};
use crate::rig::Rig;
use crate::scenario::round;
use crate::wire::{CLIENT, Wire, fault};

/// Largest message that is read, as the site says it.
const LARGEST: usize = 8 << 20;

/// What the site may need above what it needs for its work, bytes: sixteen messages of the largest size at a time, and
/// as much again for what is made of them.
const BOUND: u64 = 2 * 16 * LARGEST as u64;

/// Attackers at a time.
const CROWD: usize = 48;

const ARTICLE: u32 = 5_000_090;

/// Most memory a site ever had, bytes.
fn peak(site: &Site) -> u64 {
    let id = site.process_id().expect("the site runs");
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("the site runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a figure");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") << 10
}

/// A site, and an agent that scans while it is attacked.
struct Siege {
    rig: Rig,
    client: WindowsClient,
    before: u64,
}

impl Siege {
    async fn begin() -> Self {
        let rig = Rig::with(&[Software::new(ARTICLE)]).await;
        rig.require(&[ARTICLE]).await;
        let mut client = rig.client();
        client.scan().await.expect("a scan");
        let before = peak(&rig.site);
        Self { rig, client, before }
    }

    /// Many do the same, while others scan: one that is known, and one that comes first.
    async fn crowd<F: Future<Output = ()>>(&mut self, attack: impl Fn(Wire, usize) -> F) {
        let wire = self.rig.wire();
        let attacks = stream::iter(0..2 * CROWD).map(|number| attack(wire.clone(), number));
        let attacks = attacks.buffer_unordered(CROWD).for_each(async |()| {});
        let mut fresh = self.rig.client();
        let scans = async {
            works(&mut self.client).await;
            works(&mut fresh).await;
        };
        tokio::join!(attacks, scans);
    }

    /// The site still works, and its memory stayed bounded.
    async fn end(mut self) {
        works(&mut self.client).await;
        self.client.report().await.expect("a report");
        let grown = peak(&self.rig.site).saturating_sub(self.before);
        eprintln!("the site took up to {} MiB more", grown >> 20);
        assert!(grown < BOUND, "{} MiB more than before", grown >> 20);
    }
}

async fn works(client: &mut WindowsClient) {
    let scan = client.scan().await.expect("a scan");
    assert!(scan.complaints.is_empty() && scan.reactions.is_empty(), "{scan:#?}");
    assert_eq!(scan.offer(kb(ARTICLE)).map(|offer| offer.action), Some(DeploymentAction::Install));
}

fn config() -> Vec<u8> {
    write_request(&GetConfig { protocol_version: "2.90".into() }, SoapVersion::Soap11)
}

/// A round with something else for its parameters.
fn sync_updates(parameters: &str) -> String {
    let request = round(Cookie { expiration: None, encrypted_data: vec![b'A'; 96] });
    let text = String::from_utf8(write_request(&request, SoapVersion::Soap11)).expect("XML is text");
    let (start, rest) = text.split_once("<parameters>").expect("parameters");
    let (_, end) = rest.split_once("</parameters>").expect("parameters");
    format!("{start}<parameters>{parameters}</parameters>{end}")
}

/// Too large: refused, before the end if the sender listens.
fn is_too_large(answer: Result<(u16, String), reqwest::Error>) {
    if let Ok((status, text)) = answer {
        assert_eq!(status, 413, "{text}");
    }
}

/// Refused as a message that cannot be read.
fn is_unreadable(answer: Result<(u16, String), reqwest::Error>) {
    let (status, text) = answer.expect("an answer");
    assert_eq!(status, 500, "{text}");
    let fault = fault(&text);
    let code = fault.code();
    // Whoever can make something of it comes as far as the cookie.
    let refused = matches!(code, None | Some(ErrorCode::InvalidParameters | ErrorCode::InvalidCookie));
    assert!(refused, "{fault:?}");
    assert!(text.len() < 4096, "{} bytes are an answer to nothing", text.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_that_are_too_large_or_endless() {
    let mut siege = Siege::begin().await;
    siege
        .crowd(async |wire: Wire, number| {
            let piece = vec![b' '; 1 << 16];
            let endless = stream::repeat_with(move || Ok::<_, std::io::Error>(piece.clone()));
            match number % 3 {
                // Said beforehand, found on the way, never ending.
                0 => is_too_large(wire.post(CLIENT, vec![b' '; LARGEST + 1]).await),
                1 => is_too_large(wire.post(CLIENT, Body::wrap_stream(endless.take((LARGEST >> 16) + 1))).await),
                _ => is_too_large(wire.post(CLIENT, Body::wrap_stream(endless)).await),
            }
        })
        .await;
    siege.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_that_are_deep_wide_or_of_other_types() {
    let mut siege = Siege::begin().await;
    let ids = |id: &str, count: usize| {
        sync_updates(&format!(
            "<OtherCachedUpdateIDs>{}</OtherCachedUpdateIDs>",
            format!("<int>{id}</int>").repeat(count)
        ))
    };
    let entities = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let (open, body) = (sync_updates("&b;"), String::from_utf8(config()).expect("XML is text"));
    let bad = [
        "<a>".repeat(LARGEST / 4),
        sync_updates(&"<a>".repeat(1 << 20)),
        sync_updates(&format!("<a {}/>", (0..100_000).map(|n| format!("a{n}=\"\" ")).collect::<String>())),
        format!("{entities}{open}"),
        format!("{entities}{body}"),
        ids("1", 500_000),
        ids("9999999999999999999999", 1),
        ids("one", 1),
        ids("<int>1</int>", 1000),
        sync_updates("<SystemSpec>many</SystemSpec><SkipSoftwareSync>-1</SkipSoftwareSync>"),
        body[..body.len() / 2].to_owned(),
        body.replace("GetConfig", "FormatDisk"),
        String::new(),
        "GET / HTTP/1.1".to_owned(),
        "\u{0}".repeat(1000),
    ];
    siege
        .crowd(async |wire: Wire, number| is_unreadable(wire.post(CLIENT, bad[number % bad.len()].clone()).await))
        .await;
    // A million ids are more than a message holds.
    is_too_large(siege.rig.wire().post(CLIENT, ids("1", 1_000_000)).await);
    // Bytes that are no text in any encoding.
    is_unreadable(siege.rig.wire().post(CLIENT, vec![0xff; LARGEST]).await);
    siege.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_that_come_slowly_or_never_whole() {
    let mut siege = Siege::begin().await;
    let (release, held) = watch::channel(false);
    let wire = siege.rig.wire();
    // More than the threads, the tasks and the turns of anything; each has a connection of its own.
    let slow: Vec<_> = (0..400)
        .map(|number| {
            let (wire, mut held) = (wire.clone(), held.clone());
            tokio::spawn(async move {
                let (start, end) = {
                    let all = config();
                    let (start, end) = all.split_at(100 + number % 100);
                    (start.to_vec(), end.to_vec())
                };
                let start = stream::iter([Ok::<_, std::io::Error>(start)]);
                let end = stream::once(async move {
                    held.wait_for(|released| *released).await.expect("the test goes on");
                    Ok(end)
                });
                wire.post(CLIENT, Body::wrap_stream(start.chain(end))).await.expect("an answer")
            })
        })
        .collect();
    // Some break off in the middle, some never go on, some send one byte after the other.
    siege
        .crowd(async |wire: Wire, number| {
            let all = config();
            match number % 3 {
                0 => {
                    let broken = stream::iter([Ok(all[..50].to_vec()), Err(std::io::Error::other("gone"))]);
                    wire.post(CLIENT, Body::wrap_stream(broken)).await.expect_err("nothing was asked");
                }
                1 => {
                    let start = stream::iter([Ok::<_, std::io::Error>(all[..50].to_vec())]);
                    let never = start.chain(stream::once(pending()));
                    let asked = wire.post(CLIENT, Body::wrap_stream(never));
                    // Hangs up after a while.
                    assert!(tokio::time::timeout(Duration::from_millis(50), asked).await.is_err());
                }
                _ => {
                    let bytes = stream::iter(all.into_iter().map(|byte| Ok::<_, std::io::Error>(vec![byte])));
                    let (status, text) = wire.post(CLIENT, Body::wrap_stream(bytes)).await.expect("an answer");
                    assert_eq!(status, 200, "{text}");
                }
            }
        })
        .await;
    release.send(true).expect("they wait");
    for one in slow {
        let (status, text) = one.await.expect("no panic");
        assert_eq!(status, 200, "{text}");
    }
    siege.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_and_forgers_in_bulk_leave_nothing_behind() {
    /// Requests of each attacker.
    const EACH: usize = 30;
    let mut siege = Siege::begin().await;
    let devices = async |rig: &Rig| rig.site.api().get("/compliance").await["devices"].as_u64();
    assert_eq!(devices(&siege.rig).await, Some(1));
    let good = siege.client.cookie().cloned().expect("a cookie");
    siege
        .crowd(async |wire: Wire, number| {
            for attempt in 0..EACH {
                let number = number * EACH + attempt;
                let mut data = good.encrypted_data.clone();
                let at = number % data.len();
                data[at] ^= 1 << (number % 8);
                let forged: SyncUpdates = round(Cookie { encrypted_data: data, ..good.clone() });
                assert_eq!(wire.refusal(&forged).await, Some(ErrorCode::InvalidCookie));
                let stranger = GetAuthorizationCookie {
                    client_id: Uuid::from_u128(number as u128).to_string(),
                    target_group_name: "Group;".repeat(2000),
                    dns_name: format!("{number}.example.org"),
                };
                let (status, text) = wire.ask(&stranger).await;
                assert!(status == 200 || fault(&text).code() == Some(ErrorCode::InvalidParameters), "{text}");
            }
        })
        .await;
    // The two that scanned; nobody else registered.
    assert_eq!(devices(&siege.rig).await, Some(2));
    siege.end().await;
}
