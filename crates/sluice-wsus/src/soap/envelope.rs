//! The envelope: version, headers, and the one element in the body.

use std::collections::BTreeMap;

use super::error::shortened;
use super::reader::Token;
use super::{Element, Limits, Reader, SoapError};

/// Version of SOAP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SoapVersion {
    /// 1.1: what agents speak.
    #[default]
    Soap11,
    /// 1.2.
    Soap12,
}

const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";

/// Namespaces of the headers we understand: WS-Addressing 1.0 and its member submission. They say nothing that the
/// request does not say otherwise, since answers go back on the same connection.
const UNDERSTOOD: [&str; 2] =
    ["http://www.w3.org/2005/08/addressing", "http://schemas.xmlsoap.org/ws/2004/08/addressing"];

impl SoapVersion {
    /// Namespace of the envelope.
    #[must_use]
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::Soap11 => SOAP11,
            Self::Soap12 => SOAP12,
        }
    }

    /// `Content-Type` of an answer.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Soap11 => "text/xml; charset=utf-8",
            Self::Soap12 => "application/soap+xml; charset=utf-8",
        }
    }
}

/// An opened envelope; its reader is inside the element of the body.
pub struct Envelope<'a> {
    /// The version of SOAP, for the answer.
    pub version: SoapVersion,
    /// Local name of the element in the body: the operation, or `Fault`.
    pub operation: String,
    /// Namespace of that element; empty if it has none.
    pub namespace: String,
    /// Inside that element.
    pub body: Reader<'a>,
}

impl<'a> Envelope<'a> {
    /// Reads up to and into the element of the body.
    ///
    /// # Errors
    /// [`SoapError`] if this is no envelope, its body is empty, or a header must be understood and is not.
    pub fn open(text: &'a str, limits: Limits) -> Result<Self, SoapError> {
        let mut reader = Reader::new(text, limits)?;
        let root = start(&mut reader)?.ok_or(SoapError::NotSoap)?;
        let mut scope = Scope::default();
        scope.declare(&root);
        let version = match scope.namespace(&root) {
            Some(SOAP11) if root.name() == "Envelope" => SoapVersion::Soap11,
            Some(SOAP12) if root.name() == "Envelope" => SoapVersion::Soap12,
            _ => return Err(SoapError::NotSoap),
        };
        loop {
            let part = start(&mut reader)?.ok_or(SoapError::NoOperation)?;
            match part.name() {
                "Header" => headers(&mut reader, &part, &scope)?,
                "Body" => {
                    scope.declare(&part);
                    break;
                }
                _ => return Err(SoapError::NoOperation),
            }
        }
        let operation = start(&mut reader)?.ok_or(SoapError::NoOperation)?;
        scope.declare(&operation);
        Ok(Self {
            version,
            operation: operation.name().to_owned(),
            namespace: scope.namespace(&operation).unwrap_or_default().to_owned(),
            body: reader,
        })
    }

    /// Reads the rest of the document, so that it is known to be well-formed.
    ///
    /// # Errors
    /// [`SoapError`] if it is not.
    pub fn close(mut self) -> Result<(), SoapError> {
        self.body.leave_to(0)?;
        while !matches!(self.body.next()?, Token::Eof) {}
        Ok(())
    }

    /// The error for an operation that the service does not have.
    #[must_use]
    pub fn unknown_operation(&self) -> SoapError {
        SoapError::UnknownOperation { name: shortened(&self.operation) }
    }
}

/// The next start tag, or `None` if the current element or the document ends first.
fn start<'a>(reader: &mut Reader<'a>) -> Result<Option<Element<'a>>, SoapError> {
    loop {
        match reader.next()? {
            Token::Start(element) => return Ok(Some(element)),
            Token::Text(_) => {}
            Token::End | Token::Eof => return Ok(None),
        }
    }
}

/// Skips the headers and checks that none had to be understood.
fn headers<'a>(reader: &mut Reader<'a>, header: &Element<'a>, outer: &Scope) -> Result<(), SoapError> {
    let mut scope = outer.clone();
    scope.declare(header);
    reader.children(|_, block| {
        let must = block
            .attributes()
            .any(|(name, value)| local(name) == "mustUnderstand" && matches!(value.trim_ascii(), "1" | "true"));
        if must {
            let mut scope = scope.clone();
            scope.declare(block);
            if !scope.namespace(block).is_some_and(|namespace| UNDERSTOOD.contains(&namespace)) {
                return Err(SoapError::NotUnderstood { name: shortened(block.name()) });
            }
        }
        Ok(())
    })
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// The namespaces in force. Only the envelope needs them: inside the body names alone decide.
#[derive(Clone, Default)]
struct Scope {
    /// Prefix to namespace; the default namespace under the empty prefix.
    namespaces: BTreeMap<String, String>,
}

impl Scope {
    fn declare(&mut self, element: &Element<'_>) {
        for (name, value) in element.attributes() {
            let prefix = match name.split_once(':') {
                None if name == "xmlns" => "",
                Some(("xmlns", prefix)) => prefix,
                _ => continue,
            };
            self.namespaces.insert(prefix.to_owned(), value.into_owned());
        }
    }

    fn namespace(&self, element: &Element<'_>) -> Option<&str> {
        self.namespaces.get(element.prefix().unwrap_or_default()).map(String::as_str)
    }
}
