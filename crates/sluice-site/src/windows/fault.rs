//! Why a Windows client is refused: the codes on which agents decide what to do next.

use thiserror::Error;

/// A refusal in the words of the protocol (\[MS-WUSP\] 2.2.2.4; agents' reactions: protocols.md §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ClientFault {
    /// The cookie is missing, damaged, forged, or of a key that is gone. The agent starts again and
    /// refreshes its cache.
    #[error("the cookie is missing or not one of this site")]
    InvalidCookie,
    /// The cookie is genuine and past its time. The agent gets another one.
    #[error("the cookie has expired")]
    CookieExpired,
    /// The cookie is of another life of the database: numbers in the agent's cache mean nothing here.
    #[error("the cookie is of the database before it was restored")]
    ServerChanged,
    /// The settings changed since the cookie was made. The agent reads them again.
    #[error("the settings changed since the cookie was made")]
    ConfigChanged,
    /// The device must register first.
    #[error("the device is not registered")]
    RegistrationRequired,
    /// The device registered although nobody asked.
    #[error("registration is not asked for")]
    RegistrationNotRequired,
    /// Not exactly one authorization cookie of this site.
    #[error("there is not exactly one authorization of this site")]
    InvalidAuthorizationCookie,
    /// The named parameter is wrong. The scan fails.
    #[error("the parameter {0} is wrong")]
    InvalidParameters(&'static str),
    /// The site is a central administration site, which has no devices. The scan fails.
    #[error("this is a central administration site, which has no devices")]
    NoDevicesHere,
    /// Too much to do; the agent tries again later.
    #[error("the site has too much to do")]
    ServerBusy,
    /// A defect or a failing store; the log says what. The agent tries again later.
    #[error("the site failed")]
    Internal,
}

/// Result of what a client asks.
pub type ClientResult<T> = Result<T, ClientFault>;
