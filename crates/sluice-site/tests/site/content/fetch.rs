//! Files that are fetched, from servers that do all that servers do.

use futures_util::future::BoxFuture;
use std::sync::{Arc, Mutex};

use sluice_model::SourceId;
use sluice_site::Site;
use sluice_site::content::demand::{ComingError, Offer};
use sluice_site::content::settings::{ContentSettingsChange, FetchPolicy, UpdateFiles};
use sluice_site::content::{ContentOrigin, Place, WantedContent};
use sluice_store::content_origin::ContentOriginRecord;

use super::files::{TestFile, add, bytes, deploy, hours, is_here, place, read, until, until_alerts};
use super::origin::{Act, Origin};
use crate::world::World;

const LEN: usize = 1_000_000;

/// A site with an update whose file is at an origin.
async fn with_file() -> (World, Origin, TestFile) {
    let world = World::new().await;
    let origin = Origin::start().await;
    let file = add(&world, 0x77, "kb.cab", bytes(LEN, 1)).await;
    place(&world, &file, &origin.file("/kb.cab?P1=secret", &file.bytes)).await;
    (world, origin, file)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_deployed_comes_by_itself() {
    let (world, origin, file) = with_file().await;
    let mut events = world.site.events();
    let status = world.site.fetch_status(&world.admin).await.unwrap();
    assert_eq!((status.wanted, status.running.len()), (0, 0));
    deploy(&world, "d", &file).await;
    let status = until(&world, &mut events, |status| status.missing == 0 && status.wanted == 1).await;
    assert_eq!((status.wanted_bytes, status.failing.len()), (LEN as u64, 0));
    assert!(is_here(&world, &file.name));
    assert_eq!(origin.asked(), ["/kb.cab?P1=secret -"]);
    assert_eq!(read(&world, &file.name).await.unwrap(), file.bytes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_connection_is_gone_on_with() {
    let (world, origin, file) = with_file().await;
    origin.acts([Act::Cut(300_000), Act::Cut(0), Act::Cut(400_000)]);
    assert_eq!(read(&world, &file.name).await.unwrap(), file.bytes);
    assert!(is_here(&world, &file.name));
    let ranges: Vec<_> = origin.asked().iter().map(|asked| asked.rsplit(' ').next().unwrap().to_owned()).collect();
    assert_eq!(ranges, ["-", "bytes=300000-", "bytes=300000-", "bytes=700000-"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_site_goes_on_where_it_was() {
    let (mut world, origin, file) = with_file().await;
    origin.acts([Act::Hold(600_000)]);
    // What no deployment wants may be thrown away at the start, before anybody asks for it again.
    deploy(&world, "d", &file).await;
    let Offer::Coming(mut coming) = world.site.content_file(&file.name).await.unwrap() else {
        panic!("it is on its way")
    };
    // What has arrived can be read before the rest is here.
    let mut got = Vec::new();
    while got.len() < 500_000 {
        got.extend_from_slice(&coming.read(got.len() as u64, 1 << 16).await.unwrap());
    }
    assert_eq!(got, file.bytes[..got.len()]);
    assert_eq!(coming.wait(900_000, std::time::Duration::ZERO).await, Err(ComingError::Slow));
    world.restart().await;
    origin.acts([Act::Serve]);
    assert_eq!(read(&world, &file.name).await.unwrap(), file.bytes);
    let asked = origin.asked();
    let from =
        |line: &String| line.rsplit(' ').next()?.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok();
    let from = asked.iter().filter_map(from).next_back();
    assert!(from.is_some_and(|from| (500_000..=600_000).contains(&from)), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_ranges_sends_it_anew() {
    let (world, origin, file) = with_file().await;
    origin.acts([Act::Cut(500_000), Act::Whole]);
    let mut events = world.site.events();
    deploy(&world, "d", &file).await;
    until(&world, &mut events, |status| status.wanted == 1 && status.missing == 0).await;
    assert_eq!(origin.asked().len(), 2);
    assert!(is_here(&world, &file.name));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_the_file_is_never_here() {
    for act in [Act::Lie, Act::More] {
        let (mut world, origin, file) = with_file().await;
        origin.acts([act]);
        let mut events = world.site.events();
        assert_eq!(read(&world, &file.name).await.unwrap_err(), "the file could not be fetched");
        let status = until(&world, &mut events, |status| !status.failing.is_empty()).await;
        let failing = &status.failing[0];
        assert!(failing.wrong && failing.reason.starts_with("what comes is not the file: "), "{failing:?}");
        assert!(!failing.reason.contains("secret"), "{failing:?}");
        assert!(!is_here(&world, &file.name));
        // Nobody makes the site try again and again.
        assert!(read(&world, &file.name).await.unwrap_err().starts_with("later: "));
        until_alerts(&world, &mut events, &["content-failed"]).await;
        // It is remembered.
        world.restart().await;
        assert!(read(&world, &file.name).await.unwrap_err().starts_with("later: "));

        let mut events = world.site.events();
        assert_eq!(world.site.fetch_content(&world.admin, Some(vec![file.name.sha1()])).await.unwrap(), (1, 1));
        until(&world, &mut events, |status| status.failing.is_empty()).await;
        assert!(is_here(&world, &file.name));
        until_alerts(&world, &mut events, &[]).await;
    }
}

/// Half of the part is of something else, as after a power failure: it comes again, whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spoiled_part_is_fetched_again_from_the_beginning() {
    let (world, origin, file) = with_file().await;
    let mut part = world.site.content().part(&file.name, LEN as u64).unwrap();
    part.write(&bytes(400_000, 9)).unwrap();
    drop(part);
    assert_eq!(read(&world, &file.name).await.unwrap_err(), "the file could not be fetched");
    let mut events = world.site.events();
    until(&world, &mut events, |status| status.running.is_empty()).await;
    assert!(is_here(&world, &file.name));
    assert_eq!(origin.asked(), ["/kb.cab?P1=secret bytes=400000-", "/kb.cab?P1=secret -"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_are_tried_again_later_and_told() {
    let (world, origin, file) = with_file().await;
    origin.acts([Act::Status(404), Act::Status(404)]);
    let mut events = world.site.events();
    deploy(&world, "d", &file).await;
    let status = until(&world, &mut events, |status| !status.failing.is_empty()).await;
    assert!(!status.failing[0].wrong);
    assert_eq!(status.failing[0].next_at, world.now() + jiff::SignedDuration::from_mins(1));
    assert!(world.site.alerts(&world.admin, true).await.unwrap().is_empty(), "once is nothing");
    assert_eq!(world.site.fetch_content(&world.admin, None).await.unwrap(), (1, 0));
    until(&world, &mut events, |status| status.failing.first().is_some_and(|f| f.attempts == 2)).await;
    assert_eq!(world.site.fetch_content(&world.admin, None).await.unwrap(), (1, 0));
    until(&world, &mut events, |status| status.missing == 0).await;
    assert!(is_here(&world, &file.name));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redirections_lead_to_web_servers_only() {
    let (world, origin, file) = with_file().await;
    let other = origin.file("/elsewhere", &file.bytes);
    origin.acts([Act::Redirect(other)]);
    assert_eq!(read(&world, &file.name).await.unwrap(), file.bytes);

    let second = add(&world, 0x78, "b.cab", bytes(1000, 2)).await;
    place(&world, &second, &origin.file("/b.cab", &second.bytes)).await;
    origin.acts(vec![Act::Redirect("file:///etc/passwd".into()); 3]);
    assert!(read(&world, &second.name).await.is_err());
    let third = add(&world, 0x79, "c.cab", bytes(1000, 3)).await;
    place(&world, &third, "file:///etc/passwd").await;
    assert_eq!(read(&world, &third.name).await.unwrap_err(), "the file could not be fetched");
    assert_eq!(read(&world, &third.name).await.unwrap_err(), "absent", "no place that counts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_decide_what_comes() {
    let (world, origin, file) = with_file().await;
    let express = add(&world, 0x7a, "kb.psf", bytes(1000, 4)).await;
    place(&world, &express, &origin.file("/kb.psf", &express.bytes)).await;
    assert_eq!(read(&world, &express.name).await.unwrap_err(), "absent", "full files only");
    let change = |policy, update_files| ContentSettingsChange { policy, update_files, ..Default::default() };
    let mut events = world.site.events();
    let all = change(Some(FetchPolicy::All), Some(UpdateFiles::FullAndExpress));
    world.site.change_content_settings(&world.admin, all).await.unwrap();
    until(&world, &mut events, |status| status.wanted == 2 && status.missing == 0).await;
    assert!(is_here(&world, &file.name) && is_here(&world, &express.name));
    // Declined updates are not handed out anew.
    let third = add(&world, 0x7b, "x.cab", bytes(1000, 5)).await;
    world.site.decline_updates(&world.admin, vec![third.update], "").await.unwrap();
    place(&world, &third, &origin.file("/x.cab", &third.bytes)).await;
    assert_eq!(read(&world, &third.name).await.unwrap_err(), "absent");
}

/// An upstream server that has a file after it was asked for it.
struct Upstream {
    origin: Origin,
    file: Vec<u8>,
    asked: Mutex<Vec<String>>,
}

impl ContentOrigin for Upstream {
    fn places<'a>(
        &'a self,
        _: &'a Arc<Site>,
        file: &'a WantedContent,
        records: &'a [ContentOriginRecord],
    ) -> BoxFuture<'a, Vec<Place>> {
        assert_eq!(records.len(), 1);
        let url = format!("{}/Content/{}", self.origin.url, file.path);
        let upstream = Some(records[0].source);
        Box::pin(async move { vec![Place { url, proxy: None, client: None, upstream }] })
    }

    fn request<'a>(
        &'a self,
        _: &'a Arc<Site>,
        _: SourceId,
        file: &'a WantedContent,
    ) -> BoxFuture<'a, Result<(), String>> {
        self.asked.lock().unwrap().push(file.path.clone());
        self.origin.file(&format!("/Content/{}", file.path), &self.file);
        Box::pin(async { Ok(()) })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_server_is_asked_to_get_what_it_lacks() {
    let world = World::new().await;
    let file = add(&world, 0x77, "kb.cab", bytes(1000, 1)).await;
    place(&world, &file, "").await;
    let origin = Origin::start().await;
    let upstream = Arc::new(Upstream { origin, file: file.bytes.clone(), asked: Mutex::default() });
    world.site.set_content_origin(Arc::clone(&upstream) as Arc<dyn ContentOrigin>);
    assert!(read(&world, &file.name).await.is_err());
    world.pass(hours(1));
    assert_eq!(read(&world, &file.name).await.unwrap(), file.bytes);
    assert_eq!(*upstream.asked.lock().unwrap(), [file.name.address()]);
}

/// Every request for a file on its way is answered from the one transfer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_ask_cause_one_transfer() {
    let (world, origin, file) = with_file().await;
    origin.acts([Act::Hold(100_000)]);
    let first = read(&world, &file.name);
    let second = read(&world, &file.name);
    let third = async {
        let Offer::Coming(mut coming) = world.site.content_file(&file.name).await.unwrap() else { panic!("coming") };
        coming.wait(50_000, std::time::Duration::from_secs(30)).await.unwrap();
        origin.go_on();
        // The end is held back until the whole is verified.
        coming.read(LEN as u64 - 1, 10).await.unwrap()
    };
    let (first, second, third) = tokio::join!(first, second, third);
    assert_eq!((first.unwrap(), second.unwrap()), (file.bytes.clone(), file.bytes.clone()));
    assert_eq!(third, file.bytes[LEN - 1..]);
    assert_eq!(origin.asked().len(), 1);
}
