//! What a fault makes an agent do (protocols.md §2.3).

use sluice_wsus::soap::{ErrorCode, ReceivedFault};

/// What a fault makes an agent do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reaction {
    /// Forgets the cookie and starts again from GetConfig; then asks what its cached updates are called now. For
    /// InvalidCookie and ServerChanged.
    StartAgainAndRefresh,
    /// Gets a new cookie. For CookieExpired.
    NewCookie,
    /// Gets the configuration and a new cookie. For ConfigChanged.
    NewConfiguration,
    /// Registers, then repeats the request. For RegistrationRequired.
    Register,
    /// Goes on: it need not have registered. For RegistrationNotRequired.
    GoOn,
    /// Starts again from GetConfig. For InvalidAuthorizationCookie.
    StartAgain,
    /// Asks where the files are now. For FileLocationChanged.
    AskLocations,
    /// Gives up and tries again hours later. For ServerBusy and InternalServerError.
    Later,
    /// Gives up: nothing an agent could do. For InvalidParameters and what is unknown.
    Fail,
}

impl Reaction {
    /// The reaction to a fault.
    #[must_use]
    pub fn to(fault: &ReceivedFault) -> Self {
        match fault.code() {
            Some(ErrorCode::InvalidCookie | ErrorCode::ServerChanged) => Self::StartAgainAndRefresh,
            Some(ErrorCode::CookieExpired) => Self::NewCookie,
            Some(ErrorCode::ConfigChanged) => Self::NewConfiguration,
            Some(ErrorCode::RegistrationRequired) => Self::Register,
            Some(ErrorCode::RegistrationNotRequired) => Self::GoOn,
            Some(ErrorCode::InvalidAuthorizationCookie) => Self::StartAgain,
            Some(ErrorCode::FileLocationChanged) => Self::AskLocations,
            Some(ErrorCode::ServerBusy | ErrorCode::InternalServerError) => Self::Later,
            // The last three are for servers only.
            Some(
                ErrorCode::InvalidParameters
                | ErrorCode::IncompatibleProtocolVersion
                | ErrorCode::FileDigestsMissing
                | ErrorCode::TooManyIds,
            )
            | None => Self::Fail,
        }
    }
}
