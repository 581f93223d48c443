//! A site with one device that needs one update.

use serde_json::json;
use sluice_e2e::{Site, SiteOptions, eventually};

use crate::command::{output, words};
use crate::device::{Device, Root};
use crate::repository::Repository;

/// Where the device has the repository's key.
const KEY: &str = "/usr/share/keyrings/foundry.gpg";

/// Everything there is; it ends with the value.
pub struct Scene {
    pub site: Site,
    pub device: Device,
    _repository: Repository,
    _root: Root,
}

impl Scene {
    /// A site nobody has signed in to yet. Its device `anvil` has version 1.0 of `greeting`.
    pub async fn set() -> Self {
        let (repository, site, root) =
            tokio::join!(Repository::start(), Site::start(SiteOptions::default()), Root::unpack("bookworm"));
        let synchronized = synchronize(&site, &repository);
        let (device, ()) = tokio::join!(device(&root, &repository), synchronized);
        let mut scene = Self { site, device, _repository: repository, _root: root };
        scene.device.join(&scene.site).await;
        scene
    }
}

async fn device(root: &Root, repository: &Repository) -> Device {
    let device = Device::boot("anvil", root).await;
    device.write(KEY, &std::fs::read(repository.key()).expect("a key"));
    // In place of the mirror that the root was made from.
    device.write("/etc/apt/sources.list.d/debian.list", repository.sources(KEY).as_bytes());
    device.shell("apt-get -q update && apt-get -q install -y greeting=1.0").await;
    device
}

async fn synchronize(site: &Site, repository: &Repository) {
    let text = repository.sources(&repository.key().to_string_lossy());
    let request = json!({
        "files": [{ "name": "/etc/apt/sources.list.d/foundry.list", "text": text }],
        "apt_config_dump": "",
        "architecture": output(&mut words(&["dpkg", "--print-architecture"])).await.trim(),
    });
    let imported = site.api().post("/sources/import", request).await;
    assert_eq!(imported["problems"], json!([]), "{imported:#}");
    // New sources may be synchronizing already.
    site.api().send(reqwest::Method::POST, "/sync/runs", Some(&json!({}))).await.expect("the site answers");
    eventually("the three updates are there", async || {
        let updates = site.api().get("/site").await["updates"].clone();
        if updates == 3 { Ok(()) } else { Err(format!("{updates}; {:#}", site.api().get("/sync").await)) }
    })
    .await;
}
