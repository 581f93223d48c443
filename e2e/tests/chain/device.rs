//! A Windows device of a site, and one that scans again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use sluice_e2e::Site;
use sluice_sim::windows::{Behaviour, Profile, Server, ServerOptions, VirtualMachine, WindowsClient};
use sluice_sim::{Clock, Host};
use tokio::task::JoinHandle;

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "agents and sites of these tests live in real time")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A Windows 11 machine whose server is a site.
pub fn client(site: &Site) -> WindowsClient {
    let authority = std::fs::read(site.authority_path()).expect("the site's authority");
    let url = format!("https://127.0.0.1:{}", site.client_port());
    let host = Host { clock: Arc::new(SystemClock) };
    let server = Server::new(&ServerOptions::with_authority(url, authority), host).expect("a server");
    WindowsClient::new(VirtualMachine::new(Profile::Windows11Pro25H2, 7, 1), server, Behaviour::default())
}

/// A device that scans until it is asked how that went.
pub struct Device {
    task: JoinHandle<(u32, WindowsClient)>,
    stop: Arc<AtomicBool>,
}

impl Device {
    pub fn at(site: &Site) -> Self {
        let mut client = client(site);
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        let task = tokio::spawn(async move {
            let mut scans = 0;
            while !asked.load(Ordering::Relaxed) {
                let scan = client.scan().await.expect("every scan is answered");
                assert!(scan.complaints.is_empty(), "{:?}", scan.complaints);
                scans += 1;
                // Others use this machine too.
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            (scans, client)
        });
        Self { task, stop }
    }

    /// How many scans there were, all of them answered; and the device.
    pub async fn scans(self) -> (u32, WindowsClient) {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.expect("no scan failed")
    }
}
