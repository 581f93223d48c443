//! The shorter way of agents through a listener: what comes out is what the router answers.

use std::net::SocketAddr;
use std::sync::Arc;

use sluice_site::Caller;
use sluice_site::windows::settings::WindowsSettingsChange;
use sluice_web::{Served, plain_router, plain_service, serve};
use sluice_wsus::xpress;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::documents::catalog;
use crate::faults::{client, registered};
use crate::shape::with;
use crate::world::{CLIENT, SIMPLE_AUTH, World};

struct Listening {
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Listening {
    async fn start(served: impl Into<Served>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let task = tokio::spawn(serve(listener, None, served.into(), stop.clone()));
        Self { address, stop, task }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

async fn open() -> World {
    let world = World::open().await;
    let change = WindowsSettingsChange { metadata_over_http: Some(true), ..WindowsSettingsChange::default() };
    world.site.change_windows_settings(&Caller::system(), change).await.unwrap();
    world.import(&catalog()).await;
    world
}

fn post(path: &str, more: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: wsus.example\r\nContent-Type: text/xml; charset=utf-8\r\n{more}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The head, its lines sorted and without the date, and the body, unpacked and without a cookie.
async fn answer(stream: &mut TcpStream) -> (Vec<String>, String) {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "{}", String::from_utf8_lossy(&bytes));
    };
    let text = String::from_utf8(bytes.drain(..head).collect()).unwrap();
    let mut lines: Vec<_> = text.trim_end().lines().map(str::to_owned).collect();
    let of = |name: &str| lines.iter().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
    assert!(of("date: ").is_some_and(|date| date.ends_with(" GMT") && date.len() == 29), "{text}");
    let length: usize = of("content-length: ").unwrap().parse().unwrap();
    while bytes.len() < length {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0);
    }
    assert_eq!(bytes.len(), length, "nothing comes after it");
    let packed = of("content-encoding: ").as_deref() == Some("xpress");
    let body = if packed { xpress::decompress(&bytes, 1 << 20).unwrap() } else { bytes };
    let body = String::from_utf8(body).unwrap();
    lines.retain(|line| !line.starts_with("date: ") && !line.starts_with("content-length: "));
    lines.sort();
    let body = if body.contains("<NewCookie>") { with(&body, "EncryptedData", "") } else { body };
    (lines, if body.contains("<ID>") && body.contains("ErrorCode") { with(&body, "ID", "") } else { body })
}

async fn ask(stream: &mut TcpStream, request: &str) -> (Vec<String>, String) {
    stream.write_all(request.as_bytes()).await.unwrap();
    answer(stream).await
}

fn sync(cookie: &str, parameters: &str) -> String {
    let cookie = format!(
        "<cookie><Expiration>2026-10-04T15:03:36Z</Expiration><EncryptedData>{cookie}</EncryptedData></cookie>"
    );
    client("SyncUpdates", &format!("{cookie}<parameters>{parameters}</parameters>"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_answers_as_the_router_does() {
    let world = open().await;
    let cookie = registered(&world).await;
    let (router, service) = (
        Listening::start(plain_router(Arc::clone(&world.site))).await,
        Listening::start(plain_service(Arc::clone(&world.site))).await,
    );
    let (mut slow, mut quick) = (router.connect().await, service.connect().await);
    let xpress = "Accept-Encoding: gzip, xpress\r\n";
    for request in [
        post(CLIENT, "", &client("GetConfig", "")),
        post(CLIENT, xpress, &sync(&cookie, "")),
        post(CLIENT, xpress, &sync(&cookie, "")),
        post(CLIENT, xpress, &sync(&cookie, "")),
        post(CLIENT, xpress, &sync(&cookie, "")),
        post(
            CLIENT,
            "Connection: Keep-Alive\r\n",
            &sync(&cookie, "<OtherCachedUpdateIDs><int>9</int></OtherCachedUpdateIDs>"),
        ),
        post(CLIENT, "", &sync("AAAA", "")),
        post(CLIENT, "SOAPAction: \"a/b\"\r\n", "no XML"),
        post(CLIENT, "", ""),
        post(SIMPLE_AUTH, "", &client("GetAuthorizationCookie", "")),
        post(CLIENT, "", &client("Other", "")),
        // Not for the shorter way, on the same connection; and after it.
        format!("GET {CLIENT} HTTP/1.1\r\nHost: wsus.example\r\n\r\n"),
        "GET /nothing HTTP/1.1\r\nHost: wsus.example\r\n\r\n".to_owned(),
        post(CLIENT, xpress, &sync(&cookie, "")),
    ] {
        let (wanted, found) = (ask(&mut slow, &request).await, ask(&mut quick, &request).await);
        assert_eq!(found, wanted, "{request}");
    }
    assert!(world.metric("windows_recalled_total") >= 4.0);
    drop((slow, quick));
    router.end().await;
    service.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_come_in_any_pieces() {
    let world = open().await;
    let cookie = registered(&world).await;
    let service = Listening::start(plain_service(Arc::clone(&world.site))).await;
    let mut stream = service.connect().await;
    let ids: String = (0..9000).map(|id| format!("<int>{}</int>", 100_000 + id)).collect();
    let large = post(CLIENT, "", &sync(&cookie, &format!("<OtherCachedUpdateIDs>{ids}</OtherCachedUpdateIDs>")));
    let wanted = ask(&mut stream, &large).await;
    assert!(large.len() > 150_000 && wanted.1.contains("<int>108999</int></OutOfScopeRevisionIDs>"));
    // Several at a time.
    stream.write_all(large.repeat(2).as_bytes()).await.unwrap();
    for _ in 0..2 {
        assert_eq!(one_of_several(&mut stream).await, wanted);
    }
    // The body after the head, as agents send it, also in small pieces.
    let small = post(CLIENT, "", &client("GetConfig", ""));
    let (head, body) = small.split_at(small.find("\r\n\r\n").unwrap() + 4);
    for size in [body.len(), 50] {
        stream.write_all(head.as_bytes()).await.unwrap();
        for piece in body.as_bytes().chunks(size) {
            stream.write_all(piece).await.unwrap();
            tokio::task::yield_now().await;
        }
        assert!(answer(&mut stream).await.1.contains("GetConfigResponse"));
    }
    // The first bytes of a head together with the last of the request before.
    let (first, rest) = (large.clone() + &large[..20], &large[20..]);
    stream.write_all(first.as_bytes()).await.unwrap();
    assert_eq!(one_of_several(&mut stream).await, wanted);
    stream.write_all(rest.as_bytes()).await.unwrap();
    assert_eq!(one_of_several(&mut stream).await, wanted);
    // A peer that leaves in the middle.
    stream.write_all(head.as_bytes()).await.unwrap();
    drop(stream);
    service.end().await;
}

/// One answer of several that may come together: read to the byte.
async fn one_of_several(stream: &mut TcpStream) -> (Vec<String>, String) {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await.unwrap());
    }
    let text = String::from_utf8(bytes).unwrap();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    let mut lines: Vec<_> = text.trim_end().lines().map(str::to_owned).collect();
    lines.retain(|line| !line.starts_with("date: ") && !line.starts_with("content-length: "));
    lines.sort();
    (lines, with(&String::from_utf8(body).unwrap(), "EncryptedData", ""))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metadata_is_refused_where_it_is_not_allowed() {
    let world = World::open().await;
    let service = Listening::start(plain_service(Arc::clone(&world.site))).await;
    let mut stream = service.connect().await;
    let (head, _) = ask(&mut stream, &post(CLIENT, "", &client("GetConfig", ""))).await;
    assert!(head.contains(&"HTTP/1.1 403 Forbidden".to_owned()), "{head:?}");
    assert_eq!(world.site.windows_plain_requests(), (0, 1), "counted once");
    drop(stream);
    service.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_connection_ends_with_the_process() {
    let world = open().await;
    let service = Listening::start(plain_service(Arc::clone(&world.site))).await;
    let mut stream = service.connect().await;
    ask(&mut stream, &post(CLIENT, "", &client("GetConfig", ""))).await;
    service.end().await;
    assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
}
