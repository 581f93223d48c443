//! SOAP 1.1 and 1.2 as the update services speak it: document/literal, no headers of our own, no XML tree.
//!
//! Reading is lenient: any prefixes, any order, unknown elements skipped, an element that is nil, absent or empty
//! means the same. It is bounded by [`Limits`]. Writing is strict: the elements of the contract in its order, in the
//! shape of the server that is imitated ([`Style`]), into one buffer, [packed](crate::xpress) if the client asked.

mod action;
mod arrays;
mod decode;
mod envelope;
mod error;
mod escape;
mod fault;
mod fragment;
mod limits;
mod message;
mod reader;
mod references;
#[cfg(test)]
mod tests;
mod value;
mod writer;

pub use action::SoapAction;
pub(crate) use arrays::plain_digits;
pub use decode::decode;
pub use envelope::{Envelope, SoapVersion};
pub use error::SoapError;
pub use escape::{escape, escape_attribute_into, escape_into};
pub use fault::{ErrorCode, Fault, ProtocolFault, ReceivedFault};
pub use fragment::Fragment;
pub use limits::Limits;
pub use message::{
    AnswerError, Message, Service, Template, read_response, write_request, write_response, write_response_with,
    write_server_request, write_template,
};
pub use reader::{Element, MAX_STRING, Reader};
pub use value::{Value, encode_base64, format_date_time};
pub use writer::{ContentEncoding, Style, XmlWriter};
