//! Why a simulation could not be done.

/// Why a simulation could not be done.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The token is not one.
    #[error(transparent)]
    Token(#[from] sluice_wire::TokenError),
    /// The address is not one.
    #[error("{0:?} is not the address of a site's device listener; it looks like https://sluice.example.org:8531")]
    Server(String),
    /// The address is not one.
    #[error(
        "{0:?} is not the address of an update server; it looks like https://sluice.example.org:8531, or like \
        http://sluice.example.org:8530 without certificates"
    )]
    UpdateServer(String),
    /// A number is out of bounds.
    #[error("{what} must be between {least} and {most}")]
    Bounds {
        /// Which.
        what: &'static str,
        /// At least.
        least: u64,
        /// At most.
        most: u64,
    },
    /// Nothing to make machines of.
    #[error("the shape has no packages; give an inventory or a package index of a real machine")]
    EmptyShape,
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Not a single device could be enrolled.
    #[error("no device could be enrolled: {0}")]
    Enrolment(String),
}

/// Why a device's contact failed; counted, the first is shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ContactError {
    #[error("{operation}: the site refused: {problem}")]
    Refused { operation: &'static str, problem: sluice_wire::Problem },
    #[error("{operation}: {why}")]
    Unreachable { operation: &'static str, why: String },
    #[error("{operation}: the answer makes no sense: {why}")]
    Protocol { operation: &'static str, why: String },
}
