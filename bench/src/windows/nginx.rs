//! The peer: nginx with static files, as many workers as there are processors.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;
use bytes::Bytes;

use super::client::Exchange;
use crate::{Work, measure};

/// Most seconds until it answers.
const START_LIMIT: f64 = 10.0;

/// A running nginx. It is killed when this is dropped.
pub struct Nginx {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Nginx {
    /// Serves the bodies of answers, each under a number.
    pub async fn start(work: &Work, answers: &[&Exchange]) -> anyhow::Result<Self> {
        let directory = work.path("nginx");
        for folder in ["files", "logs", "temp"] {
            std::fs::create_dir_all(directory.join(folder))?;
        }
        for (number, exchange) in answers.iter().enumerate() {
            std::fs::write(directory.join("files").join(number.to_string()), &exchange.answer)?;
        }
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        std::fs::write(directory.join("nginx.conf"), configuration(&directory, address, answers)?)?;
        let program = program(work)?;
        let child = Command::new(&program)
            .arg("-p")
            .arg(&directory)
            .arg("-c")
            .arg(directory.join("nginx.conf"))
            .arg("-e")
            .arg(directory.join("logs/error.log"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        let nginx = Self { child, address };
        let begin = measure::wall();
        while tokio::net::TcpStream::connect(address).await.is_err() {
            anyhow::ensure!(measure::wall() - begin < START_LIMIT, "nginx does not answer");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        Ok(nginx)
    }

    /// CPU seconds of its workers.
    pub fn cpu(&self) -> anyhow::Result<f64> {
        let master = self.child.id();
        let workers = std::fs::read_to_string(format!("/proc/{master}/task/{master}/children"))?;
        workers.split_whitespace().map(|pid| measure::cpu_of(pid.parse()?)).sum()
    }

    /// The request for an answer.
    pub fn request(number: usize) -> Bytes {
        format!("GET /{number} HTTP/1.1\r\nHost: updates.example.org\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n")
            .into()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The master ends its workers at SIGTERM only.
        let pid = rustix::process::Pid::from_child(&self.child);
        let _ended = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _reaped = self.child.wait();
    }
}

fn configuration(directory: &Path, address: SocketAddr, answers: &[&Exchange]) -> anyhow::Result<String> {
    let workers = std::thread::available_parallelism()?;
    let folder = directory.display();
    // Workers of a nginx that root starts would be another user, who may not read the files.
    let user = if rustix::process::geteuid().is_root() { "user root;" } else { "" };
    let mut text = format!(
        "daemon off; {user} worker_processes {workers}; pid {folder}/nginx.pid; error_log {folder}/logs/error.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; default_type text/xml;
  keepalive_timeout 600; keepalive_requests 100000000; open_file_cache max=100; gzip off;
  client_body_temp_path {folder}/temp; proxy_temp_path {folder}/temp; fastcgi_temp_path {folder}/temp;
  uwsgi_temp_path {folder}/temp; scgi_temp_path {folder}/temp;
  server {{
    listen {address}; root {folder}/files;
"
    );
    for (number, exchange) in answers.iter().enumerate() {
        let encoding = if exchange.packed { "add_header Content-Encoding xpress;" } else { "" };
        writeln!(text, "    location = /{number} {{ {encoding} }}")?;
    }
    text.push_str("  }\n}\n");
    Ok(text)
}

/// The installed one, else the one that `make bench` put beside the programs.
fn program(work: &Work) -> anyhow::Result<PathBuf> {
    let own = work.sluice.parent().map(|folder| folder.join("../nginx/usr/sbin/nginx"));
    [Some(PathBuf::from("/usr/sbin/nginx")), own]
        .into_iter()
        .flatten()
        .find(|path| path.exists())
        .context("there is no nginx to compare with; `make bench` provides one")
}
