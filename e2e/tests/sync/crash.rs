//! kill -9 at random moments while a site synchronizes, takes reports and is administered.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sluice_e2e::{Api, Site, SiteOptions};
use uuid::Uuid;

use crate::agent::Device;
use crate::archive::{Suite, stanza};
use crate::postgres::Database;
use crate::random::Random;
use crate::signing::Signer;
use crate::source::{define, settings, sync, text};
use crate::upstream::{Fault, Upstream};

/// Rounds on each database.
const ROUNDS: u32 = 50;
/// Packages of the archive that change; a tenth of them gets a new version with each round.
const PACKAGES: usize = 1500;
const DEVICES: usize = 3;
/// Latest moment of the end, milliseconds after the start of a round.
const LATEST: u64 = 500;

const INDEX: &str = "main/binary-amd64";

struct Round {
    /// The packages' versions.
    versions: Vec<u32>,
    /// Titles of what the archive offers, sorted.
    titles: Vec<String>,
}

impl Round {
    /// The next state of the archive.
    fn publish(&mut self, suite: &mut Suite, random: &mut Random, upstream: &Upstream, signer: &Signer, key: &str) {
        for _ in 0..PACKAGES / 10 {
            let one = usize::try_from(random.below(PACKAGES as u64)).expect("small");
            self.versions[one] += 1;
        }
        let versions = self.versions.iter().enumerate();
        let offered: Vec<_> =
            versions.map(|(number, version)| (format!("package{number}"), format!("1.{version}"))).collect();
        let mut text: String = offered.iter().map(|(name, version)| stanza(name, version, "amd64")).collect();
        text.push_str(&stanza("constant", "1.0", "amd64"));
        self.titles = offered.iter().map(|(name, version)| format!("{name} {version}")).collect();
        self.titles.push("constant 1.0".to_owned());
        self.titles.sort();
        suite.later().indexes.insert(INDEX.into(), text);
        upstream.clear("debian/");
        suite.publish(upstream, signer, &[key]);
    }
}

/// Administers until no answer comes: deployments that were acknowledged.
async fn administer(api: &Api, round: u32, order: &Value, acknowledged: &mut Vec<String>) {
    for number in 0.. {
        let mut request = order.clone();
        request["name"] = json!(format!("round {round}, {number}"));
        match api.send(Method::POST, "/deployments", Some(&request)).await {
            Ok(answer) if answer.status.is_success() => acknowledged.push(text(&answer.body["id"])),
            Ok(answer) => panic!("{answer:?}"),
            Err(_) => return,
        }
        // People are not that fast, and the check of all of them takes its time.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn device_works(device: &mut Device, random: &mut Random, deployment: Uuid, update: Uuid) {
    loop {
        let answered = match random.below(2) {
            0 => device.send_inventory(random).await,
            _ => device.send_report(deployment, update).await,
        };
        if !answered {
            return;
        }
    }
}

async fn rounds(arguments: Vec<String>) {
    let mut random = Random::new("kill -9");
    let (upstream, (signer, key)) = (Upstream::start().await, Signer::with_key());
    let mut options = SiteOptions::default();
    options.arguments.extend(arguments);
    let mut site = Site::start(options).await;
    let mut suite = Suite::new("stable");
    let mut archive = Round { versions: vec![0; PACKAGES], titles: Vec::new() };
    archive.publish(&mut suite, &mut random, &upstream, &signer, key);
    let source = define(&site, "test", &settings(&upstream, "stable", &signer.public(&[key]))).await;
    assert_eq!(sync(&site, &source).await["outcome"], "changed");

    let update = site.api().get("/updates?text=constant").await["items"][0]["id"].clone();
    let (mut deployments, mut version) = (Vec::new(), 0);
    let collections = site.api().get("/collections").await;
    let everybody = &collections["items"].as_array().expect("a list").iter().find(|c| c["built_in"] == true);
    let everybody = everybody.expect("a collection of all devices")["id"].clone();
    let order = json!({ "name": "first", "updates": [update], "intent": "available", "collection": everybody });
    deployments.push(text(&site.api().post("/deployments", order.clone()).await["id"]));
    let (deployment, target) = (uuid(&deployments[0]), uuid(&text(&update)));
    let mut devices = Vec::new();
    for number in 0..DEVICES {
        devices.push(Device::enroll(&site, &format!("device{number}")).await);
    }

    for round in 0..ROUNDS {
        archive.publish(&mut suite, &mut random, &upstream, &signer, key);
        // Some runs are killed while they fetch, others while they store.
        if random.below(4) == 0 {
            let index = upstream.file(&suite.file(&format!("{INDEX}/Packages.xz")));
            let name = format!("{INDEX}/by-hash/SHA256/{}", crate::archive::sha256(&index));
            upstream.fault(&suite.file(&name), [Fault::Slow(index.len() / 8, Duration::from_millis(30))]);
        }
        let api = site.api().clone();
        let mut seeds: Vec<_> = (0..DEVICES).map(|_| Random::from_seed(random.next())).collect();
        let moment = Duration::from_millis(random.below(LATEST));
        let start = json!({ "source": source });
        let work = async {
            // May be cut off as everything else.
            let start = async { drop(api.send(Method::POST, "/sync/runs", Some(&start)).await) };
            let admin = administer(&api, round, &order, &mut deployments);
            let [one, two, three] = &mut devices[..] else { unreachable!("three devices") };
            let [seed1, seed2, seed3] = &mut seeds[..] else { unreachable!("three devices") };
            tokio::join!(
                start,
                admin,
                device_works(one, seed1, deployment, target),
                device_works(two, seed2, deployment, target),
                device_works(three, seed3, deployment, target),
            )
        };
        let end = async {
            tokio::time::sleep(moment).await;
            site.kill().await;
        };
        // The work ends by itself once nobody answers.
        tokio::join!(work, end);

        site.start_again().await;
        for device in &mut devices {
            device.verify(&site).await;
        }
        let known = site.api().get("/deployments").await.to_string();
        for id in &deployments {
            assert!(known.contains(id.as_str()), "round {round}: the deployment {id} is lost");
        }
        let run = sync(&site, &source).await;
        assert!(run["outcome"] == "changed" || run["outcome"] == "unchanged", "round {round}: {run}");
        let mut current = all_current(&site).await;
        current.sort();
        assert!(current == archive.titles, "round {round}: the catalog is not what the archive offers");
        let now = run["catalog_version"].as_u64().expect("a number");
        assert!(now > version, "round {round}: catalog {now} after {version}");
        version = now;
        let check = site.api().post("/store/check", json!(null)).await;
        assert_eq!(check["problems"], json!([]), "round {round}");
    }
    // The moments were the right ones: work was cut off, and work was acknowledged.
    let runs = site.api().get(&format!("/sync/runs?limit=1000&source={source}")).await;
    let cut_off =
        runs["items"].as_array().expect("a list").iter().filter(|run| run["outcome"] == "interrupted").count();
    let acknowledged: u64 = devices.iter().map(Device::acknowledged).sum();
    eprintln!(
        "{ROUNDS} rounds: {cut_off} synchronizations cut off, {acknowledged} reports and inventories and {} deployments acknowledged",
        deployments.len()
    );
    assert!(cut_off > 0 && acknowledged > u64::from(ROUNDS) && deployments.len() > 1);
}

fn uuid(text: &str) -> Uuid {
    text.parse().expect("an id")
}

async fn all_current(site: &Site) -> Vec<String> {
    let (mut titles, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = site.api().get(&format!("/updates?state=current&limit=1000{cursor}")).await;
        titles.extend(page["items"].as_array().expect("a list").iter().map(|update| text(&update["title"])));
        let Some(next) = page["next"].as_str() else { return titles };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_with_sqlite() {
    rounds(Vec::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_with_postgresql() {
    let database = Database::new("crash");
    rounds(vec![format!("--database-url={}", database.url())]).await;
}
