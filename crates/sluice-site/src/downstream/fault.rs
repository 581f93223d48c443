//! Why a server is refused (\[MS-WSUSSS\] 2.2.9.3; what servers do then: protocols.md §5.2).

use thiserror::Error;

/// A refusal in the words of the protocol.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ServerFault {
    /// The cookie is missing, damaged, past its time, or of a server that is not served any more.
    /// The server starts again from the beginning.
    #[error("the cookie is missing, past its time or not one of this site")]
    InvalidCookie,
    /// Not exactly one authorization of this site.
    #[error("there is not exactly one authorization of this site")]
    InvalidAuthorizationCookie,
    /// The database is another one: numbers in the server's anchors mean nothing here. It forgets
    /// them and synchronizes in full.
    #[error("the anchor is of the database before it was restored")]
    ServerChanged,
    /// The major version of the protocol is not 1. The server gives up.
    #[error("the server speaks another protocol")]
    IncompatibleProtocolVersion,
    /// The named parameter is wrong. The server gives up.
    #[error("the parameter {0} is wrong")]
    InvalidParameters(&'static str),
    /// No administrator approved the server, or this site serves none.
    #[error("the server is not approved at this site")]
    NotApproved,
    /// No update here has files with these digests (in the form in which they go to the server).
    #[error("no update here has these files")]
    FileDigestsMissing(String),
    /// A revision that is not here, as WSUS answers it: the whole request fails.
    #[error("a revision is not here")]
    UnknownRevision,
    /// Too much to do; the server tries again later.
    #[error("the site has too much to do")]
    ServerBusy,
    /// A defect or a failing store; the log says what.
    #[error("the site failed")]
    Internal,
}

/// Result of what a server asks.
pub type ServerResult<T> = Result<T, ServerFault>;
