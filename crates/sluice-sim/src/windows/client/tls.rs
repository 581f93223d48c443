//! TLS as the options say.

use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::options::Trust;
use crate::error::SimError;
use crate::trust;

/// The configuration of TLS; with [`Trust::Plain`] one that believes nobody.
pub(super) fn config(trust: &Trust) -> Result<ClientConfig, SimError> {
    let roots = match trust {
        Trust::Sha256(pin) => return trust::pinned_to(*pin).map_err(|error| SimError::Tls(Box::new(error))),
        Trust::Plain => RootCertStore::empty(),
        Trust::Authority(pem) => authorities(pem)?,
    };
    Ok(ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| SimError::Tls(Box::new(error)))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

fn authorities(pem: &[u8]) -> Result<RootCertStore, SimError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| SimError::Tls(Box::new(error)))?;
        roots.add(certificate).map_err(|error| SimError::Tls(Box::new(error)))?;
    }
    if roots.is_empty() { Err(SimError::Tls("the file holds no certificate in PEM".into())) } else { Ok(roots) }
}
