//! Faults, exactly as real servers send them (\[MS-WUSP\] 2.2.2.4, \[MS-WSUSSS\] 2.2.9).

use std::fmt;

use uuid::Uuid;

use super::{ContentEncoding, Element, Reader, SoapError, SoapVersion, Style, XmlWriter};

/// The `ErrorCode` of a fault, on which clients decide what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The cookie is missing or cannot be opened. The agent forgets it, starts again and refreshes its cache.
    InvalidCookie,
    /// The cookie is of another server or of another state of the database. As [`InvalidCookie`](Self::InvalidCookie).
    ServerChanged,
    /// The cookie is too old. The agent gets a new one.
    CookieExpired,
    /// The configuration changed since the cookie was made. The agent gets it again.
    ConfigChanged,
    /// The client must register first.
    RegistrationRequired,
    /// The client registered without being asked.
    RegistrationNotRequired,
    /// The authorization cookie is not one of ours, or there is not exactly one.
    InvalidAuthorizationCookie,
    /// A parameter is wrong; the message of the fault is its name.
    InvalidParameters,
    /// The addresses of files changed. The agent asks for them.
    FileLocationChanged,
    /// The protocol of a downstream server has another major version. It stops.
    IncompatibleProtocolVersion,
    /// The upstream server deleted updates with these files since; the message of the fault is their digests, joined with
    /// `|`. The downstream server starts again.
    FileDigestsMissing,
    /// Too many ids in a request for drivers.
    TooManyIds,
    /// Try later.
    ServerBusy,
    /// The server failed. Try later.
    InternalServerError,
}

impl ErrorCode {
    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidCookie => "InvalidCookie",
            Self::ServerChanged => "ServerChanged",
            Self::CookieExpired => "CookieExpired",
            Self::ConfigChanged => "ConfigChanged",
            Self::RegistrationRequired => "RegistrationRequired",
            Self::RegistrationNotRequired => "RegistrationNotRequired",
            Self::InvalidAuthorizationCookie => "InvalidAuthorizationCookie",
            Self::InvalidParameters => "InvalidParameters",
            Self::FileLocationChanged => "FileLocationChanged",
            Self::IncompatibleProtocolVersion => "IncompatibleProtocolVersion",
            Self::FileDigestsMissing => "FileDigestsMissing",
            Self::TooManyIds => "TooManyIds",
            Self::ServerBusy => "ServerBusy",
            Self::InternalServerError => "InternalServerError",
        }
    }

    /// Reads a code, in the spelling of the specification's table or in one of its others.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "InvalidCookie" => Self::InvalidCookie,
            "ServerChanged" => Self::ServerChanged,
            "CookieExpired" => Self::CookieExpired,
            "ConfigChanged" => Self::ConfigChanged,
            "RegistrationRequired" => Self::RegistrationRequired,
            "RegistrationNotRequired" => Self::RegistrationNotRequired,
            "InvalidAuthorizationCookie" => Self::InvalidAuthorizationCookie,
            "InvalidParameters" | "InvalidParameter" => Self::InvalidParameters,
            "FileLocationChanged" | "FileLocationsChanged" => Self::FileLocationChanged,
            "IncompatibleProtocolVersion" => Self::IncompatibleProtocolVersion,
            "FileDigestsMissing" => Self::FileDigestsMissing,
            "TooManyIds" => Self::TooManyIds,
            "ServerBusy" => Self::ServerBusy,
            "InternalServerError" => Self::InternalServerError,
            _ => return None,
        })
    }

    const fn is_servers_fault(self) -> bool {
        matches!(self, Self::ServerBusy | Self::InternalServerError)
    }
}

/// A fault of an operation. It travels with HTTP status 500.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What went wrong.
    pub code: ErrorCode,
    /// More about it; the name of the parameter for [`ErrorCode::InvalidParameters`], often empty otherwise.
    pub message: String,
    /// A number for the logs of both sides.
    pub id: Uuid,
    /// The SOAPAction of the request, without quotes. It is written with them, as real servers do.
    pub action: String,
    /// The URL of the service: ASMX services give it, the client service does not.
    pub actor: Option<String>,
}

impl Fault {
    /// The whole answer.
    #[must_use]
    pub fn write(&self, style: Style, version: SoapVersion) -> Vec<u8> {
        let code = if self.code.is_servers_fault() { ProtocolFault::Server } else { ProtocolFault::Client };
        write(style, version, code, "Fault occurred", self.actor.as_deref(), |out| {
            out.text("ErrorCode", self.code.as_str());
            if self.message.is_empty() {
                out.push("<Message></Message>");
            } else {
                out.text("Message", &self.message);
            }
            out.guid("ID", self.id);
            out.text("Method", &format!("\"{}\"", self.action));
        })
    }
}

/// A fault of SOAP itself: the request never reached an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtocolFault {
    /// The request is wrong.
    Client,
    /// The server failed.
    Server,
    /// A header had to be understood and was not.
    MustUnderstand,
    /// Not an envelope of SOAP 1.1 or 1.2.
    VersionMismatch,
}

impl ProtocolFault {
    const fn code(self, version: SoapVersion) -> &'static str {
        match (self, version) {
            (Self::Client, SoapVersion::Soap11) => "Client",
            (Self::Client, SoapVersion::Soap12) => "Sender",
            (Self::Server, SoapVersion::Soap11) => "Server",
            (Self::Server, SoapVersion::Soap12) => "Receiver",
            (Self::MustUnderstand, _) => "MustUnderstand",
            (Self::VersionMismatch, _) => "VersionMismatch",
        }
    }

    /// The whole answer; `reason` is for people.
    #[must_use]
    pub fn write(self, reason: &str, style: Style, version: SoapVersion) -> Vec<u8> {
        write(style, version, self, reason, None, |_| {})
    }
}

fn write(
    style: Style,
    version: SoapVersion,
    code: ProtocolFault,
    reason: &str,
    actor: Option<&str>,
    detail: impl FnOnce(&mut XmlWriter),
) -> Vec<u8> {
    let mut out = XmlWriter::new(style, version, ContentEncoding::Identity);
    let prefix = out.prefix();
    let named = |name: &str| format!("{prefix}:{name}");
    let code = named(code.code(version));
    out.envelope(false, |out| {
        out.element(&named("Fault"), |out| match version {
            SoapVersion::Soap11 => {
                out.text("faultcode", &code);
                out.text("faultstring", reason);
                out.optional_text("faultactor", actor);
                out.element("detail", detail);
            }
            SoapVersion::Soap12 => {
                out.element(&named("Code"), |out| out.text(&named("Value"), &code));
                out.element(&named("Reason"), |out| {
                    // xml:lang is mandatory in SOAP 1.2 (5.4.2.1).
                    out.push(&format!("<{prefix}:Text xml:lang=\"en\">"));
                    out.push(&quick_xml::escape::escape(reason));
                    out.push(&format!("</{prefix}:Text>"));
                });
                out.optional_text(&named("Node"), actor);
                out.element(&named("Detail"), detail);
            }
        });
    });
    out.into_bytes()
}

/// A fault that a server sent us.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceivedFault {
    /// `faultcode`, or the code's value in SOAP 1.2, without prefix.
    pub fault_code: String,
    /// `faultstring`, or the reason.
    pub reason: String,
    /// `ErrorCode`, whatever it is; empty if there is none.
    pub error_code: String,
    /// `Message` of the detail.
    pub message: String,
    /// `ID` of the detail.
    pub id: Option<Uuid>,
    /// `Method` of the detail, without its quotes.
    pub method: String,
}

impl ReceivedFault {
    /// The error code, if it is one we know.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        ErrorCode::parse(&self.error_code)
    }

    pub(super) fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut fault = Self::default();
        body.children(|reader, element| fault.read_part(reader, element))?;
        Ok(fault)
    }

    fn read_part<'a>(&mut self, reader: &mut Reader<'a>, element: &Element<'a>) -> Result<(), SoapError> {
        match element.name() {
            // 1.1 has the texts right here, 1.2 one level lower.
            "faultcode" | "Value" => {
                let code = reader.string(element)?;
                self.fault_code = code.rsplit(':').next().unwrap_or_default().to_owned();
            }
            "faultstring" | "Text" => self.reason = reader.string(element)?,
            "Code" | "Reason" | "detail" | "Detail" => {
                reader.children(|reader, element| self.read_part(reader, element))?;
            }
            "ErrorCode" => self.error_code = reader.string(element)?,
            "Message" => self.message = reader.string(element)?,
            "ID" => self.id = reader.value_if_valid(element)?,
            "Method" => self.method = reader.string(element)?.trim_matches('"').to_owned(),
            _ => {}
        }
        Ok(())
    }
}

impl fmt::Display for ReceivedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.error_code.is_empty() {
            write!(f, "{}", self.reason)
        } else if self.message.is_empty() {
            write!(f, "{}", self.error_code)
        } else {
            write!(f, "{} ({})", self.error_code, self.message)
        }
    }
}
