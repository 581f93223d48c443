//! `sluice serve` as a process of its own.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::{Work, measure};

/// Most time for a start with many devices, seconds.
const START_LIMIT: f64 = 120.0;

/// A running site. It is killed when this is dropped.
pub struct Serve {
    child: Child,
    admin: String,
    /// Address for devices.
    pub clients: String,
    /// Address for devices without TLS.
    pub plain: SocketAddr,
    credentials: PathBuf,
    http: reqwest::Client,
    /// Seconds from the start of the process until it answered.
    pub start: f64,
}

impl Serve {
    /// Starts a site on a data directory and waits until it answers.
    pub async fn start(work: &Work, directory: &Path) -> anyhow::Result<Self> {
        Self::start_with(work, directory, &[]).await
    }

    /// The same with further options.
    pub async fn start_with(work: &Work, directory: &Path, options: &[&str]) -> anyhow::Result<Self> {
        let (admin, clients, plain) = (free_address()?, free_address()?, free_address()?);
        let credentials = directory.join("cli.json");
        let begin = measure::wall();
        let child = Command::new(&work.sluice)
            .args([
                "--log",
                "warn",
                "serve",
                "--admin-listen",
                &admin.to_string(),
                "--client-listen",
                &clients.to_string(),
                "--plain-listen",
                &plain.to_string(),
            ])
            .args(options)
            .arg("--data-dir")
            .arg(directory)
            .arg("--credentials")
            .arg(&credentials)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {}; build it: cargo build --release", work.sluice.display()))?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        let mut serve = Self {
            child,
            admin: format!("http://{admin}"),
            clients: format!("https://{clients}"),
            plain,
            credentials,
            http,
            start: 0.0,
        };
        while serve.get("/site").await.is_err() {
            anyhow::ensure!(measure::wall() - begin < START_LIMIT, "the site does not answer");
            anyhow::ensure!(serve.child.try_wait()?.is_none(), "the site ended at once");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        serve.start = measure::wall() - begin;
        Ok(serve)
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `GET` below `/api/v1`.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.answer(self.http.get(self.url(path))).await
    }

    /// `POST` below `/api/v1`.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.answer(self.http.post(self.url(path)).json(body)).await
    }

    /// `PATCH` below `/api/v1`.
    pub async fn patch(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.answer(self.http.patch(self.url(path)).json(body)).await
    }

    /// The file with the address and the token for the command line.
    pub fn credentials(&self) -> &Path {
        &self.credentials
    }

    /// An enrolment token for so many devices.
    pub async fn enrollment_token(&self, uses: u32) -> anyhow::Result<String> {
        let answer = self.post("/enrollment-tokens", &json!({"valid_seconds": 3600, "uses": uses})).await?;
        Ok(answer["secret"].as_str().context("no token in the answer")?.to_owned())
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.admin)
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> anyhow::Result<Value> {
        let credentials: Value = serde_json::from_slice(&std::fs::read(&self.credentials)?)?;
        let token = credentials["token"].as_str().context("no token in the credentials file")?;
        let response = request.bearer_auth(token).send().await?;
        let (status, path) = (response.status(), response.url().path().to_owned());
        anyhow::ensure!(status.is_success(), "{path} was answered {status}: {}", response.text().await?);
        Ok(response.json().await?)
    }

    /// Waits until it has nothing to do.
    pub async fn idle(&self) -> anyhow::Result<()> {
        /// Seconds between two looks, as many as background work may let pass.
        const LOOK: u64 = 3;
        /// Most CPU seconds of a site with nothing to do between two looks.
        const NOTHING: f64 = 0.05;
        let mut before = measure::cpu_of(self.pid())?;
        loop {
            tokio::time::sleep(std::time::Duration::from_secs(LOOK)).await;
            let now = measure::cpu_of(self.pid())?;
            if now - before < NOTHING {
                return Ok(());
            }
            before = now;
        }
    }

    /// Asks it to stop and waits for that.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        terminate(&mut self.child).await
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        // It may have ended already.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Asks a process to end, as its service manager would, and waits for that.
pub async fn terminate(child: &mut Child) -> anyhow::Result<()> {
    let pid = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
    while child.try_wait()?.is_none() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
