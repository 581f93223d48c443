//! Claiming a port.

use std::net::SocketAddr;

use anyhow::Context as _;
use tokio::net::TcpListener;

/// Ports tried after the wanted one.
const NEXT_PORTS: u16 = 20;

/// Where to listen.
#[derive(Clone, Copy, Debug)]
pub struct Listen {
    /// Address and wanted port.
    pub address: SocketAddr,
    /// What to do when the port is taken.
    pub port: PortChoice,
}

/// Where to listen without TLS, if at all.
#[derive(Clone, Copy, Debug)]
pub struct PlainListen(pub Option<Listen>);

/// What to do when a port is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortChoice {
    /// Fail: clients are configured for it.
    Fixed,
    /// Take one of the next.
    OrNext,
}

pub(super) async fn bind(whom: &str, listen: &Listen) -> anyhow::Result<TcpListener> {
    let tries = if listen.port == PortChoice::OrNext { NEXT_PORTS } else { 0 };
    let mut address = listen.address;
    for _ in 0..tries {
        match TcpListener::bind(address).await {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse && address.port() < u16::MAX => {
                address.set_port(address.port() + 1);
            }
            Err(error) => return Err(error).with_context(|| failed(whom, address)),
        }
    }
    TcpListener::bind(address).await.with_context(|| failed(whom, address))
}

fn failed(whom: &str, address: SocketAddr) -> String {
    format!(
        "listening for {whom} on {address}; give another address with --{}-listen",
        match whom {
            "devices" => "client",
            "content" => "plain",
            _ => "admin",
        }
    )
}
