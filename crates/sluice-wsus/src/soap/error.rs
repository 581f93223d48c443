//! Why a SOAP message was refused.

use super::Fault;
use super::fault::{ErrorCode, ProtocolFault};
use uuid::Uuid;

/// Why a message could not be read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SoapError {
    /// The bytes are not text in UTF-8 or UTF-16, or hold characters that XML forbids.
    #[error("the message is not valid {encoding} text")]
    Encoding {
        /// What the bytes were taken for.
        encoding: &'static str,
    },
    /// The text is not well-formed XML.
    #[error("the message is not well-formed XML near byte {position}")]
    Malformed {
        /// Where, in bytes from the start.
        position: u64,
        /// What the parser says.
        #[source]
        source: quick_xml::Error,
    },
    /// The text ends inside an element.
    #[error("the message ends before its last element does")]
    Unfinished,
    /// A document type declaration: never needed, and the door to entity attacks.
    #[error("the message has a document type declaration")]
    DocumentType,
    /// A reference to an entity other than XML's own five, or to a character that XML forbids.
    #[error("the message refers to the unknown entity {name:?}")]
    Entity {
        /// Name of the entity, shortened.
        name: String,
    },
    /// More of something than [`Limits`](super::Limits) allows.
    #[error("the message has more than {limit} {what}")]
    Limit {
        /// Bytes, levels, elements or attributes.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// The root is not an envelope of SOAP 1.1 or 1.2.
    #[error("the message is not a SOAP 1.1 or 1.2 envelope")]
    NotSoap,
    /// The envelope has no body or nothing in it.
    #[error("the SOAP message has no operation in its body")]
    NoOperation,
    /// A header that must be understood and is not.
    #[error("the SOAP header {name} must be understood and is not")]
    NotUnderstood {
        /// Local name of the header.
        name: String,
    },
    /// The operation does not belong to the service.
    #[error("the service has no operation {name}")]
    UnknownOperation {
        /// Local name of the element in the body, shortened.
        name: String,
    },
    /// A value is not of its type.
    #[error("the element {element} does not hold a valid {kind}")]
    Value {
        /// Local name of the element.
        element: String,
        /// Name of the type.
        kind: &'static str,
    },
    /// An array or a string is longer than we accept.
    #[error("the element {element} is longer than {limit}")]
    TooLong {
        /// Local name of the element.
        element: String,
        /// Items or bytes.
        limit: usize,
    },
}

impl SoapError {
    /// The parameter to blame, if the message was SOAP but its contents are wrong: such errors are
    /// `InvalidParameters` faults, all others are faults of SOAP itself.
    #[must_use]
    pub fn parameter(&self) -> Option<&str> {
        match self {
            Self::Value { element, .. } | Self::TooLong { element, .. } => Some(element),
            _ => None,
        }
    }

    /// The `InvalidParameters` fault to answer with, for errors with a [`parameter`](Self::parameter).
    #[must_use]
    pub fn service_fault(&self, id: Uuid, action: &str) -> Option<Fault> {
        let message = self.parameter()?.to_owned();
        Some(Fault { code: ErrorCode::InvalidParameters, message, id, action: action.to_owned(), actor: None })
    }

    /// The fault of SOAP itself to answer with.
    #[must_use]
    pub fn protocol_fault(&self) -> ProtocolFault {
        match self {
            Self::NotSoap => ProtocolFault::VersionMismatch,
            Self::NotUnderstood { .. } => ProtocolFault::MustUnderstand,
            _ => ProtocolFault::Client,
        }
    }
}

/// `name`, shortened so that an error never repeats a megabyte of hostile input.
pub(super) fn shortened(name: &str) -> String {
    name.chars().take(64).collect()
}
