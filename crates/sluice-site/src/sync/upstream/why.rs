//! Why a server could not be reached, out of the errors of the libraries below.

use std::error::Error;
use std::fmt;
use std::io;

use rustls::CertificateError;

/// Why a server could not be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// Its name is not known.
    Name,
    /// Nobody listens there.
    Refused,
    /// No way to it.
    Route,
    /// No answer in time.
    Time,
    /// The proxy wants a name and password, or others.
    ProxyCredentials,
    /// The proxy does not connect us.
    ProxyRefuses,
    /// Its certificate is of an authority that is not known.
    UnknownAuthority,
    /// Its certificate is not valid any more, or not yet.
    OutOfDate,
    /// Its certificate is for another name.
    WrongName,
    /// It shows none of the pinned certificates.
    NotPinned,
    /// Its certificate is wrong in another way.
    Certificate,
    /// It does not speak TLS, or no version of it that we do.
    Tls,
    /// The connection broke off.
    Broken,
    /// Something else.
    Other,
}

impl Why {
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        match Self::of_cause(error) {
            Some(found) => found,
            None if error.is_timeout() => Self::Time,
            None if error.is_body() || error.is_decode() || error.is_request() => Self::Broken,
            None => Self::Other,
        }
    }

    /// Looks through the causes of an error; the innermost says most.
    fn of_cause(error: &(dyn Error + 'static)) -> Option<Self> {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(Self::of_tls(tls));
        }
        let io = error.downcast_ref::<io::Error>();
        // The error an `io::Error` was made of is not its source.
        let inner: Option<&(dyn Error + 'static)> = match io.and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
        let deeper = inner.and_then(Self::of_cause);
        deeper.or_else(|| io.and_then(|io| Self::of_io(io.kind()))).or_else(|| Self::of_text(&error.to_string()))
    }

    fn of_tls(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(problem) => match problem {
                CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. } => Self::OutOfDate,
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Self::WrongName,
                CertificateError::UnknownIssuer => Self::UnknownAuthority,
                CertificateError::ApplicationVerificationFailure => Self::NotPinned,
                _ => Self::Certificate,
            },
            _ => Self::Tls,
        }
    }

    fn of_io(kind: io::ErrorKind) -> Option<Self> {
        match kind {
            io::ErrorKind::ConnectionRefused => Some(Self::Refused),
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => Some(Self::Route),
            io::ErrorKind::TimedOut => Some(Self::Time),
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => Some(Self::Broken),
            _ => None,
        }
    }

    /// Errors that have no type: of the HTTP library's resolver and of its tunnel through proxies.
    fn of_text(text: &str) -> Option<Self> {
        if text.contains("dns error") {
            Some(Self::Name)
        } else if text.contains("proxy authorization required") {
            Some(Self::ProxyCredentials)
        } else if text.contains("tunnel") {
            Some(Self::ProxyRefuses)
        } else {
            None
        }
    }

    /// Whether the next try may go better.
    pub(super) fn is_passing(self) -> bool {
        matches!(self, Self::Name | Self::Refused | Self::Route | Self::Time | Self::Broken | Self::Other)
    }

    /// What an administrator can do.
    pub(super) fn fix(self) -> &'static str {
        match self {
            Self::Name => "Check the host name in the address of the source, and the DNS of this machine.",
            Self::Refused => "Check the port in the address (WSUS: 8530, with TLS 8531) and whether the server runs.",
            Self::Route | Self::Time | Self::Broken | Self::Other => {
                "Check the network, the firewall and the proxy of the source; the site tries again by itself."
            }
            Self::ProxyCredentials => {
                "Give the proxy of the source with name and password: http://name:password@host:port."
            }
            Self::ProxyRefuses => "Allow this site to reach the upstream at the proxy, or give another proxy.",
            Self::UnknownAuthority => {
                "Give the certificate of the authority to the source (`--authority FILE`), or pin the server's own \
                 (`--pin SHA256`). Microsoft's service needs \"Microsoft Root Certificate Authority 2011\"."
            }
            Self::OutOfDate => "Check the clocks of both machines; then have the server's certificate renewed.",
            Self::WrongName => {
                "Use the name that is in the server's certificate, or pin the certificate (`--pin SHA256`)."
            }
            Self::NotPinned => {
                "If the server has a new certificate, pin that one (`--pin SHA256`); otherwise somebody is in between."
            }
            Self::Certificate => "Have the server's certificate renewed, or pin it (`--pin SHA256`).",
            Self::Tls => "Check that the port is the one for https (WSUS: 8531), and that the server speaks TLS 1.2.",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "its name is not known",
            Self::Refused => "nobody listens there",
            Self::Route => "there is no way to it",
            Self::Time => "no answer in time",
            Self::ProxyCredentials => "the proxy wants a name and password",
            Self::ProxyRefuses => "the proxy refuses to connect",
            Self::UnknownAuthority => "its certificate is from an unknown authority",
            Self::OutOfDate => "its certificate is out of date",
            Self::WrongName => "its certificate is for another name",
            Self::NotPinned => "it shows none of the pinned certificates",
            Self::Certificate => "its certificate is not acceptable",
            Self::Tls => "it does not speak TLS as it should",
            Self::Broken => "the connection broke off",
            Self::Other => "the request failed",
        })
    }
}
