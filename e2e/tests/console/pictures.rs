//! The pictures of the documentation: a small site in the middle of its work, with real updates of
//! real distributions and one device that fails.

use std::path::{Path, PathBuf};

use serde_json::json;
use sluice_e2e::{Site, SiteOptions, eventually_within};

use crate::browser::{Browser, DESK, PHONE};
use crate::device::{Device, Root};
use crate::journey;

/// How long reading two whole distributions may take.
const READING: std::time::Duration = std::time::Duration::from_secs(600);

/// Device names and the Debian release of each.
const DEVICES: [(&str, &str); 5] =
    [("build-1", "trixie"), ("db-1", "bookworm"), ("files", "trixie"), ("web-1", "bookworm"), ("web-2", "bookworm")];

/// Takes them into the folder that the environment names.
pub async fn take() {
    #[expect(clippy::disallowed_methods, reason = "a test is told by its environment what to do")]
    let folder = PathBuf::from(std::env::var_os("SLUICE_SCREENSHOTS").expect("SLUICE_SCREENSHOTS names a folder"));
    std::fs::create_dir_all(&folder).expect("a folder");
    let options = SiteOptions {
        arguments: vec!["--check-in=5".to_owned(), "--name=Example".to_owned()],
        ..SiteOptions::default()
    };
    let (site, bookworm, trixie) = tokio::join!(Site::start(options), Root::unpack("bookworm"), Root::unpack("trixie"));
    let mut devices = Vec::new();
    for (name, suite) in DEVICES {
        let root = if suite == "trixie" { &trixie } else { &bookworm };
        let device = Device::boot(name, root).await;
        device.shell("apt-get -q update").await;
        devices.push(device);
    }
    import(&site, &bookworm, &devices[1]).await;
    import(&site, &trixie, &devices[0]).await;
    synchronize(&site).await;
    for device in &mut devices {
        device.join(&site).await;
    }
    devices[1].write("/etc/dpkg/dpkg.cfg.d/fails", b"pre-invoke=/bin/false\n");

    let desk = Browser::open(&site.admin_url(), DESK, true).await;
    journey::create_the_first_administrator(&desk, &site).await;
    let deployment = deploy_security_updates(&desk, &site).await;
    let update = failed_update(&site, &deployment).await;
    let phone = Browser::open(&site.admin_url(), PHONE, true).await;
    phone.go("/sign-in").await;
    journey::sign_in_as_administrator(&phone).await;
    phone.says("h1", "Overview").await;
    let pages = [
        ("overview", "/".to_owned()),
        ("updates", "/updates?state=required&sort=required&descending=true".to_owned()),
        ("update", format!("/updates/{update}")),
        ("deployment", format!("/deployments/{deployment}")),
        ("devices", "/devices".to_owned()),
        ("sync", "/sync".to_owned()),
        ("selection", "/selection".to_owned()),
    ];
    for (browser, ending) in [(&desk, ""), (&phone, "-390")] {
        for (name, path) in &pages {
            browser.go(path).await;
            browser.is_content().await;
            let file = folder.join(format!("{name}{ending}.png"));
            std::fs::write(&file, browser.picture().await).expect("the folder can be written");
        }
    }
}

/// Makes a root's package sources the site's, with the keys that the root trusts.
async fn import(site: &Site, root: &Root, device: &Device) {
    let keyrings = root.path().join("usr/share/keyrings/");
    let directory = root.path().join("etc/apt/sources.list.d");
    let files = directory.read_dir().expect("a Debian root").map(|entry| entry.expect("readable").path());
    let files = files.map(|file| {
        let text = std::fs::read_to_string(&file).expect("package sources");
        let name = Path::new("/etc/apt/sources.list.d").join(file.file_name().expect("a file"));
        json!({ "name": name, "text": text.replace("/usr/share/keyrings/", &keyrings.to_string_lossy()) })
    });
    let request = json!({
        "files": files.collect::<Vec<_>>(),
        "apt_config_dump": device.shell("apt-config dump").await,
        "architecture": device.shell("dpkg --print-architecture").await.trim(),
    });
    let imported = site.api().post("/sources/import", request).await;
    assert_eq!(imported["problems"], json!([]), "{imported:#}");
}

async fn synchronize(site: &Site) {
    // New sources may be synchronizing already.
    site.api().send(reqwest::Method::POST, "/sync/runs", Some(&json!({}))).await.expect("the site answers");
    eventually_within(READING, "all sources are synchronized", async || {
        let status = site.api().get("/sync").await;
        let items = status["items"].as_array().expect("a list");
        let done = |s: &&serde_json::Value| s["running"].is_null() && !s["source"]["last_success"].is_null();
        if items.iter().all(|s| done(&s)) { Ok(()) } else { Err(format!("{status:#}")) }
    })
    .await;
}

/// Deploys all security updates that any device needs, and waits until the devices have done what
/// they can. Returns the deployment.
async fn deploy_security_updates(browser: &Browser, site: &Site) -> String {
    browser.go("/updates?classification=security&state=required&limit=200").await;
    browser.click("[data-all]").await;
    browser.click("button[formaction='/deployments/new']").await;
    browser.fill("#f-name", "Security updates of November").await;
    browser.choose("#f-collection", "All devices").await;
    browser.click("form.form button.primary").await;
    browser.says(".notice", "The deployment is made").await;
    let path = browser.path().await;
    let id = path.trim_start_matches("/deployments/").split('?').next().expect("a path").to_owned();
    eventually_within(READING, "all but one are done", async || {
        let seen = site.api().get(&format!("/deployments/{id}")).await;
        let now = (seen["compliant"].as_u64(), seen["failed"].as_u64());
        if now == (Some(DEVICES.len() as u64 - 1), Some(1)) { Ok(()) } else { Err(format!("{seen:#}")) }
    })
    .await;
    id
}

/// An update that has failed somewhere.
async fn failed_update(site: &Site, deployment: &str) -> String {
    let devices = site.api().get(&format!("/deployments/{deployment}/devices")).await;
    let all = devices["items"].as_array().expect("a list").iter();
    let mut lines = all.flat_map(|device| device["enforcement"].as_array().cloned().unwrap_or_default());
    let failed = lines.find(|line| !line["error"].is_null()).expect("something has failed");
    failed["update"].as_str().expect("an identifier").to_owned()
}
