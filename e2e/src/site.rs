//! A site of the real program, with a data directory of its own.

use std::fs::File;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::api::Api;
use crate::port::free_port;
use crate::program::program;
use crate::wait::eventually;

/// Bytes of the log printed when a test fails.
const SHOWN: usize = 8 << 10;

/// How a site is started.
#[derive(Clone, Debug)]
pub struct SiteOptions {
    /// Where it listens for devices.
    pub client_ip: IpAddr,
    /// More arguments of `sluice serve`; not the data directory, listeners and credentials.
    pub arguments: Vec<String>,
    /// More of its environment.
    pub environment: Vec<(String, String)>,
    /// What runs it: `ip netns exec NAME`. Its loopback ports must then be reachable here.
    pub wrapper: Vec<String>,
}

impl Default for SiteOptions {
    /// For this machine only, with check-ins every five seconds, the shortest there is.
    fn default() -> Self {
        Self {
            client_ip: Ipv4Addr::LOCALHOST.into(),
            arguments: vec!["--check-in=5".to_owned()],
            environment: Vec::new(),
            wrapper: Vec::new(),
        }
    }
}

/// A running site; it ends with this value.
#[derive(Debug)]
pub struct Site {
    directory: TempDir,
    options: SiteOptions,
    admin_port: u16,
    client_port: u16,
    plain_port: u16,
    process: Option<Child>,
    api: Api,
}

impl Site {
    /// Starts a site with an empty data directory on free ports and waits until its API answers.
    ///
    /// # Panics
    /// When it does not come up.
    pub async fn start(options: SiteOptions) -> Self {
        let mut site = Self::prepare(options);
        site.start_again().await;
        site
    }

    /// A site that is not started yet: [`Self::start_again`] does it.
    ///
    /// # Panics
    /// Without a place for temporary files, or free ports.
    #[must_use]
    pub fn prepare(options: SiteOptions) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let (admin_port, client_port, plain_port) = (free_port(), free_port(), free_port());
        let api = Api::new("", "");
        Self { directory, options, admin_port, client_port, plain_port, process: None, api }
    }

    /// Starts it after [`Self::stop`] or [`Self::kill`], with the same data and ports.
    ///
    /// # Panics
    /// When it does not come up.
    pub async fn start_again(&mut self) {
        assert!(self.process.is_none(), "the site runs");
        let log = File::options().create(true).append(true).open(self.log_path()).expect("a log file");
        let admin = format!("127.0.0.1:{}", self.admin_port);
        let client = format!("{}:{}", self.options.client_ip, self.client_port);
        // It ends with the test even when that is killed.
        let wrapped = self.options.wrapper.iter().map(String::as_str);
        let mut words = wrapped.chain(["setpriv", "--pdeathsig", "KILL", "--"]);
        let mut command = Command::new(words.next().unwrap_or_default());
        command
            .args(words)
            .arg(program())
            .arg("serve")
            .arg("--data-dir")
            .arg(self.data_directory())
            .args(["--admin-listen", &admin]);
        let plain = format!("{}:{}", self.options.client_ip, self.plain_port);
        command
            .args(["--client-listen", &client, "--plain-listen", &plain])
            .arg("--credentials")
            .arg(self.credentials_path());
        command.args(&self.options.arguments).envs(self.options.environment.iter().cloned()).stdin(Stdio::null());
        command.stdout(log.try_clone().expect("a log file")).stderr(log).kill_on_drop(true);
        self.process = Some(command.spawn().expect("the program can be started"));
        let credentials = self.credentials_path();
        let process = self.process.as_mut().expect("just started");
        let log = self.directory.path().join("site.log");
        self.api = eventually("the site answers", async || {
            if let Some(status) = process.try_wait().expect("a child") {
                panic!("the site ended with {status}:\n{}", tail(&log));
            }
            let text = std::fs::read_to_string(&credentials).map_err(|e| format!("no credentials: {e}"))?;
            let held: Value = serde_json::from_str(&text).map_err(|e| e.to_string())?;
            let word = |name: &str| held[name].as_str().unwrap_or_default().to_owned();
            let api = Api::new(&word("url"), &word("token"));
            let answer = api.send(reqwest::Method::GET, "/site", None).await.map_err(|e| format!("{e:?}"))?;
            if answer.status.is_success() { Ok(api) } else { Err(format!("{answer:?}")) }
        })
        .await;
    }

    /// How it is started the next time.
    pub fn options(&mut self) -> &mut SiteOptions {
        &mut self.options
    }

    /// Ends it as a service manager does, and waits for that.
    ///
    /// # Panics
    /// When it does not end well.
    pub async fn stop(&mut self) {
        let mut process = self.process.take().expect("the site runs");
        let id = process.id().and_then(|id| Pid::from_raw(id.cast_signed())).expect("a running process has an id");
        kill_process(id, Signal::TERM).expect("our child");
        let status = tokio::time::timeout(crate::wait::LONG, process.wait()).await.expect("it ends").expect("a child");
        assert!(status.success(), "the site ended with {status}:\n{}", self.log());
    }

    /// Ends it with SIGKILL.
    ///
    /// # Panics
    /// When it does not run.
    pub async fn kill(&mut self) {
        self.process.take().expect("the site runs").kill().await.expect("our child");
    }

    /// The API, as administrator.
    #[must_use]
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// Address of the console and the API: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn admin_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.admin_port)
    }

    /// Port of the administrators' listener.
    #[must_use]
    pub fn admin_port(&self) -> u16 {
        self.admin_port
    }

    /// Port of the devices' listener.
    #[must_use]
    pub fn client_port(&self) -> u16 {
        self.client_port
    }

    /// Port of the plain HTTP listener.
    #[must_use]
    pub fn plain_port(&self) -> u16 {
        self.plain_port
    }

    /// Process id, for measuring and signals.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process.as_ref().and_then(Child::id)
    }

    /// The certificate of the authority that its TLS listener's certificate chains to, PEM.
    #[must_use]
    pub fn authority_path(&self) -> PathBuf {
        self.data_directory().join("authority.pem")
    }

    /// Where it keeps everything.
    #[must_use]
    pub fn data_directory(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// The file `sluice` commands on this machine take address and token from.
    #[must_use]
    pub fn credentials_path(&self) -> PathBuf {
        self.directory.path().join("credentials.json")
    }

    /// The end of what it logged.
    #[must_use]
    pub fn log(&self) -> String {
        tail(&self.log_path())
    }

    /// The address of the page that creates the first administrator, from the log.
    #[must_use]
    pub fn setup_url(&self) -> Option<String> {
        let log = std::fs::read_to_string(self.log_path()).ok()?;
        log.split_whitespace().rfind(|word| word.contains("/setup?token=")).map(str::to_owned)
    }

    fn log_path(&self) -> PathBuf {
        self.directory.path().join("site.log")
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- end of the site's log ---\n{}", self.log());
        }
    }
}

fn tail(path: &Path) -> String {
    let text = String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned();
    text[text.ceil_char_boundary(text.len().saturating_sub(SHOWN))..].to_owned()
}
