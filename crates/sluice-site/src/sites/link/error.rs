//! What goes wrong with the site above, without any of its words.

use crate::error::SiteError;
use crate::sync::Why;

/// A request to the site above failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    /// TLS cannot be set up.
    #[error("the connection to the site above cannot be set up")]
    SetUp(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No answer.
    #[error("the site above, {url}, cannot be reached: {why}")]
    Unreachable {
        /// Where it should be.
        url: String,
        /// Why.
        why: Why,
        /// What the HTTP library said, without the address.
        source: reqwest::Error,
    },
    /// It does not know this site, or the token.
    #[error("the site above, {url}, does not know this site or its token any more")]
    Unknown {
        /// Where.
        url: String,
    },
    /// It refused for another reason.
    #[error("the site above, {url}, answered with status {status}")]
    Status {
        /// Where.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// Its answer is too large, or no answer.
    #[error("the answer of the site above, {url}, cannot be read")]
    Answer {
        /// Where.
        url: String,
    },
}

impl LinkError {
    /// What to do.
    pub(crate) fn fix(&self) -> &'static str {
        match self {
            Self::SetUp(_) => "Check the proxy of the source; see the site's log.",
            Self::Unreachable { .. } => {
                "Check that the site runs and that this machine reaches its client listener (8531): name, firewall, proxy."
            }
            Self::Unknown { .. } => "Make a new token there (`sluice site token`) and join again: `sluice site join`.",
            Self::Status { .. } => "See the log of the site above; the version of both must be the same.",
            Self::Answer { .. } => "Check that the address is that of a Sluice site of the same version.",
        }
    }
}

impl From<LinkError> for SiteError {
    fn from(error: LinkError) -> Self {
        Self::unavailable(error.to_string(), error.fix()).with_source(error)
    }
}
