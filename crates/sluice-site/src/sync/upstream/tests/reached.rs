//! Trying a source out: each way in which it can fail is told apart, with what to do.

use super::http::Reply;
use super::server::Upstream;
use super::world::World;
use crate::sources::{SourceConfig, UpstreamSource};
use crate::sync::SourceCheck;

async fn check(world: &World, source: UpstreamSource) -> SourceCheck {
    let config = SourceConfig::Upstream(Box::new(source));
    world.base.site.check_source(&world.base.admin, &config).await.unwrap()
}

fn at(url: &str) -> UpstreamSource {
    UpstreamSource { url: url.to_owned(), ..UpstreamSource::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_there() {
    let world = World::new().await;
    let source = UpstreamSource { languages: vec!["en".into(), "xx".into()], ..at(&world.upstream.url) };
    let check = check(&world, source).await;
    assert!(check.ok, "{check:?}");
    let steps: Vec<_> = check.steps.iter().map(|step| step.operation).collect();
    assert_eq!(steps, ["GetAuthConfig", "GetAuthorizationCookie", "GetCookie", "GetConfigData"]);
    assert_eq!(
        check.facts,
        [
            "Protocol version 1.20.",
            "100 updates in a request.",
            "The server fetches files when they are needed.",
            "The server does not know these languages of the source: xx."
        ]
    );
    assert_eq!(world.upstream.operations(), steps);
}

#[tokio::test(flavor = "multi_thread")]
async fn statuses_and_pages_are_told_apart() {
    let world = World::new().await;
    for (status, error, fix) in [
        (302, "answered with status 302", "redirects"),
        (401, "answered with status 401", "anonymous"),
        (403, "answered with status 403", "sluice downstream approve"),
        (404, "answered with status 404", "8530"),
        (407, "answered with status 407", "name and password"),
        (502, "answered with status 502", "WsusPool"),
        (503, "answered with status 503", "WsusPool"),
        (500, "answered with status 500", "problem of its own"),
        (200, "answered with something that is not SOAP", "root of a WSUS"),
    ] {
        world.upstream.hook(move |_, _| Some(Reply::status(status)));
        world.upstream.taken();
        let check = check(&world, at(&world.upstream.url)).await;
        assert!(!check.ok && check.steps.len() == 1 && !check.steps[0].ok, "{check:?}");
        assert_eq!(check.error, Some(format!("{} {error}", world.upstream.url)));
        assert!(check.fix.as_ref().unwrap().contains(fix), "{status}: {check:?}");
        // Whoever waits does not wait for tries that go the same way.
        assert_eq!(world.upstream.operations().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_reached_is_told() {
    let world = World::new().await;
    let gone = Upstream::start().await.url.clone();
    let failed = check(&world, at(&gone)).await;
    assert_eq!(failed.error, Some(format!("{gone} cannot be reached: nobody listens there")));
    assert!(failed.fix.unwrap().contains("8530"));
    let failed = check(&world, at("http://no-such-host.invalid:8530")).await;
    assert!(failed.error.unwrap().contains("cannot be reached: "));
}

/// A proxy that wants a name and password gets them; its refusals are not those of the server.
#[tokio::test(flavor = "multi_thread")]
async fn through_a_proxy() {
    let world = World::new().await;
    let proxy = world.upstream.url.replace("http://", "http://ada:secret@");
    world.upstream.hook(|asked, _| {
        let known = asked.http.header("proxy-authorization") == Some("Basic YWRhOnNlY3JldA==");
        (!known).then(|| Reply::status(407))
    });
    let through = |proxy: &str| UpstreamSource { proxy: Some(proxy.to_owned()), ..at("http://wsus.invalid:8530") };
    let check_with = check(&world, through(&proxy)).await;
    assert!(check_with.ok, "{check_with:?}");
    let check_without = check(&world, through(&world.upstream.url)).await;
    assert_eq!(check_without.error.as_deref(), Some("http://wsus.invalid:8530 answered with status 407"));
    assert!(check_without.fix.unwrap().contains("name and password"));
}
