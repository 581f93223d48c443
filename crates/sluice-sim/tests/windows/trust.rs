//! Which servers a client believes.

use std::sync::Arc;

use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair};
use rustls_pki_types::PrivateKeyDer;
use sluice_sim::SimError;
use sluice_sim::windows::{Behaviour, Server, ServerOptions, WindowsClient};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;

use crate::spec::{Spec, Update, id};

/// An authority in PEM and in DER, and a configuration with a certificate of it for the loopback address.
fn authority() -> (String, Vec<u8>, ServerConfig) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(vec![]).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority: Certificate = params.self_signed(&key).expect("a certificate");
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("parameters");
    let certificate = params.signed_by(&key, &issuer).expect("a certificate").der().clone();
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate, authority.der().clone()], key)
        .expect("a configuration");
    (authority.pem(), authority.der().to_vec(), config)
}

fn sha256(der: &[u8]) -> [u8; 32] {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, der).as_ref().try_into().expect("32 bytes")
}

#[tokio::test]
async fn a_certificate_must_be_of_the_authority() {
    let (pem, der, config) = authority();
    let (other_pem, other_der, _) = authority();
    let spec = Spec::start_with(Some(config), vec![Update::software(10).install().file("a.cab", 10)]).await;
    let client = |options: &ServerOptions| {
        let server = Server::new(options, crate::host(crate::NOW)).expect("a server");
        WindowsClient::new(crate::machine(1), server, Behaviour::default())
    };
    for good in [ServerOptions::with_authority(&spec.url, pem), ServerOptions::pinned(&spec.url, sha256(&der))] {
        let mut client = client(&good);
        assert_eq!(client.scan().await.expect("a scan").to_install, [id(10)]);
        assert_eq!(client.install().await.installed, [id(10)]);
    }
    let bad =
        [ServerOptions::with_authority(&spec.url, other_pem), ServerOptions::pinned(&spec.url, sha256(&other_der))];
    for bad in bad {
        let error = client(&bad).scan().await.expect_err("not believed");
        assert_eq!(error.hresult(), 0x8007_2EFD);
    }
}

#[test]
fn what_is_no_certificate_is_refused() {
    for pem in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let options = ServerOptions::with_authority("https://sluice.example.org:8531", pem);
        let refused = Server::new(&options, crate::host(crate::NOW));
        assert!(matches!(refused, Err(SimError::Tls(_))), "{pem:?}");
    }
}
