//! The site's certificate authority, made at its first start, and the certificate of the client
//! listener, made at every start.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::data_directory::write_private;

/// Life of the authority, years.
const AUTHORITY_YEARS: i32 = 20;
/// Life of the listener's certificate, days: what clients accept at most (CA/Browser Forum
/// baseline, 398 days). A site is started more often than that; `sluice doctor` says when not.
const SERVER_DAYS: i32 = 397;

/// The authority.
pub struct Authority {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// File name of the certificate (PEM) in the data directory.
    pub const CERTIFICATE: &str = "authority.pem";

    /// Reads the authority of a data directory, or makes it.
    pub fn load(directory: &Path, site: &str, now: Timestamp) -> anyhow::Result<Self> {
        let (certificate_path, key_path) = (directory.join(Self::CERTIFICATE), directory.join("authority.key"));
        if !key_path.exists() {
            let key = KeyPair::generate().context("making the key of the site's certificate authority")?;
            let params = authority_params(site, now)?;
            let certificate = params.self_signed(&key).context("making the site's certificate authority")?;
            write_private(&key_path, key.serialize_pem().as_bytes())?;
            write_private(&certificate_path, certificate.pem().as_bytes())?;
        }
        let read = |path: &Path| std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()));
        let (pem, key) = (read(&certificate_path)?, read(&key_path)?);
        let key = KeyPair::from_pem(&key).with_context(|| format!("{} is not a key", key_path.display()))?;
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes());
        let certificate =
            certificate.with_context(|| format!("{} is not a certificate", certificate_path.display()))?;
        let issuer = Issuer::from_ca_cert_der(&certificate, key).context("using the site's certificate authority")?;
        Ok(Self { certificate, issuer })
    }

    /// The certificate (DER).
    pub fn der(&self) -> &[u8] {
        &self.certificate
    }

    /// SHA-256 of the certificate (DER), which enrolment tokens carry.
    pub fn sha256(&self) -> [u8; 32] {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &self.certificate);
        let mut out = [0; 32];
        out.copy_from_slice(digest.as_ref());
        out
    }

    /// A TLS configuration with a fresh certificate for some names and addresses. The chain holds
    /// the authority too: devices that enrol find it there by its fingerprint.
    pub fn server_config(&self, names: &[String], now: Timestamp) -> anyhow::Result<Arc<rustls::ServerConfig>> {
        let key = KeyPair::generate().context("making the listener's key")?;
        let mut params = CertificateParams::default();
        for name in names {
            params.subject_alt_names.push(match name.parse::<IpAddr>() {
                Ok(address) => SanType::IpAddress(address),
                Err(_) => {
                    SanType::DnsName(name.as_str().try_into().with_context(|| format!("{name} is not a host name"))?)
                }
            });
        }
        params.distinguished_name = named("Sluice site");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        valid(&mut params, now, SERVER_DAYS)?;
        let certificate = params.signed_by(&key, &self.issuer).context("making the listener's certificate")?;
        let chain = vec![certificate.der().clone(), self.certificate.clone()];
        let key =
            PrivateKeyDer::try_from(key.serialize_der()).map_err(|e| anyhow::anyhow!("the listener's key: {e}"))?;
        let mut config = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .context("using the listener's certificate")?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

/// When a listener's certificate made at `now` ends.
pub fn server_certificate_end(now: Timestamp) -> Timestamp {
    now.checked_add(jiff::SignedDuration::from_hours(24 * i64::from(SERVER_DAYS))).unwrap_or(Timestamp::MAX)
}

fn authority_params(site: &str, now: Timestamp) -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(&format!("Sluice authority of {site}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid(&mut params, now, AUTHORITY_YEARS * 365)?;
    Ok(params)
}

fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

/// From the day before, because clocks differ, for some days.
fn valid(params: &mut CertificateParams, now: Timestamp, days: i32) -> anyhow::Result<()> {
    let midnight = |days: i32| -> anyhow::Result<_> {
        let date = now.to_zoned(TimeZone::UTC).date().checked_add(days.days()).context("computing a validity")?;
        Ok(rcgen::date_time_ymd(i32::from(date.year()), u8::try_from(date.month())?, u8::try_from(date.day())?))
    };
    params.not_before = midnight(-1)?;
    params.not_after = midnight(days)?;
    Ok(())
}
