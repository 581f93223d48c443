//! Enrolment and a check-in over real TLS, against a small server with certificates of its own.

use std::path::Path;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use sluice_agent::host::{Command, Finished, RunError, Runner};
use sluice_agent::{Agent, AgentConfig, Clock, EnrollError, Enrollment, Entropy, Host};
use sluice_wire::{DeviceCredential, EnrollmentToken};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use uuid::Uuid;

const DEVICE: Uuid = Uuid::from_u128(5);

struct At(i64);

impl Clock for At {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_second(self.0).unwrap()
    }
}

struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// Answers `apt-cache policy`, the only question of a scan.
struct AptCache;

impl Runner for AptCache {
    fn run<'a>(&'a self, command: &'a Command) -> sluice_agent::host::BoxFuture<'a, Result<Finished, RunError>> {
        assert_eq!(command.args, ["policy"]);
        let stdout = "Package files:\n 500 http://mirror.example/debian bookworm/main amd64 Packages\n     \
                      release v=12.11,o=Debian,a=stable,n=bookworm,l=Debian,c=main,b=amd64\n";
        Box::pin(async move { Ok(Finished { code: Some(0), stdout: stdout.to_owned(), stderr: String::new() }) })
    }
}

/// 2026-06-01, within the life of the certificates made here.
const NOW: i64 = 1_780_272_000;

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap().der().clone();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    fn fingerprint(&self) -> [u8; 32] {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &self.certificate);
        digest.as_ref().try_into().unwrap()
    }
}

/// What a server was asked: path, authorization, body.
#[derive(Default)]
struct Recorder {
    requests: Mutex<Vec<(String, String, serde_json::Value)>>,
    inventory: tokio::sync::Notify,
}

impl Recorder {
    fn lock(&self) -> std::sync::LockResult<std::sync::MutexGuard<'_, Vec<(String, String, serde_json::Value)>>> {
        self.requests.lock()
    }
}

type Seen = Arc<Recorder>;

/// A server for `name` with a certificate of `signer` that shows `shown` as its authority.
async fn serve(name: &str, signer: &Authority, shown: &Authority) -> (String, Seen) {
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &signer.issuer).unwrap();
    let chain = vec![leaf.der().clone(), shown.certificate.clone()];
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Seen::default();
    let all = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                tokio::spawn(talk(stream, Arc::clone(&all)));
            }
        }
    });
    (format!("https://localhost:{port}"), seen)
}

async fn talk(mut stream: tokio_rustls::server::TlsStream<tokio::net::TcpStream>, seen: Seen) -> Option<()> {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).unwrap();
        let value = |name: &str| {
            let line = head.lines().find(|l| l.to_ascii_lowercase().starts_with(name));
            line.map(|l| l.split_once(':').unwrap().1.trim().to_owned())
        };
        let mut body = vec![0; value("content-length").unwrap().parse().unwrap()];
        stream.read_exact(&mut body).await.ok()?;
        let path = head.split(' ').nth(1).unwrap().to_owned();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let (status, answer) = answer(&path, &body);
        seen.lock().unwrap().push((path, value("authorization").unwrap_or_default(), body));
        let answer = answer.to_string();
        let length = answer.len();
        let response = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n{answer}");
        stream.write_all(response.as_bytes()).await.ok()?;
        if head.contains("/inventory ") {
            seen.inventory.notify_one();
        }
    }
}

fn answer(path: &str, body: &serde_json::Value) -> (u16, serde_json::Value) {
    match path {
        "/agent/v1/enroll" if body["hostname"] == "unwelcome" => {
            let problem = serde_json::json!({"type": "urn:sluice:problem:token", "title": "the token has expired",
                "status": 403, "detail": "it ended an hour ago", "fix": "make a new one"});
            (403, problem)
        }
        "/agent/v1/enroll" => {
            let credential = DeviceCredential { device: DEVICE, secret: [7; 32] }.encode();
            let key = "A".repeat(43) + "=";
            (200, serde_json::json!({"device_id": DEVICE, "credential": credential, "policy_key": key, "site": "Test"}))
        }
        "/agent/v1/check-in" => {
            let wish = serde_json::json!({"send": "whole"});
            (200, serde_json::json!({"policy": null, "inventory": wish, "next_check_in": 60, "server_time": NOW}))
        }
        "/agent/v1/inventory" => (200, serde_json::json!({"held": body["hash"], "send_whole": false})),
        other => panic!("{other}"),
    }
}

fn agent(root: &Path, now: i64) -> Agent {
    let status = root.join("var/lib/dpkg/status");
    std::fs::create_dir_all(status.parent().unwrap()).unwrap();
    let entry = "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.21.22\n";
    std::fs::write(status, entry).unwrap();
    let host = Host {
        clock: Arc::new(At(now)),
        entropy: Arc::new(Zeros),
        runner: Arc::new(AptCache),
        root: root.to_owned(),
        privileged: true,
    };
    Agent::open(AgentConfig { state_directory: root.join("state"), ..AgentConfig::new("1.0") }, host)
}

fn enrollment(server: &str, authority: &Authority) -> Enrollment {
    let token = EnrollmentToken { id: Uuid::nil(), secret: [1; 32], authority_sha256: authority.fingerprint() };
    Enrollment { server: server.to_owned(), token: token.encode(), name: Some("pc".into()), replace: false }
}

async fn refusal(name: &str, signer: &Authority, shown: &Authority, token: &Authority, now: i64) -> String {
    let (server, seen) = serve(name, signer, shown).await;
    let root = tempfile::tempdir().unwrap();
    let agent = agent(root.path(), now);
    let error = agent.enroll(&enrollment(&server, token)).await.unwrap_err();
    assert!(seen.lock().unwrap().is_empty(), "the token was given away");
    assert!(!agent.is_enrolled().unwrap());
    error.to_string().replace(&server, "SERVER")
}

#[tokio::test]
async fn enrolled_and_checked_in() {
    let authority = Authority::new();
    let (server, seen) = serve("localhost", &authority, &authority).await;
    let root = tempfile::tempdir().unwrap();
    let agent = agent(root.path(), NOW);
    let enrolled = agent.enroll(&enrollment(&server, &authority)).await.unwrap();
    assert_eq!((enrolled.device, enrolled.site.as_str()), (DEVICE, "Test"));
    let again = agent.enroll(&enrollment(&server, &authority)).await.unwrap_err();
    assert!(matches!(again, EnrollError::AlreadyEnrolled { .. }), "{again}");

    let report = agent.run_once().await.unwrap();
    assert!(report.contact_error.is_none(), "{:?}", report.contact_error);
    assert_eq!(report.status.state, "idle");
    assert_eq!(report.status.next_check_in, Some(NOW + 60));
    let seen = seen.lock().unwrap();
    let paths: Vec<_> = seen.iter().map(|(path, ..)| path.as_str()).collect();
    assert_eq!(paths, ["/agent/v1/enroll", "/agent/v1/check-in", "/agent/v1/inventory"]);
    let credential = DeviceCredential { device: DEVICE, secret: [7; 32] };
    assert_eq!(seen[1].1, format!("Bearer {}", credential.encode()));
    assert_eq!(seen[1].2["hostname"], "pc");
    assert_eq!(seen[2].2["packages_set"][0]["name"], "dpkg");
    assert_eq!(seen[2].2["rest"]["indexes"][0]["codename"], "bookworm");
}

#[tokio::test]
async fn a_waiting_agent_goes_on_when_enrolled_and_when_woken() {
    let authority = Authority::new();
    let (server, seen) = serve("localhost", &authority, &authority).await;
    let root = tempfile::tempdir().unwrap();
    let service = agent(root.path(), NOW);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let run = service.run(async { drop(stopped.await) });
    let people = async {
        let command_line = agent(root.path(), NOW);
        command_line.enroll(&enrollment(&server, &authority)).await.unwrap();
        seen.inventory.notified().await;
        let second = command_line.run_once().await.unwrap_err().to_string();
        assert!(second.starts_with("an agent is already at work with"), "{second}");
        assert!(command_line.wake_running());
        seen.inventory.notified().await;
        service.waker().wake();
        seen.inventory.notified().await;
        assert!(command_line.status().unwrap().running);
        stop.send(()).unwrap();
    };
    let (ended, ()) = tokio::join!(run, people);
    ended.unwrap();
    assert!(!service.status().unwrap().running);
}

#[tokio::test]
async fn another_site_is_refused_before_the_token_is_shown() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let said = refusal("localhost", &theirs, &theirs, &ours, NOW).await;
    assert!(
        said.starts_with("SERVER could not be authenticated: it does not show the certificate authority"),
        "{said}"
    );
    // Showing our authority's certificate does not help who cannot sign with it.
    let said = refusal("localhost", &theirs, &ours, &ours, NOW).await;
    assert!(said.contains("not from the authority") || said.contains("could not be authenticated"), "{said}");
}

#[tokio::test]
async fn names_and_times_are_checked() {
    let authority = Authority::new();
    let said = refusal("elsewhere.example", &authority, &authority, &authority, NOW).await;
    assert!(said.contains("for another name"), "{said}");
    let said = refusal("localhost", &authority, &authority, &authority, 100).await;
    assert!(said.contains("not valid yet, or this device's clock is wrong"), "{said}");
}

#[tokio::test]
async fn after_enrolment_no_other_authority_will_do() {
    let (authority, other) = (Authority::new(), Authority::new());
    let (server, _) = serve("localhost", &authority, &authority).await;
    let root = tempfile::tempdir().unwrap();
    let agent = agent(root.path(), NOW);
    agent.enroll(&enrollment(&server, &authority)).await.unwrap();
    let (impostor, seen) = serve("localhost", &other, &other).await;
    let identity = root.path().join("state/identity.json");
    let text = std::fs::read_to_string(&identity).unwrap().replace(&server, &impostor);
    std::fs::write(&identity, text).unwrap();
    let report = agent.run_once().await.unwrap();
    let said = report.contact_error.unwrap().to_string();
    assert!(said.contains("not from the authority this device was enrolled with"), "{said}");
    assert!(seen.lock().unwrap().is_empty());
    assert_eq!(report.status.state, "backing-off");
}

#[tokio::test]
async fn a_refusal_says_what_why_and_what_to_do() {
    let authority = Authority::new();
    let (server, _) = serve("localhost", &authority, &authority).await;
    let root = tempfile::tempdir().unwrap();
    let agent = agent(root.path(), NOW);
    let wish = Enrollment { name: Some("unwelcome".into()), ..enrollment(&server, &authority) };
    let said = agent.enroll(&wish).await.unwrap_err().to_string();
    assert_eq!(said, format!("{server} refused: the token has expired: it ended an hour ago (make a new one)"));
    let wish = Enrollment { token: "x".into(), ..wish };
    assert!(matches!(agent.enroll(&wish).await, Err(EnrollError::Token(_))));
}

#[tokio::test]
async fn nobody_there() {
    let authority = Authority::new();
    let root = tempfile::tempdir().unwrap();
    let agent = agent(root.path(), NOW);
    let said = agent.enroll(&enrollment("https://127.0.0.1:9", &authority)).await.unwrap_err().to_string();
    assert!(said.starts_with("cannot reach https://127.0.0.1:9: "), "{said}");
    assert!(matches!(agent.run_once().await, Err(sluice_agent::AgentError::NotEnrolled)));
}
