//! The SOAPAction header (SOAP 1.1, 6.1.1) and the `action` parameter of SOAP 1.2 (RFC 3902).

/// What the request says it wants: `namespace/operation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoapAction<'a> {
    /// Everything before the last slash.
    pub namespace: &'a str,
    /// The name of the operation.
    pub operation: &'a str,
}

impl<'a> SoapAction<'a> {
    /// Reads a SOAPAction header, with its quotes or without. `None` if it is empty or no such path: then the body
    /// alone says what is wanted.
    #[must_use]
    pub fn parse(header: &'a str) -> Option<Self> {
        let value = header.trim().trim_matches('"').trim();
        let (namespace, operation) = value.rsplit_once('/')?;
        (!namespace.is_empty() && !operation.is_empty()).then_some(Self { namespace, operation })
    }

    /// Reads the `action` parameter of a `Content-Type` header: `application/soap+xml; charset=utf-8; action="..."`.
    #[must_use]
    pub fn of_content_type(header: &'a str) -> Option<Self> {
        header
            .split(';')
            .skip(1)
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("action"))
            .and_then(|(_, value)| Self::parse(value))
    }
}
