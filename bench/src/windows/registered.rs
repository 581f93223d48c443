//! A site in which a whole fleet has registered: how fast that goes, what the site costs with it, and how many scans a
//! second it answers then.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use sluice_model::WindowsComputer;
use sluice_site::windows::Protocol;
use sluice_site::windows::reporting::Registration;
use sluice_site::windows::session::{AuthorizeRequest, CookieRequest};
use sluice_site::{Clock, Host, Site};
use uuid::Uuid;

use super::capacity;
use super::scan::Recorded;
use crate::child::{self, figure};
use crate::devices::serve::Serve;
use crate::report::Report;
use crate::{Work, host, measure};

/// Registrations under way at once.
const AT_ONCE: u32 = 64;

/// Registrations after which ten minutes pass: a site admits no more than 20,000 in that time.
const WAVE: u32 = 15_000;

/// A clock that is moved on by hand.
struct Moved(AtomicI64);

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::Relaxed)).unwrap_or(Timestamp::MAX)
    }
}

/// Registers the fleet in a site in this process, whose clock is moved on so that all are admitted.
pub async fn child(directory: &Path, devices: u32) -> anyhow::Result<()> {
    let waves = i64::from(devices / WAVE + 1);
    let clock = Arc::new(Moved(AtomicI64::new(host::now().as_second() - waves * 600)));
    let site_host = Host { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..host::for_site() };
    let site = crate::site::open_with(directory, site_host).await?;
    let (next, begin) = (Arc::new(AtomicU32::new(0)), measure::wall());
    let workers: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let (site, next, clock) = (Arc::clone(&site), Arc::clone(&next), Arc::clone(&clock));
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= devices {
                        return anyhow::Ok(());
                    }
                    if number % WAVE == WAVE - 1 {
                        clock.0.fetch_add(SignedDuration::from_mins(10).as_secs(), Ordering::Relaxed);
                    }
                    register(&site, number).await?;
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.context("a worker ended")??;
    }
    let seconds = measure::wall() - begin;
    figure("rate", f64::from(devices) / seconds);
    figure("registered", f64::from(u32::try_from(site.fleet().len())?));
    site.close().await;
    Ok(())
}

async fn register(site: &Arc<Site>, number: u32) -> anyhow::Result<()> {
    let refused = |what| move |fault| anyhow::anyhow!("{what} of device {number} was refused: {fault:?}");
    let dns_name = format!("pc-{number:06}.bench.example");
    let peer = IpAddr::V4(Ipv4Addr::from_bits(0x0A00_0000 | number));
    let client_id = Uuid::from_u128(0xbe4c_0000_0000_0000 | u128::from(number)).to_string();
    let hello = AuthorizeRequest { client_id, target_group: String::new(), dns_name: dns_name.clone(), peer };
    let cookie = CookieRequest {
        authorizations: vec![site.windows_authorize(hello).map_err(refused("authorization"))?],
        old: Vec::new(),
        last_change: Some(site.windows_config().last_change),
        protocol: Protocol { major: 2, minor: 90 },
    };
    let cookie = site.windows_cookie(&cookie).map_err(refused("a cookie"))?;
    let computer = WindowsComputer {
        os_version: [10, 0, 26200],
        os_description: "Windows 10 Pro".into(),
        locale: "en-US".into(),
        architecture: "AMD64".into(),
        edition: 48,
        product_type: 1,
        suite_mask: 256,
        agent_version: [1507, 2601, 30012, 0],
        manufacturer: "Bench".into(),
        model: format!("Model {}", number % 50),
        firmware_name: "Bench firmware".into(),
        firmware_version: "1.2.3".into(),
        ..WindowsComputer::default()
    };
    site.windows_register(&cookie.data, Registration { dns_name, computer }).await.map_err(refused("registration"))
}

/// Registers the fleet in a stopped site's directory, starts it and lets devices scan.
pub async fn bench(work: &Work, directory: &Path, recorded: &Recorded, report: &mut Report) -> anyhow::Result<()> {
    let devices = work.devices;
    let figures = child::run("windows-register", [directory.as_os_str(), devices.to_string().as_ref()])?;
    report.heading(&format!("{devices} Windows devices register, {AT_ONCE} at a time"));
    report.note("registrations", figures.get("rate")?, "devices/s");
    report.note("devices of the site afterwards", figures.get("registered")?, "");
    report.note("resident memory at most", figures.get("peak")?, "MB");
    let serve = Serve::start(work, directory).await?;
    let (now, _) = measure::memory_of(&serve.pid().to_string())?;
    report.heading(&format!("The site starts with {devices} registered Windows devices"));
    report.note("until it answers", serve.start, "s");
    report.note("CPU time until then", measure::cpu_of(serve.pid())?, "s");
    report.note("resident memory", now, "MB");
    capacity::bench(&serve, recorded, report).await?;
    let (_, peak) = measure::memory_of(&serve.pid().to_string())?;
    report.note("resident memory of the site at most, with them", peak, "MB");
    serve.stop().await
}
