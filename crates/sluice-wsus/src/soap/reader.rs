//! The pull reader: elements, their children, their text.

use std::borrow::Cow;
use std::io::BufRead as _;

use quick_xml::events::{BytesStart, Event};

use super::error::shortened;
use super::{Fragment, Limits, SoapError, Value, escape_into, references};

/// Longest text of a plain string, in bytes. The longest real one, the attributes of a device, has 2,000.
pub const MAX_STRING: usize = 64 << 10;

/// An element whose inside the [`Reader`] is at.
pub struct Element<'a> {
    start: BytesStart<'a>,
}

impl Element<'_> {
    /// The name without its prefix.
    #[must_use]
    pub fn name(&self) -> &str {
        self.start.local_name().into_inner()
    }

    /// The value of the attribute with this local name; `None` if it is absent or empty.
    ///
    /// # Errors
    /// [`SoapError::Value`] if it is not of the type, [`SoapError::TooLong`] if it is longer than [`MAX_STRING`].
    pub fn attribute<T: Value>(&self, name: &str) -> Result<Option<T>, SoapError> {
        let Some(text) = self.attribute_text(name)? else { return Ok(None) };
        match text.trim_ascii() {
            "" => Ok(None),
            text => {
                T::parse(text).map(Some).ok_or_else(|| SoapError::Value { element: shortened(name), kind: T::KIND })
            }
        }
    }

    /// Sets `field` to the value of the attribute with this local name, or leaves it if the attribute is absent or
    /// empty.
    ///
    /// # Errors
    /// As [`attribute`](Self::attribute).
    pub fn set_attribute<T: Value>(&self, name: &str, field: &mut T) -> Result<(), SoapError> {
        if let Some(value) = self.attribute(name)? {
            *field = value;
        }
        Ok(())
    }

    /// The text of the attribute with this local name; empty if it is absent.
    ///
    /// # Errors
    /// [`SoapError::TooLong`] if it is longer than [`MAX_STRING`].
    pub fn attribute_string(&self, name: &str) -> Result<String, SoapError> {
        Ok(self.attribute_text(name)?.unwrap_or_default().into_owned())
    }

    /// Whether the element says that it is nil, for elements that may be empty because all is in their attributes.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.attribute::<bool>("nil").is_ok_and(|nil| nil == Some(true))
    }

    fn attribute_text(&self, name: &str) -> Result<Option<Cow<'_, str>>, SoapError> {
        let found = self.attributes().find(|(full, _)| full.rsplit_once(':').map_or(*full, |(_, local)| local) == name);
        match found {
            Some((_, text)) if text.len() > MAX_STRING => {
                Err(SoapError::TooLong { element: shortened(name), limit: MAX_STRING })
            }
            found => Ok(found.map(|(_, text)| text)),
        }
    }

    /// The prefix of the name.
    pub(super) fn prefix(&self) -> Option<&str> {
        self.start.name().prefix().map(|prefix| prefix.into_inner())
    }

    /// Name (with prefix) and value of every attribute. They were checked when the element was read.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.start.attributes().flatten().filter_map(|attribute| {
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok()?;
            Some((attribute.key.0, value))
        })
    }
}

/// What comes next in the document.
pub(super) enum Token<'a> {
    Start(Element<'a>),
    End,
    Text(Cow<'a, str>),
    Eof,
}

/// Reads a document from front to back, within [`Limits`].
pub struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) xml: quick_xml::Reader<&'a [u8]>,
    pub(super) limits: Limits,
    depth: usize,
    pub(super) elements: usize,
}

impl<'a> Reader<'a> {
    /// A reader at the start of `text`.
    ///
    /// # Errors
    /// [`SoapError::Limit`] if the text is too long.
    pub fn new(text: &'a str, limits: Limits) -> Result<Self, SoapError> {
        if text.len() > limits.bytes {
            return Err(SoapError::Limit { what: "bytes", limit: limits.bytes });
        }
        let mut xml = quick_xml::Reader::from_str(text);
        xml.config_mut().expand_empty_elements = true;
        Ok(Self { text, xml, limits, depth: 0, elements: 0 })
    }

    pub(super) fn next(&mut self) -> Result<Token<'a>, SoapError> {
        loop {
            let event = self.xml.read_event().map_err(|source| self.malformed(source))?;
            return Ok(match event {
                Event::Start(start) => {
                    self.enter(&start)?;
                    Token::Start(Element { start })
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Token::End
                }
                Event::Text(text) => Token::Text(text.xml10_content()),
                Event::CData(text) => Token::Text(text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let text = if reference.is_char_ref() {
                        let character = reference.resolve_char_ref().map_err(|source| self.malformed(source))?;
                        character.filter(is_xml_char).map(|character| Cow::Owned(character.to_string()))
                    } else {
                        predefined(&reference).map(Cow::Borrowed)
                    };
                    Token::Text(text.ok_or_else(|| SoapError::Entity { name: shortened(&reference) })?)
                }
                Event::DocType(_) => return Err(SoapError::DocumentType),
                Event::Eof if self.depth > 0 => return Err(SoapError::Unfinished),
                Event::Eof => Token::Eof,
                // `Empty` does not come: it is expanded.
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::Empty(_) => continue,
            });
        }
    }

    fn enter(&mut self, start: &BytesStart<'a>) -> Result<(), SoapError> {
        self.depth += 1;
        self.elements += 1;
        if self.depth > self.limits.depth {
            return Err(SoapError::Limit { what: "levels", limit: self.limits.depth });
        }
        if self.elements > self.limits.elements {
            return Err(SoapError::Limit { what: "elements", limit: self.limits.elements });
        }
        if start.attributes_raw().is_empty() {
            return Ok(());
        }
        for (count, attribute) in start.attributes().enumerate() {
            if count >= self.limits.attributes {
                return Err(SoapError::Limit { what: "attributes", limit: self.limits.attributes });
            }
            let attribute = attribute.map_err(|source| self.malformed(source.into()))?;
            attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).map_err(|source| self.malformed(source))?;
        }
        Ok(())
    }

    /// Where in the text it is: after a start tag, where the inside of the element begins.
    pub(crate) fn position(&self) -> usize {
        usize::try_from(self.xml.buffer_position()).unwrap_or(usize::MAX)
    }

    fn malformed(&self, source: quick_xml::Error) -> SoapError {
        SoapError::Malformed { position: self.xml.buffer_position(), source }
    }

    /// Leaves everything that is open below `level`.
    pub(super) fn leave_to(&mut self, level: usize) -> Result<(), SoapError> {
        while self.depth > level {
            if let Token::Eof = self.next()? {
                return Err(SoapError::Unfinished);
            }
        }
        Ok(())
    }

    /// Calls `visit` for every child of the current element, and leaves the element. What `visit` does not read of
    /// a child is skipped; text between the children too.
    ///
    /// # Errors
    /// [`SoapError`], from the document or from `visit`.
    pub fn children(
        &mut self,
        mut visit: impl FnMut(&mut Self, &Element<'a>) -> Result<(), SoapError>,
    ) -> Result<(), SoapError> {
        let level = self.depth;
        loop {
            match self.next()? {
                Token::Start(element) => {
                    visit(self, &element)?;
                    self.leave_to(level)?;
                }
                Token::Text(_) => {}
                Token::End => return Ok(()),
                Token::Eof => return Err(SoapError::Unfinished),
            }
        }
    }

    /// The text of the current element, and leaves it. Elements inside are skipped. `limit` is in bytes.
    ///
    /// # Errors
    /// [`SoapError::TooLong`] if it is longer.
    pub fn text(&mut self, element: &Element<'a>, limit: usize) -> Result<Cow<'a, str>, SoapError> {
        let level = self.depth;
        let mut all = Cow::Borrowed("");
        loop {
            match self.next()? {
                Token::Text(text) => {
                    if all.len() + text.len() > limit {
                        return Err(SoapError::TooLong { element: shortened(element.name()), limit });
                    }
                    if all.is_empty() { all = text } else { all.to_mut().push_str(&text) }
                }
                Token::Start(_) => self.leave_to(level)?,
                Token::End => return Ok(all),
                Token::Eof => return Err(SoapError::Unfinished),
            }
        }
    }

    /// The text of the current element as a string of at most [`MAX_STRING`] bytes.
    ///
    /// # Errors
    /// [`SoapError::TooLong`] if it is longer.
    pub fn string(&mut self, element: &Element<'a>) -> Result<String, SoapError> {
        self.text(element, MAX_STRING).map(Cow::into_owned)
    }

    /// The value of the current element; `None` if the element is empty or nil.
    ///
    /// # Errors
    /// [`SoapError::Value`] if it is not of the type.
    pub fn value<T: Value>(&mut self, element: &Element<'a>) -> Result<Option<T>, SoapError> {
        self.value_up_to(element, MAX_STRING)
    }

    /// Like [`value`](Self::value), for texts of up to `limit` bytes.
    ///
    /// # Errors
    /// [`SoapError::Value`] if it is not of the type, [`SoapError::TooLong`] if it is longer.
    pub fn value_up_to<T: Value>(&mut self, element: &Element<'a>, limit: usize) -> Result<Option<T>, SoapError> {
        let text = self.text(element, limit)?;
        match text.trim_ascii() {
            "" => Ok(None),
            text => T::parse(text)
                .map(Some)
                .ok_or_else(|| SoapError::Value { element: shortened(element.name()), kind: T::KIND }),
        }
    }

    /// Like [`value`](Self::value), for what is only for information: a value that is not of the type is `None`.
    ///
    /// # Errors
    /// [`SoapError`] if the document is not well-formed.
    pub fn value_if_valid<T: Value>(&mut self, element: &Element<'a>) -> Result<Option<T>, SoapError> {
        let text = self.text(element, MAX_STRING)?;
        Ok(T::parse(text.trim_ascii()))
    }

    /// Sets `field` to the value of the current element, or leaves it if the element is empty or nil.
    ///
    /// # Errors
    /// [`SoapError::Value`] if it is not of the type.
    pub fn set<T: Value>(&mut self, element: &Element<'a>, field: &mut T) -> Result<(), SoapError> {
        if let Some(value) = self.value(element)? {
            *field = value;
        }
        Ok(())
    }

    /// Sets `field` to the value of the current element, or leaves it if the text is not of the type.
    ///
    /// # Errors
    /// [`SoapError`] if the document is not well-formed.
    pub fn set_if_valid<T: Value>(&mut self, element: &Element<'a>, field: &mut T) -> Result<(), SoapError> {
        if let Some(value) = self.value_if_valid(element)? {
            *field = value;
        }
        Ok(())
    }

    /// The text of the current element as it is written, still escaped, and leaves the element. Elements and comments
    /// inside are skipped, CDATA sections are escaped.
    ///
    /// # Errors
    /// [`SoapError`] if the document is not well-formed.
    pub fn fragment(&mut self) -> Result<Fragment<'a>, SoapError> {
        let level = self.depth;
        let start = self.xml.buffer_position();
        self.pass_common_text();
        // Only if the text is not one piece of the document.
        let mut copy: Option<Vec<u8>> = None;
        loop {
            let before = self.xml.buffer_position();
            match self.xml.read_event().map_err(|source| self.malformed(source))? {
                Event::Text(text) => {
                    if let Some(copy) = &mut copy {
                        copy.extend_from_slice(text.as_bytes());
                    }
                }
                Event::GeneralRef(reference) => {
                    if !reference.is_char_ref() && predefined(&reference).is_none() {
                        return Err(SoapError::Entity { name: shortened(&reference) });
                    }
                    if let Some(copy) = &mut copy {
                        copy.extend_from_slice(self.raw(before, self.xml.buffer_position())?);
                    }
                }
                Event::End(_) => {
                    self.depth = level.saturating_sub(1);
                    return Ok(Fragment::Escaped(match copy {
                        Some(copy) => Cow::Owned(copy),
                        None => Cow::Borrowed(self.raw(start, before)?),
                    }));
                }
                Event::DocType(_) => return Err(SoapError::DocumentType),
                Event::Eof => return Err(SoapError::Unfinished),
                other => {
                    let copy = match &mut copy {
                        Some(copy) => copy,
                        empty => empty.insert(self.raw(start, before)?.to_vec()),
                    };
                    match other {
                        Event::CData(text) => escape_into(&text, copy),
                        Event::Start(element) => {
                            self.enter(&element)?;
                            self.leave_to(level)?;
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// Passes the text up to the next markup when its references are those that servers write. A document inside has
    /// hundreds, each of which the parser would give alone.
    fn pass_common_text(&mut self) {
        let start = self.position();
        let text = self.text.as_bytes();
        // Of an element without content (`<Xml/>`) the end comes next, not what follows in the text.
        if start.checked_sub(2).and_then(|at| text.get(at)) == Some(&b'/') {
            return;
        }
        let rest = text.get(start..).unwrap_or_default();
        let inside = memchr::memchr(b'<', rest).and_then(|end| rest.get(..end));
        if let Some(inside) = inside.filter(|inside| references::are_common(inside)) {
            self.xml.stream().consume(inside.len());
        }
    }

    /// The bytes of the document between two positions.
    fn raw(&self, start: u64, end: u64) -> Result<&'a [u8], SoapError> {
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        range.and_then(|(start, end)| self.text.as_bytes().get(start..end)).ok_or(SoapError::Unfinished)
    }
}

/// The five entities of XML itself.
fn predefined(name: &str) -> Option<&'static str> {
    match name {
        "lt" => Some("<"),
        "gt" => Some(">"),
        "amp" => Some("&"),
        "quot" => Some("\""),
        "apos" => Some("'"),
        _ => None,
    }
}

/// Whether XML 1.0 can say the character (production 2).
fn is_xml_char(character: &char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}
