//! The floor: a server that does nothing but HTTP. It reads the same requests and sends the same bytes, and neither
//! looks at the one nor makes the other.

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use anyhow::Context as _;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::client::Exchange;
use crate::{Work, measure};

/// A running one. It is killed when this is dropped.
pub struct Bare {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Bare {
    /// Serves the bodies of answers, each under a number.
    pub fn start(work: &Work, answers: &[&Exchange]) -> anyhow::Result<Self> {
        let directory = work.path("bare");
        std::fs::create_dir_all(&directory)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["child", "bare"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        for (number, exchange) in answers.iter().enumerate() {
            let path = directory.join(number.to_string());
            std::fs::write(&path, &exchange.answer)?;
            command.arg(path);
        }
        let mut child = command.spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("it has no output")?).read_line(&mut line)?;
        Ok(Self { child, address: line.trim().parse().context("it does not say where it listens")? })
    }

    /// CPU seconds.
    pub fn cpu(&self) -> anyhow::Result<f64> {
        measure::cpu_of(self.child.id())
    }

    /// The request for an answer: the same, to another path.
    pub fn request(exchange: &Exchange, number: usize) -> Bytes {
        let request = &exchange.request;
        let line = request.iter().position(|byte| *byte == b'\r').unwrap_or(0);
        let mut other = format!("POST /{number} HTTP/1.1").into_bytes();
        other.extend_from_slice(request.get(line..).unwrap_or_default());
        other.into()
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}

/// The server.
pub async fn child(files: &[String]) -> anyhow::Result<()> {
    let answers = files.iter().map(|file| Ok(Bytes::from(std::fs::read(file)?)));
    let answers: Arc<[Bytes]> = answers.collect::<anyhow::Result<_>>()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let answers = Arc::clone(&answers);
        let service = service_fn(move |request: Request<Incoming>| {
            let answers = Arc::clone(&answers);
            async move {
                let number = request.uri().path().trim_start_matches('/').parse().unwrap_or(0);
                let answer: Bytes = answers.get::<usize>(number).cloned().unwrap_or_default();
                let _read = request.into_body().collect().await;
                Ok::<_, Infallible>(Response::new(Full::new(answer)))
            }
        });
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}
