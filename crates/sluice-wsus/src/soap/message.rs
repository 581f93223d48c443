//! A message of an operation, and how it travels.

use super::Reader;
use super::{ContentEncoding, Envelope, Limits, ReceivedFault, SoapError, SoapVersion, Style, XmlWriter};
use crate::xpress::XpressError;

/// A web service: what its messages have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// Namespace of the messages. `namespace/operation` is the SOAPAction.
    pub namespace: &'static str,
    /// How its server writes.
    pub style: Style,
}

/// The contents of an element in the body: a request or an answer.
pub trait Message<'a>: Sized {
    /// The service it belongs to.
    const SERVICE: Service;

    /// Name of the element: the operation for requests, the operation and `Response` for answers.
    const ELEMENT: &'static str;

    /// Reads the inside of the element, whatever the order; what is absent, nil or empty is left at its default.
    ///
    /// # Errors
    /// [`SoapError`] if the document is damaged or a value is not of its type.
    fn read(body: &mut Reader<'a>) -> Result<Self, SoapError>;

    /// Writes the inside of the element, in the order of the contract.
    fn write(&self, out: &mut XmlWriter);
}

/// The envelope of a request, as the Windows Update Agent writes it.
#[must_use]
pub fn write_request<'a, M: Message<'a>>(message: &M, version: SoapVersion) -> Vec<u8> {
    write(message, Style::Agent, version, ContentEncoding::Identity).into_bytes()
}

/// The envelope of a request, as a server writes it that asks another server (ASMX clients of .NET).
#[must_use]
pub fn write_server_request<'a, M: Message<'a>>(message: &M, version: SoapVersion) -> Vec<u8> {
    write(message, Style::Asmx, version, ContentEncoding::Identity).into_bytes()
}

/// The envelope of an answer, as the real server of the service writes it.
///
/// # Errors
/// [`XpressError`] if the message holds a fragment with damaged blocks.
pub fn write_response<'a, M: Message<'a>>(
    message: &M,
    version: SoapVersion,
    encoding: ContentEncoding,
) -> Result<Vec<u8>, XpressError> {
    write(message, M::SERVICE.style, version, encoding).finish()
}

/// The envelope of an answer of type `M` whose inside is written by `inside`: for lists that are not to be collected
/// first.
///
/// # Errors
/// As [`write_response`].
pub fn write_response_with<'a, M: Message<'a>>(
    version: SoapVersion,
    encoding: ContentEncoding,
    inside: impl FnOnce(&mut XmlWriter),
) -> Result<Vec<u8>, XpressError> {
    write_with::<M>(M::SERVICE.style, version, encoding, inside).finish()
}

/// An answer with a place for something that is another thing in each: a cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// All but that.
    pub bytes: Vec<u8>,
    /// Where it belongs.
    pub gap: usize,
}

/// As [`write_response`], of a message that leaves a gap.
///
/// # Errors
/// [`XpressError`] if the message holds a fragment with damaged blocks.
pub fn write_template<'a, M: Message<'a>>(
    message: &M,
    version: SoapVersion,
    encoding: ContentEncoding,
) -> Result<Template, XpressError> {
    let writer = write(message, M::SERVICE.style, version, encoding);
    let gap = writer.gap();
    Ok(Template { bytes: writer.finish()?, gap })
}

fn write<'a, M: Message<'a>>(message: &M, style: Style, version: SoapVersion, encoding: ContentEncoding) -> XmlWriter {
    write_with::<M>(style, version, encoding, |writer| message.write(writer))
}

fn write_with<'a, M: Message<'a>>(
    style: Style,
    version: SoapVersion,
    encoding: ContentEncoding,
    inside: impl FnOnce(&mut XmlWriter),
) -> XmlWriter {
    let mut writer = XmlWriter::new(style, version, encoding);
    writer.envelope(true, |writer| writer.body_element(M::ELEMENT, M::SERVICE.namespace, inside));
    writer
}

/// What came instead of an answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AnswerError {
    /// The server answered with a fault.
    #[error("the server answered with a fault: {0}")]
    Fault(ReceivedFault),
    /// The answer could not be read.
    #[error(transparent)]
    Soap(#[from] SoapError),
}

/// Reads an answer that should be of type `M`.
///
/// # Errors
/// [`AnswerError::Fault`] if the server answered with a fault, [`AnswerError::Soap`] if the answer is something else.
pub fn read_response<'a, M: Message<'a>>(text: &'a str) -> Result<M, AnswerError> {
    let mut envelope = Envelope::open(text, Limits::RESPONSE)?;
    if envelope.operation == "Fault" {
        let fault = ReceivedFault::read(&mut envelope.body)?;
        envelope.close()?;
        return Err(AnswerError::Fault(fault));
    }
    if envelope.operation != M::ELEMENT {
        return Err(envelope.unknown_operation().into());
    }
    let message = M::read(&mut envelope.body)?;
    envelope.close()?;
    Ok(message)
}
