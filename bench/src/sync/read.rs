//! The child that downloads, verifies and parses, and keeps nothing: what a synchronization costs
//! before anything is stored.

use std::ops::ControlFlow;
use std::path::Path;

use anyhow::Context as _;
use bytes::Bytes;
use sluice_packages::deb::packages::parse_packages;
use sluice_packages::deb::release::{Release, ValidityPolicy, check_validity};
use sluice_packages::decompress::Decompressor;
use sluice_packages::digest::verify_digest;
use sluice_packages::openpgp::{Keyring, Verifier};
use sluice_site::Caller;
use sluice_site::sources::{AptKeyring, AptSource, SourceConfig};

use crate::child::figure;
use crate::{host, measure, site};

/// Reads everything that this machine's sources offer.
pub async fn child(directory: &Path) -> anyhow::Result<()> {
    // A site knows how to read /etc/apt; nothing else of it is used.
    let site = site::open(directory).await?;
    site::import_sources(&site).await?;
    let sources = site.list_sources(&Caller::system()).await?;
    let http = reqwest::Client::builder().build()?;
    let cpu = measure::own_cpu();
    let mut packages = 0;
    for source in sources {
        let SourceConfig::Apt(apt) = &source.config else { continue };
        match read(&http, apt).await {
            Ok(found) => packages += found,
            Err(error) => eprintln!("{}: {error:#}", source.name),
        }
    }
    figure("cpu", measure::own_cpu() - cpu);
    figure("packages", f64::from(packages));
    site.close().await;
    Ok(())
}

async fn fetch(http: &reqwest::Client, url: &str) -> anyhow::Result<Bytes> {
    let response = http.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?)
}

async fn read(http: &reqwest::Client, source: &AptSource) -> anyhow::Result<u32> {
    let directory = format!("{}/dists/{}", source.uri.trim_end_matches('/'), source.suite);
    let signed = fetch(http, &format!("{directory}/InRelease")).await?;
    let keyring = keyring(&source.keyring)?;
    let now = host::for_site().now();
    let verified = Verifier::new(&keyring, now).verify_inline(&signed)?;
    let release = Release::parse(&verified.text)?;
    let policy = ValidityPolicy {
        check_valid_until: source.check_valid_until,
        check_date: source.check_date,
        ..ValidityPolicy::default()
    };
    check_validity(&release, None, now, &policy)?;
    let asked: Vec<&str> = source.architectures.iter().map(String::as_str).collect();
    let mut packages = 0;
    for component in &source.components {
        for architecture in release.architectures_to_fetch(&asked) {
            let choice = release.packages_index(component, architecture)?;
            let path = choice.by_hash_path.as_ref().filter(|_| source.by_hash).unwrap_or(&choice.path);
            let bytes = fetch(http, &format!("{directory}/{path}")).await?;
            verify_digest(&bytes, choice.size, &choice.digest)?;
            let text = Decompressor::new(&bytes[..], choice.compression, choice.unpacked)?;
            parse_packages(text, |item| {
                packages += u32::from(item.is_ok());
                ControlFlow::Continue(())
            })?;
        }
    }
    Ok(packages)
}

fn keyring(keyring: &AptKeyring) -> anyhow::Result<Keyring> {
    match keyring {
        AptKeyring::Inline(text) => Ok(Keyring::from_bytes(text.as_bytes())?),
        AptKeyring::Files(paths) => {
            let mut all: Option<Keyring> = None;
            for path in paths {
                let keys = Keyring::from_bytes(&std::fs::read(path).with_context(|| path.clone())?)?;
                match &mut all {
                    Some(all) => all.add(keys),
                    None => all = Some(keys),
                }
            }
            all.context("the source has no keyring")
        }
    }
}
