//! The listener itself, over a real socket.

use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::client::Ask;
use crate::site::TestSite;

async fn listen(site: &TestSite) -> (std::net::SocketAddr, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(sluice_web::serve(listener, None, site.admin.clone(), site.shutdown.clone()));
    (address, task)
}

/// Reads lines until one begins as wanted.
async fn line(reader: &mut BufReader<TcpStream>, begin: &str) -> String {
    loop {
        let mut line = String::new();
        assert_ne!(reader.read_line(&mut line).await.unwrap(), 0, "ended before a line began with {begin}");
        if line.starts_with(begin) {
            return line.trim_end().to_owned();
        }
    }
}

#[tokio::test]
async fn events_are_streamed_and_end_with_the_process() {
    let site = TestSite::open().await;
    let (address, task) = listen(&site).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request =
        format!("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n", site.reader);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reader = BufReader::new(stream);
    assert_eq!(line(&mut reader, "HTTP/").await, "HTTP/1.1 200 OK");
    assert_eq!(line(&mut reader, "content-type").await, "content-type: text/event-stream");
    // The answer's head is sent after the subscription, so nothing from here on is missed.
    let body = json!({ "valid_seconds": 60, "uses": 1 });
    let token = Ask::new(&site.admin, "post", "/api/v1/enrollment-tokens").bearer(&site.administrator).json(&body);
    let token = token.send().await.json()["secret"].as_str().unwrap().to_owned();
    let body = json!({ "token": token, "hostname": "web1", "agent_version": "0" });
    Ask::new(&site.clients, "post", "/agent/v1/enroll").json(&body).send().await;
    assert_eq!(line(&mut reader, "event:").await, "event: device");
    assert!(line(&mut reader, "data:").await.starts_with("data: {\"device\":"));

    site.shutdown.cancel();
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).await.unwrap();
    task.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn what_is_no_http_is_dropped() {
    let site = TestSite::open().await;
    let (address, task) = listen(&site).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 no HTTP at all\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 400"), "{}", String::from_utf8_lossy(&answer));

    let mut stream = TcpStream::connect(address).await.unwrap();
    let header = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "a".repeat(64 << 10));
    // The server may close before it has read all of it.
    let _ = stream.write_all(header.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 431"), "{}", String::from_utf8_lossy(&answer));
    site.shutdown.cancel();
    task.await.unwrap();
}
