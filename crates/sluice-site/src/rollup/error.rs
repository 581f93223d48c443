//! Why an upstream server could not be reported to.

use sluice_store::StoreError;
use sluice_wsus::soap::ErrorCode;

use crate::sync::UpstreamError;

/// Why an upstream server could not be reported to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RollupError {
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    #[error("{url} was too busy to take the states of devices, {tries} times")]
    Busy { url: String, tries: u32 },
    #[error("what was reported could not be noted")]
    Store(#[from] StoreError),
    #[error("putting the report together failed")]
    Defect(#[source] tokio::task::JoinError),
}

impl RollupError {
    /// One of many computers may be to blame.
    pub(super) fn may_be_of_one(&self) -> bool {
        matches!(self, Self::Upstream(error) if error.may_be_of_one())
    }

    /// What an administrator can do.
    pub(super) fn fix(&self) -> &'static str {
        match self {
            Self::Upstream(error) if error.code() == Some(ErrorCode::InvalidParameters) => {
                "The upstream takes no reports of this site: it must be approved there (on a Sluice: `sluice downstream \
                 approve`), and reach it from the address from which it synchronizes."
            }
            Self::Upstream(error) => error.fix(),
            Self::Busy { .. } => "The upstream has too much to do; the site tries again by itself.",
            Self::Store(_) => "Look at the database: `sluice doctor`. The site tries again by itself.",
            Self::Defect(_) => "This is a defect; please report it with the log. The site tries again by itself.",
        }
    }
}
