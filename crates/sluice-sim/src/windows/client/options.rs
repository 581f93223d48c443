//! Which server, and why to believe it.

/// Whose certificate an agent accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// None: plain HTTP.
    Plain,
    /// Those that one of these authorities vouches for: certificates in PEM.
    Authority(Vec<u8>),
    /// Those whose chain holds the authority with this SHA-256, which must vouch for them.
    Sha256([u8; 32]),
}

/// A server, as a machine's policy names it (protocols.md §2.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerOptions {
    /// `WUServer`: `http(s)://host:port`.
    pub url: String,
    /// Whose certificate is accepted.
    pub trust: Trust,
    /// `WUStatusServer`: where reports go; `None`: the same.
    pub status_url: Option<String>,
    /// Whether answers may come compressed. Every agent says so.
    pub xpress: bool,
    /// Idle connections that are kept; the machines of a process share them.
    pub connections: usize,
}

/// Connections that are kept for one client.
const CONNECTIONS: usize = 32;

impl ServerOptions {
    /// A server that is believed.
    #[must_use]
    pub fn new(url: impl Into<String>, trust: Trust) -> Self {
        Self { url: url.into(), trust, status_url: None, xpress: true, connections: CONNECTIONS }
    }

    /// A server on plain HTTP.
    #[must_use]
    pub fn plain(url: impl Into<String>) -> Self {
        Self::new(url, Trust::Plain)
    }

    /// A server that an authority vouches for.
    #[must_use]
    pub fn with_authority(url: impl Into<String>, pem: impl Into<Vec<u8>>) -> Self {
        Self::new(url, Trust::Authority(pem.into()))
    }

    /// A server that the authority with a fingerprint vouches for.
    #[must_use]
    pub fn pinned(url: impl Into<String>, sha256: [u8; 32]) -> Self {
        Self::new(url, Trust::Sha256(sha256))
    }
}
