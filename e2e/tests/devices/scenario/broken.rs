use serde_json::json;
use sluice_e2e::eventually;

use crate::assess::{brought_by, changes};
use crate::device::Device;
use crate::fleet::Fleet;

/// A package whose post-installation script fails as long as the file `/repaired` is not there.
const BROKEN_PACKAGE: &str = r#"
mkdir -p /tmp/broken/DEBIAN
cat >/tmp/broken/DEBIAN/control <<END
Package: needs-repair
Version: 1
Architecture: all
Maintainer: Nobody <nobody@localhost>
Description: fails to be configured
END
printf '#!/bin/sh\ntest -e /repaired\n' >/tmp/broken/DEBIAN/postinst
chmod 755 /tmp/broken/DEBIAN/postinst
dpkg-deb --build /tmp/broken /tmp/broken.deb
! dpkg --install /tmp/broken.deb
"#;

/// First dpkg cannot do its work at all, then its database is not in order.
pub async fn a_broken_database_is_reported_and_its_repair_is_enough(fleet: &Fleet) {
    let device = fleet.device("broken").await;
    dpkg_fails(&device).await;
    a_package_is_half_configured(&device).await;
}

async fn dpkg_fails(device: &Device) {
    let before = device.packages().await;
    let mawk = device.required_for("mawk").await;
    device.write("/etc/dpkg/dpkg.cfg.d/fails", "pre-invoke=/bin/false\n").await;
    let deployment = device.deploy(&[&mawk]).await;
    device.fails_with(&deployment, "install-failed", "install-failed").await;
    assert_eq!(changes(&before, &device.packages().await), [].into());

    device.run(&["rm", "/etc/dpkg/dpkg.cfg.d/fails"]).await;
    device.comes_to(&deployment, "installed").await;
    assert_eq!(changes(&before, &device.packages().await), brought_by([&mawk]));
}

async fn a_package_is_half_configured(device: &Device) {
    let gzip = device.required_for("gzip").await;
    device.shell(BROKEN_PACKAGE).await;
    let before = device.packages().await;
    shows_broken(device, &["needs-repair"]).await;
    device.is_assessed_as_apt_does().await;
    let deployment = device.deploy(&[&gzip]).await;
    device.fails_with(&deployment, "install-failed", "broken-state").await;
    assert_eq!(changes(&before, &device.packages().await), [].into());

    device.write("/repaired", "").await;
    device.comes_to(&deployment, "installed").await;
    shows_broken(device, &[]).await;
    let mut expected = brought_by([&gzip]);
    expected.insert("needs-repair".to_owned(), "1 installed".to_owned());
    assert_eq!(changes(&before, &device.packages().await), expected);
}

async fn shows_broken(device: &Device, packages: &[&str]) {
    eventually("the site shows which packages need repair", async || {
        let broken = &device.details().await["broken"];
        if *broken == json!(packages) { Ok(()) } else { Err(broken.to_string()) }
    })
    .await;
}
