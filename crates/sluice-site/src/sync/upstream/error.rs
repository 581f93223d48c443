//! Why an upstream server could not be synchronized with.

use sluice_wsus::soap::{ErrorCode, ReceivedFault, SoapError};

use super::why::Why;

/// Why an upstream server could not be synchronized with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpstreamError {
    #[error("{url} cannot be reached: {why}")]
    Unreachable { url: String, why: Why, source: reqwest::Error },
    #[error("{url} answered with status {status}")]
    Status { url: String, status: u16 },
    #[error("{url} answered with something that is not SOAP")]
    NotSoap { url: String },
    #[error("the answer of {url} to {operation} cannot be read")]
    Answer { url: String, operation: &'static str, source: SoapError },
    #[error("{url} answered {operation} with the fault {fault}")]
    Fault { url: String, operation: &'static str, fault: ReceivedFault },
    #[error("{url} speaks version {version} of the protocol, and this site version 1")]
    Version { url: String, version: String },
    #[error("the answer of {url} has more than {limit} bytes")]
    TooLarge { url: String, limit: u64 },
    #[error("{url} answers too slowly")]
    TooSlow { url: String },
    #[error("{url} asks for a kind of authorization that this site does not know")]
    PlugIn { url: String },
    #[error("{url} refused {count} updates one after the other, at last: {last}")]
    Refuses { url: String, count: usize, last: String },
    #[error("the proxy of the source cannot be used")]
    Proxy(#[source] reqwest::Error),
    #[error("TLS cannot be set up as the source says")]
    Trust(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl UpstreamError {
    /// The code of the fault the server answered with.
    pub(crate) fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Fault { fault, .. } => fault.code(),
            _ => None,
        }
    }

    /// The server does not want to know this site.
    pub(super) fn is_not_approved(&self) -> bool {
        matches!(self, Self::Fault { operation: "GetAuthorizationCookie", .. })
            && self.code() == Some(ErrorCode::InvalidParameters)
    }

    /// The server is not the one it was: what it said before does not count any more.
    pub(super) fn is_server_changed(&self) -> bool {
        self.code() == Some(ErrorCode::ServerChanged)
    }

    /// The server does not know our cookie any more.
    pub(super) fn is_of_cookie(&self) -> bool {
        matches!(
            self.code(),
            Some(ErrorCode::InvalidCookie | ErrorCode::CookieExpired | ErrorCode::InvalidAuthorizationCookie)
        )
    }

    /// The next try may go better.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { why, .. } => why.is_passing(),
            Self::Status { status, .. } => matches!(status, 408 | 429 | 502 | 503 | 504),
            Self::Fault { .. } => self.code() == Some(ErrorCode::ServerBusy),
            Self::TooSlow { .. } => true,
            _ => false,
        }
    }

    /// It may be for what was asked: one of many revisions may be to blame.
    pub(crate) fn may_be_of_one(&self) -> bool {
        match self {
            Self::Fault { .. } => !self.is_server_changed() && !self.is_of_cookie() && !self.is_passing(),
            Self::Answer { .. } | Self::TooLarge { .. } => true,
            Self::Status { status, .. } => *status == 500,
            _ => false,
        }
    }

    /// What an administrator can do.
    pub(crate) fn fix(&self) -> &'static str {
        match self {
            Self::Unreachable { why, .. } => why.fix(),
            Self::Status { status, .. } => of_status(*status),
            Self::NotSoap { .. } => {
                "Check the address: it must be the root of a WSUS, of Microsoft Update or of another Sluice."
            }
            Self::Answer { .. } | Self::TooLarge { .. } => {
                "Something between may have changed or cut off the answer: look at proxies. If it stays, tell the vendor."
            }
            Self::Fault { .. } if self.is_not_approved() => {
                "The server does not serve this site: it must be approved there (on a Sluice, where it is listed as \
                 pending: `sluice downstream list`, `sluice downstream approve`)."
            }
            Self::Fault { .. } => of_fault(self.code()),
            Self::Version { .. } => "The server is too old or too new for this version of Sluice.",
            Self::TooSlow { .. } => "The server may be busy; the site tries again by itself.",
            Self::PlugIn { .. } => "Check the address: this may not be a server for downstream servers.",
            Self::Refuses { .. } => {
                "The upstream has a problem of its own; look at its log. The site tries again by itself."
            }
            Self::Proxy(_) => "Correct the proxy of the source.",
            Self::Trust(_) => "Correct the certificates of the source.",
        }
    }
}

fn of_status(status: u16) -> &'static str {
    match status {
        301..=399 => "The server redirects: give the address it redirects to (often https instead of http).",
        401 => {
            "The server wants a Windows user: allow anonymous access to its DssAuthWebService and ServerSyncWebService \
             in IIS. A site cannot log on to Windows."
        }
        403 => {
            "The server refuses this site: it may want TLS (port 8531), or this site must be allowed there (on a \
             Sluice: `sluice downstream approve`)."
        }
        404 | 405 => {
            "Check address and port: the server has no service for downstream servers there (WSUS: port 8530 or 8531)."
        }
        407 => "Give the proxy of the source with name and password: http://name:password@host:port.",
        502..=504 => {
            "The server or the proxy before it is down or overloaded: on a WSUS look whether the application pool \
             WsusPool runs. The site tries again by itself."
        }
        _ => "The upstream has a problem of its own; the site tries again by itself.",
    }
}

fn of_fault(code: Option<ErrorCode>) -> &'static str {
    match code {
        Some(ErrorCode::InvalidAuthorizationCookie | ErrorCode::InvalidCookie | ErrorCode::CookieExpired) => {
            "The server does not accept this site: it may not be allowed there (on a Sluice: `sluice downstream \
             approve`), or several servers answer behind one address."
        }
        Some(ErrorCode::IncompatibleProtocolVersion) => "The server is too old or too new for this version of Sluice.",
        Some(ErrorCode::InvalidParameters) => {
            "The server refuses what it is asked for; try a full synchronization: `sluice sync run --full`."
        }
        Some(ErrorCode::ServerBusy) => "The server is busy; the site tries again by itself.",
        Some(ErrorCode::ServerChanged) => "The server was restored or changed; the site starts from the beginning.",
        _ => "The upstream has a problem of its own; look at its log. The site tries again by itself.",
    }
}
