//! Where files are looked for: at upstream servers, and at publishers only for what those do not keep.

use sluice_model::{Schedule, SourceId};
use sluice_store::content_origin::ContentOriginRecord;
use sluice_wsus::messages::server_sync::{GetConfigDataResponse, ServerSyncConfigData};

use super::server::ok;
use super::world::World;
use crate::content::{ContentOrigin as _, WantedContent};
use crate::sources::{SourceConfig, SourceSpec, UpstreamSource};
use crate::sync::UpstreamContent;

fn said(source: SourceId, url: &str) -> ContentOriginRecord {
    let (url, upstream_url) = (url.to_owned(), String::new());
    ContentOriginRecord { sha1: [1; 20], source, url, upstream_url, size: None, sha256: None }
}

async fn source(world: &World, name: &str, url: &str, enabled: bool) -> SourceId {
    let server = UpstreamSource { url: url.into(), ..UpstreamSource::default() };
    let config = SourceConfig::Upstream(Box::new(server));
    let spec = SourceSpec { name: name.into(), config, schedule: Schedule::Manual, enabled };
    world.base.site.create_source(&world.base.admin, spec).await.unwrap().id
}

async fn urls(world: &World, records: &[ContentOriginRecord]) -> Vec<String> {
    let file = WantedContent { sha1: [1; 20], path: "01/AB.cab".into(), size: 1 };
    let places = UpstreamContent.places(&world.base.site, &file, records).await;
    places.into_iter().map(|place| place.url.replace(&world.upstream.url, "upstream:")).collect()
}

/// A site ran against Microsoft's service, which was disabled when it joined below another one.
#[tokio::test(flavor = "multi_thread")]
async fn the_upstream_comes_first_and_what_is_not_enabled_does_not_count() {
    let world = World::new().await;
    let microsoft = source(&world, "microsoft", crate::sources::MICROSOFT_UPDATE, false).await;
    let records =
        [said(microsoft, "http://download.example/old.cab"), said(world.source, "http://download.example/1.cab")];
    assert_eq!(urls(&world, &records).await, ["upstream:/Content/01/AB.cab", "http://download.example/1.cab"]);
    world.delta().await;
    assert_eq!(urls(&world, &records).await, ["upstream:/Content/01/AB.cab", "http://download.example/1.cab"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_publisher_comes_first_when_the_upstream_keeps_no_files() {
    let world = World::new().await;
    world.upstream.hook(|asked, _| {
        let config =
            ServerSyncConfigData { catalog_only_sync: true, protocol_version: "1.20".into(), ..Default::default() };
        (asked.operation == "GetConfigData").then(|| ok(&GetConfigDataResponse { config }))
    });
    world.delta().await;
    let records = [said(world.source, "http://download.example/1.cab")];
    assert_eq!(urls(&world, &records).await, ["http://download.example/1.cab", "upstream:/Content/01/AB.cab"]);
    // Microsoft's is known to keep none, also before it is asked.
    let microsoft = source(&world, "microsoft", crate::sources::MICROSOFT_UPDATE, true).await;
    let last = format!("{}/Content/01/AB.cab", crate::sources::MICROSOFT_UPDATE);
    let found = urls(&world, &[said(microsoft, "http://download.example/2.cab")]).await;
    assert_eq!(found, ["http://download.example/2.cab", &last, "upstream:/Content/01/AB.cab"]);
}
