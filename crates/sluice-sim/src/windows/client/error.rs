//! Why a request of an agent failed.

use sluice_wsus::soap::{AnswerError, ReceivedFault, SoapError};
use sluice_wsus::update::UpdateError;
use sluice_wsus::xpress::XpressError;

use super::hresult;

/// Why a scan or a report failed.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The server was not reached, or the connection broke.
    #[error("{operation}: the server does not answer")]
    Unreachable {
        /// The operation.
        operation: &'static str,
        /// What went wrong.
        #[source]
        source: reqwest::Error,
    },
    /// Neither an answer nor a fault.
    #[error("{operation}: the server answers with HTTP status {status}")]
    Status {
        /// The operation.
        operation: &'static str,
        /// The status.
        status: u16,
    },
    /// A fault that ends the scan.
    #[error("{operation}: the server answers with the fault {fault}")]
    Fault {
        /// The operation.
        operation: &'static str,
        /// The fault.
        fault: Box<ReceivedFault>,
    },
    /// The answer is larger than an agent takes.
    #[error("{operation}: the answer is larger than {limit} bytes")]
    TooLarge {
        /// The operation.
        operation: &'static str,
        /// What is taken.
        limit: usize,
    },
    /// The answer is compressed in a way that was not asked for.
    #[error("{operation}: the answer has the encoding {encoding:?}, which was not asked for")]
    Encoding {
        /// The operation.
        operation: &'static str,
        /// What it says.
        encoding: String,
    },
    /// The compression is damaged.
    #[error("{operation}: the compressed answer is damaged")]
    Xpress {
        /// The operation.
        operation: &'static str,
        /// Where.
        #[source]
        source: XpressError,
    },
    /// The answer cannot be read.
    #[error("{operation}: the answer cannot be read")]
    Answer {
        /// The operation.
        operation: &'static str,
        /// Why.
        #[source]
        source: SoapError,
    },
    /// More than 200 round trips in one scan. What came is kept, so that the next scan goes on.
    #[error("the scan needs more than {limit} round trips")]
    TooManyTrips {
        /// The limit of every agent.
        limit: u32,
    },
    /// The server makes the agent start again and again.
    #[error("the server does not accept what it gave: still {fault} after {attempts} attempts")]
    Restless {
        /// The last fault.
        fault: Box<ReceivedFault>,
        /// How often the agent started again.
        attempts: u32,
    },
    /// The configuration lacks what every server must give.
    #[error("the configuration of the server lacks {what}")]
    Configuration {
        /// What.
        what: &'static str,
    },
    /// An update came without deployment: agents fail the whole scan (peer-wsus-rs.md Q24).
    #[error("revision {revision} came without deployment")]
    NoDeployment {
        /// The revision.
        revision: i32,
    },
    /// An update came without or with a damaged fragment.
    #[error("the fragment of revision {revision} cannot be read")]
    Fragment {
        /// The revision.
        revision: i32,
        /// Why.
        #[source]
        source: UpdateError,
    },
    /// An update came without fragment.
    #[error("revision {revision} came without fragment")]
    NoFragment {
        /// The revision.
        revision: i32,
    },
}

impl AgentError {
    /// The code that a real agent shows and reports.
    #[must_use]
    pub fn hresult(&self) -> u32 {
        match self {
            Self::Unreachable { source, .. } if source.is_timeout() => hresult::TIMEOUT,
            Self::Unreachable { source, .. } if source.is_connect() => hresult::CANNOT_CONNECT,
            Self::Unreachable { .. } => hresult::CONNECTION_LOST,
            Self::Status { status, .. } => hresult::of_service_status(*status),
            Self::Fault { .. } | Self::Restless { .. } => hresult::SOAP_FAULT,
            Self::TooLarge { .. } | Self::Encoding { .. } | Self::Xpress { .. } | Self::Answer { .. } => {
                hresult::SOAP_PARSE
            }
            Self::TooManyTrips { .. } => hresult::TOO_MANY_TRIPS,
            Self::Configuration { .. } => hresult::PROPERTY_MISSING,
            Self::NoDeployment { .. } | Self::NoFragment { .. } => hresult::INVALID_ARGUMENT,
            Self::Fragment { .. } => hresult::INVALID_UPDATE,
        }
    }

    /// The fault that the server answered with.
    #[must_use]
    pub fn fault(&self) -> Option<&ReceivedFault> {
        match self {
            Self::Fault { fault, .. } | Self::Restless { fault, .. } => Some(fault),
            _ => None,
        }
    }

    pub(super) fn answer(operation: &'static str, error: AnswerError) -> Self {
        match error {
            AnswerError::Fault(fault) => Self::Fault { operation, fault: Box::new(fault) },
            AnswerError::Soap(source) => Self::Answer { operation, source },
        }
    }

    /// What it is called when it is counted: few different texts, whatever the values.
    pub(in super::super) fn kind(&self) -> String {
        match self {
            Self::Fault { operation, fault } => format!("{operation}: {}", fault.error_code),
            other => other.to_string(),
        }
    }
}
