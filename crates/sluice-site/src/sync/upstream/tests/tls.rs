//! Whom a source believes.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::http::{Reply, Request};
use super::world::World;
use crate::sources::{SourceConfig, UpstreamSource};

/// A server with a certificate of an authority of its own; it answers everything with the status 404, which shows that
/// the handshake went well.
struct Server {
    url: String,
    authority: String,
    authority_sha256: String,
    own_sha256: String,
}

async fn server(name: &str, expired: bool) -> Server {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.distinguished_name.push(DnType::CommonName, "authority");
    let ca_certificate = ca.self_signed(&ca_key).unwrap();
    let issuer = Issuer::new(ca, ca_key);
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    if expired {
        (params.not_before, params.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1));
    }
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let chain = vec![certificate.der().clone(), ca_certificate.der().clone()];
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                while let Ok(Some(_)) = Request::read(&mut stream).await {
                    Reply::status(404).write(&mut stream).await.unwrap();
                }
            });
        }
    });
    let sha256 = |der: &[u8]| hex::encode(digest(&SHA256, der));
    Server {
        url: format!("https://localhost:{port}"),
        authority: ca_certificate.pem(),
        authority_sha256: sha256(ca_certificate.der()),
        own_sha256: sha256(certificate.der()),
    }
}

async fn error(world: &World, source: UpstreamSource) -> String {
    let config = SourceConfig::Upstream(Box::new(source));
    let check = world.base.site.check_source(&world.base.admin, &config).await.unwrap();
    let error = check.error.unwrap();
    error.rsplit_once(": ").map_or(error.clone(), |(_, why)| why.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_believed_as_the_source_says() {
    let world = World::new().await;
    let good = server("localhost", false).await;
    let other = server("elsewhere.example", false).await;
    let old = server("localhost", true).await;
    let plain = |server: &Server| UpstreamSource { url: server.url.clone(), ..UpstreamSource::default() };
    let with = |server: &Server| UpstreamSource { authorities: Some(server.authority.clone()), ..plain(server) };
    let pinned = |server: &Server, pin: &str| UpstreamSource { pinned: vec![pin.to_owned()], ..plain(server) };
    let through = |server: &Server| format!("{} answered with status 404", server.url);

    assert_eq!(error(&world, plain(&good)).await, "its certificate is from an unknown authority");
    assert_eq!(error(&world, with(&good)).await, through(&good));
    assert_eq!(error(&world, with(&other)).await, "its certificate is for another name");
    assert_eq!(error(&world, with(&old)).await, "its certificate is out of date");
    // Its own certificate is enough; that of its authority with a fitting name and date only.
    for (server, pin) in [(&good, &good.own_sha256), (&good, &good.authority_sha256), (&other, &other.own_sha256)] {
        assert_eq!(error(&world, pinned(server, pin)).await, through(server));
    }
    assert_eq!(error(&world, pinned(&other, &other.authority_sha256)).await, "its certificate is for another name");
    assert_eq!(error(&world, pinned(&good, &other.own_sha256)).await, "it shows none of the pinned certificates");
}
