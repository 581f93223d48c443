//! Whom the agent believes to be its site: at enrolment the authority whose fingerprint the token
//! carries, afterwards that authority and no other. Names, times and signatures are always checked.

use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::time_provider::TimeProvider;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use crate::host::Clock;

/// TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrustError {
    /// Not a certificate.
    #[error("the certificate of the site's authority cannot be read")]
    Authority,
    /// The TLS library refuses.
    #[error("TLS cannot be set up")]
    Tls(#[from] Error),
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// Believes servers that `verifier` believes.
pub(crate) fn tls_with(
    verifier: Arc<dyn ServerCertVerifier>,
    clock: Arc<dyn Clock>,
) -> Result<ClientConfig, TrustError> {
    Ok(ClientConfig::builder_with_details(provider(), Arc::new(HostTime(clock)))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

/// Believes servers with a certificate from the authority `pem`.
pub(crate) fn authority_only(pem: &str) -> Result<Arc<dyn ServerCertVerifier>, TrustError> {
    let authority = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| TrustError::Authority)?;
    Ok(verifier_for(authority).map_err(|_| TrustError::Authority)?)
}

fn verifier_for(authority: CertificateDer<'static>) -> Result<Arc<WebPkiServerVerifier>, Error> {
    let mut roots = RootCertStore::empty();
    roots.add(authority)?;
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map_err(|e| Error::General(e.to_string()))
}

/// Tells the TLS library the time of the host's clock.
struct HostTime(Arc<dyn Clock>);

impl std::fmt::Debug for HostTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HostTime")
    }
}

impl TimeProvider for HostTime {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().as_second()).ok()?;
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)))
    }
}

/// Believes a server whose chain holds the certificate with a given fingerprint and whose own
/// certificate that one vouches for, by the same checks as ever.
#[derive(Debug)]
pub(crate) struct PinnedAuthority {
    sha256: [u8; 32],
    found: OnceLock<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl PinnedAuthority {
    pub(crate) fn new(sha256: [u8; 32]) -> Self {
        Self { sha256, found: OnceLock::new(), provider: provider() }
    }

    /// The authority's certificate, once a server was believed.
    pub(crate) fn found(&self) -> Option<&CertificateDer<'static>> {
        self.found.get()
    }

    fn is_pinned(&self, certificate: &CertificateDer<'_>) -> bool {
        let digest = ::aws_lc_rs::digest::digest(&::aws_lc_rs::digest::SHA256, certificate);
        digest.as_ref() == self.sha256
    }
}

impl ServerCertVerifier for PinnedAuthority {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(authority) = intermediates.iter().find(|certificate| self.is_pinned(certificate)) else {
            return Err(Error::General(
                "it does not show the certificate authority the token is for; \
                 get a new token from the site, and check that the address is that site's"
                    .to_owned(),
            ));
        };
        let authority = authority.clone().into_owned();
        let verified = verifier_for(authority.clone())
            .map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)?;
        // Set already when there was a connection before: it is the same certificate.
        let _ = self.found.set(authority);
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
