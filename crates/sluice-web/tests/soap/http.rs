//! What is around the messages: paths, methods, encodings, listeners, damage.

use std::io::{Read as _, Write as _};
use std::sync::Arc;

use axum::http::StatusCode;
use sluice_site::Caller;
use sluice_site::windows::settings::WindowsSettingsChange;
use sluice_web::{client_router, plain_router, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::world::{CLIENT, REPORTING, SIMPLE_AUTH, World};

const GET_CONFIG: &str = r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><GetConfig xmlns="http://www.microsoft.com/SoftwareDistribution/Server/ClientWebService"><protocolVersion>2.90</protocolVersion></GetConfig></s:Body></s:Envelope>"#;

fn is_config(text: &str) {
    assert!(text.contains("<GetConfigResponse xmlns=") && text.contains("<Value>3.2</Value>"), "{text}");
}

#[tokio::test]
async fn paths_and_methods() {
    let world = World::open().await;
    for path in ["/clientwebservice/CLIENT.asmx", "//ClientWebService/client.asmx", "//ClientWebService//Client.asmx"] {
        is_config(&world.post(path, GET_CONFIG).await.ok());
    }
    for path in [CLIENT, SIMPLE_AUTH, REPORTING] {
        let answer = world.send(&world.clients, "GET", &format!("{path}?wsdl"), &[], "").await;
        let line = answer.ok();
        assert!(line.contains("service for Windows devices") && line.lines().count() == 1, "{line}");
        let answer = world.send(&world.clients, "PUT", path, &[], "").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    }
    assert_eq!(world.post("/ClientWebService/other.asmx", GET_CONFIG).await.status, StatusCode::NOT_FOUND);
    let wrong = world.post(REPORTING, GET_CONFIG).await;
    assert_eq!(wrong.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(wrong.text.contains("<faultcode>soap:Client</faultcode>"), "{}", wrong.text);
}

#[tokio::test]
async fn texts_in_every_encoding() {
    let world = World::open().await;
    let utf16 = |units: &mut dyn Iterator<Item = u16>| units.flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let plain = utf16(&mut GET_CONFIG.encode_utf16());
    let marked = [&[0xFF, 0xFE], plain.as_slice()].concat();
    let utf8 = [&[0xEF, 0xBB, 0xBF], GET_CONFIG.as_bytes()].concat();
    for (kind, body) in [
        ("text/xml; charset=utf-16", plain.clone()),
        ("text/xml; charset=utf-16", marked.clone()),
        ("text/xml", marked),
        ("text/xml; charset=\"UTF-8\"", utf8),
        ("application/octet-stream", GET_CONFIG.as_bytes().to_vec()),
    ] {
        is_config(&world.send(&world.clients, "POST", CLIENT, &[("content-type", kind)], body).await.ok());
    }
    for action in
        ["", "\"\"", "nonsense", "\"http://www.microsoft.com/SoftwareDistribution/Server/ClientWebService/GetCookie\""]
    {
        is_config(&world.send(&world.clients, "POST", CLIENT, &[("soapaction", action)], GET_CONFIG).await.ok());
    }
    for (offered, packed) in [("xpress", true), ("gzip, XPRESS;q=0.5", true), ("gzip", false), ("xpress;q=0", false)] {
        let answer = world.send(&world.clients, "POST", CLIENT, &[("accept-encoding", offered)], GET_CONFIG).await;
        assert_eq!(answer.headers.contains_key("content-encoding"), packed, "{offered}");
        assert_eq!(answer.headers["vary"], "Accept-Encoding");
        is_config(&answer.ok());
    }
}

#[tokio::test]
async fn soap_of_both_versions_with_headers() {
    let world = World::open().await;
    let headers = r#"<s:Header><a:Action xmlns:a="http://www.w3.org/2005/08/addressing" s:mustUnderstand="1">x</a:Action><a:To xmlns:a="http://www.w3.org/2005/08/addressing" s:mustUnderstand="1">y</a:To></s:Header><s:Body>"#;
    let soap12 = GET_CONFIG
        .replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
        .replace("<s:Body>", headers);
    let kind = [("content-type", "application/soap+xml; charset=utf-8; action=\"x/GetConfig\"")];
    let answer = world.send(&world.clients, "POST", CLIENT, &kind, soap12.clone()).await;
    assert_eq!(answer.headers["content-type"], "application/soap+xml; charset=utf-8");
    assert!(answer.text.contains("http://www.w3.org/2003/05/soap-envelope"));
    is_config(&answer.ok());
    let unknown = soap12.replace("http://www.w3.org/2005/08/addressing", "urn:unknown");
    let refused = world.send(&world.clients, "POST", CLIENT, &kind, unknown).await;
    assert!(refused.text.contains("MustUnderstand"), "{}", refused.text);
    let fault = soap12.replace("GetConfig", "GetCookie");
    let fault = world.send(&world.clients, "POST", CLIENT, &kind, fault).await;
    assert!(fault.text.contains("<s:Detail><ErrorCode>InvalidAuthorizationCookie</ErrorCode>"), "{}", fault.text);
    assert!(fault.text.contains("<s:Value>s:Sender</s:Value>"), "{}", fault.text);
}

#[tokio::test]
async fn damage_is_refused_in_soap() {
    let world = World::open().await;
    let deep = format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><GetConfig>{}",
        "<a>".repeat(100_000)
    );
    let dtd = format!("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>{GET_CONFIG}");
    for body in ["", "{}", "<", "<a/>", &GET_CONFIG[..200], &GET_CONFIG.replace("GetConfig", "GetMoney"), &deep, &dtd] {
        let answer = world.post(CLIENT, body.to_owned()).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{body:.100}");
        assert!(answer.text.contains("<s:Fault><faultcode>s:"), "{}", answer.text);
        assert!(!answer.text.contains("root:"), "{}", answer.text);
    }
    let invalid = world.post(CLIENT, b"\xFF\xFF<a/>".to_vec()).await;
    assert!(invalid.text.contains("s:Fault"), "{}", invalid.text);
    let large = world.post(CLIENT, vec![b' '; (8 << 20) + 1]).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(large.headers["connection"], "close");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metadata_over_plain_http_only_when_allowed() {
    let world = World::open().await;
    let refused = world.send(&world.plain, "POST", CLIENT, &[], GET_CONFIG).await;
    assert_eq!((refused.status, refused.text.lines().count()), (StatusCode::FORBIDDEN, 1));
    let change = WindowsSettingsChange { metadata_over_http: Some(true), ..WindowsSettingsChange::default() };
    world.site.change_windows_settings(&Caller::system(), change).await.unwrap();
    is_config(&world.send(&world.plain, "POST", CLIENT, &[], GET_CONFIG).await.ok());
    assert_eq!(world.site.windows_plain_requests(), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_may_ask_before_it_sends_the_body() {
    let world = World::open().await;
    let change = WindowsSettingsChange { metadata_over_http: Some(true), ..WindowsSettingsChange::default() };
    world.site.change_windows_settings(&Caller::system(), change).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let server = tokio::spawn(serve(listener, None, plain_router(Arc::clone(&world.site)), shutdown.clone()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    // Twice on one connection, which stays open.
    for _ in 0..2 {
        let head = format!(
            "POST {CLIENT} HTTP/1.1\r\nHost: {address}\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
            GET_CONFIG.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut go_on = [0; 25];
        stream.read_exact(&mut go_on).await.unwrap();
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream.write_all(GET_CONFIG.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"</s:Envelope>") {
            assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "{}", String::from_utf8_lossy(&answer));
        }
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("content-length: "), "{answer}");
        is_config(&answer);
    }
    shutdown.cancel();
    drop(stream);
    server.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_answer_leaves_in_one_write() {
    let world = World::open().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let server = tokio::spawn(serve(listener, None, client_router(Arc::clone(&world.site)), shutdown.clone()));
    // On a thread of its own it sees each write by itself; often, so that no two are seen as one every time.
    let client = tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let request = format!(
            "POST {CLIENT} HTTP/1.1\r\nHost: {address}\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n{GET_CONFIG}",
            GET_CONFIG.len()
        );
        let mut answer = vec![0; 64 << 10];
        for _ in 0..50 {
            stream.write_all(request.as_bytes()).unwrap();
            let read = stream.read(&mut answer).unwrap();
            let text = std::str::from_utf8(&answer[..read]).unwrap();
            assert!(text.starts_with("HTTP/1.1 200 OK\r\n") && text.ends_with("</s:Envelope>"), "{text}");
        }
    });
    client.await.unwrap();
    shutdown.cancel();
    server.await.unwrap();
}
