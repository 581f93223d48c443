//! Writing an envelope into one buffer.

use base64::Engine;
use jiff::Timestamp;
use uuid::Uuid;

use super::value::BASE64;
use super::{Fragment, Limits, SoapVersion, escape_attribute_into, escape_into, format_date_time};
use crate::xpress::{self, Packer, XpressError};

/// Whose handwriting to imitate. Clients understand all of them; they differ in prefix, XML declaration, the place of
/// the declarations of `xsi` and `xsd`, and the form of empty elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// The client service of WSUS (WCF): `s:`, no XML declaration, `<X/>`.
    Wcf,
    /// The other services of WSUS (ASMX): `soap:`, an XML declaration, `<X />`.
    Asmx,
    /// The requests of the Windows Update Agent: `s:`, no declarations at all, `<X/>`.
    Agent,
}

/// `Content-Encoding` of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentEncoding {
    /// As it is.
    Identity,
    /// `xpress`: the client sent `Accept-Encoding: xpress`.
    Xpress,
}

const XSI_XSD: &str =
    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"";

/// Writes a document, element by element.
pub struct XmlWriter {
    style: Style,
    version: SoapVersion,
    /// Plain text: all of it, or with Xpress what was written since the last ready blocks.
    text: Vec<u8>,
    /// Xpress: the finished blocks.
    packed: Option<Packed>,
    /// A fragment whose ready blocks were damaged.
    damage: Option<XpressError>,
    /// Where something is to be put in, in the finished document.
    gap: usize,
}

/// The part of an answer that is packed already.
struct Packed {
    blocks: Vec<u8>,
    packer: Packer,
}

impl XmlWriter {
    /// A writer of an empty document.
    #[must_use]
    pub fn new(style: Style, version: SoapVersion, encoding: ContentEncoding) -> Self {
        let packed =
            (encoding == ContentEncoding::Xpress).then(|| Packed { blocks: Vec::new(), packer: Packer::new() });
        Self { style, version, text: Vec::with_capacity(1_024), packed, damage: None, gap: 0 }
    }

    pub(super) fn prefix(&self) -> &'static str {
        match self.style {
            Style::Wcf | Style::Agent => "s",
            Style::Asmx => "soap",
        }
    }

    /// Writes everything up to the body and calls `body` for what is in it. A fault has no declarations of `xsi` and
    /// `xsd` on its body in [`Style::Wcf`]: `declare` is false for it.
    pub(super) fn envelope(&mut self, declare: bool, body: impl FnOnce(&mut Self)) {
        let prefix = self.prefix();
        let (on_envelope, on_body) = match self.style {
            Style::Wcf if declare => ("", XSI_XSD),
            Style::Wcf | Style::Agent => ("", ""),
            Style::Asmx => (XSI_XSD, ""),
        };
        if self.style == Style::Asmx {
            self.push("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
        }
        for part in ["<", prefix, ":Envelope xmlns:", prefix, "=\"", self.version.namespace(), "\"", on_envelope, ">"] {
            self.push(part);
        }
        for part in ["<", prefix, ":Body", on_body, ">"] {
            self.push(part);
        }
        body(self);
        for part in ["</", prefix, ":Body></", prefix, ":Envelope>"] {
            self.push(part);
        }
    }

    /// Writes the element of the body, `xmlns` declared on it.
    pub(super) fn body_element(&mut self, name: &str, namespace: &str, inside: impl FnOnce(&mut Self)) {
        for part in ["<", name, " xmlns=\"", namespace, "\">"] {
            self.push(part);
        }
        self.close_or_empty(name, inside);
    }

    pub(super) fn push(&mut self, raw: &str) {
        self.text.extend_from_slice(raw.as_bytes());
    }

    /// After a start tag: writes the inside and the end tag, or makes the start tag an empty element.
    fn close_or_empty(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        let before = self.written();
        inside(self);
        if before == self.written() {
            self.text.pop();
            self.push(self.empty_end());
        } else {
            for part in ["</", name, ">"] {
                self.push(part);
            }
        }
    }

    /// Changes whenever something is written.
    fn written(&self) -> (usize, Option<usize>) {
        (self.text.len(), self.packed.as_ref().map(|packed| packed.blocks.len()))
    }

    fn empty_end(&self) -> &'static str {
        match self.style {
            Style::Wcf | Style::Agent => "/>",
            Style::Asmx => " />",
        }
    }

    /// An element with whatever `inside` writes; an empty element if it writes nothing.
    pub fn element(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        for part in ["<", name, ">"] {
            self.push(part);
        }
        self.close_or_empty(name, inside);
    }

    /// An element with attributes, in the order given, and with whatever `inside` writes.
    pub fn element_with(&mut self, name: &str, attributes: &[(&str, String)], inside: impl FnOnce(&mut Self)) {
        for part in ["<", name] {
            self.push(part);
        }
        for (name, value) in attributes {
            for part in [" ", name, "=\""] {
                self.push(part);
            }
            escape_attribute_into(value, &mut self.text);
            self.push("\"");
        }
        self.push(">");
        self.close_or_empty(name, inside);
    }

    /// An element with text.
    pub fn text(&mut self, name: &str, text: &str) {
        self.element(name, |writer| escape_into(text, &mut writer.text));
    }

    /// An element with text in which nothing has to be escaped.
    fn plain(&mut self, name: &str, text: &str) {
        self.element(name, |writer| writer.push(text));
    }

    /// An element that is nil, as agents write it.
    pub fn nil(&mut self, name: &str) {
        for part in
            ["<", name, " a:nil=\"true\" xmlns:a=\"http://www.w3.org/2001/XMLSchema-instance\"", self.empty_end()]
        {
            self.push(part);
        }
    }

    /// An element with text, or nothing.
    pub fn optional_text(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// An element with text, or nothing if the text is empty.
    pub fn text_unless_empty(&mut self, name: &str, text: &str) {
        self.optional_text(name, (!text.is_empty()).then_some(text));
    }

    /// An element with a whole number.
    pub fn int(&mut self, name: &str, value: impl Into<i64>) {
        let value: i64 = value.into();
        self.element(name, |writer| {
            // Twenty bytes hold every i64; most numbers here are ids of six digits, thousands of them.
            let mut digits = [0_u8; 20];
            let mut at = digits.len();
            let mut rest = value.unsigned_abs();
            loop {
                at -= 1;
                digits[at] = b'0' + (rest % 10) as u8;
                rest /= 10;
                if rest == 0 {
                    break;
                }
            }
            if value < 0 {
                writer.text.push(b'-');
            }
            writer.text.extend_from_slice(&digits[at..]);
        });
    }

    /// An element with `true` or `false`.
    pub fn bool(&mut self, name: &str, value: bool) {
        self.plain(name, if value { "true" } else { "false" });
    }

    /// An element with a dateTime in UTC, see [`format_date_time`].
    pub fn date_time(&mut self, name: &str, value: Timestamp) {
        self.plain(name, &format_date_time(value));
    }

    /// An element with a GUID in lower case.
    pub fn guid(&mut self, name: &str, value: Uuid) {
        let mut buffer = Uuid::encode_buffer();
        self.plain(name, value.hyphenated().encode_lower(&mut buffer));
    }

    /// An element with bytes in Base64.
    pub fn base64(&mut self, name: &str, value: &[u8]) {
        self.plain(name, &BASE64.encode(value));
    }

    /// An array with one element for every item, or nothing if there are no items: real servers leave empty arrays
    /// out.
    pub fn array<T>(&mut self, name: &str, items: &[T], mut item: impl FnMut(&mut Self, &T)) {
        if !items.is_empty() {
            self.element(name, |writer| {
                for value in items {
                    item(writer, value);
                }
            });
        }
    }

    /// An array of `int`, or nothing if it is empty.
    pub fn ints(&mut self, name: &str, items: &[i32]) {
        self.array(name, items, |writer, value| writer.int("int", *value));
    }

    /// An array of `string`, or nothing if it is empty.
    pub fn strings(&mut self, name: &str, items: &[String]) {
        self.array(name, items, |writer, value| writer.text("string", value));
    }

    /// An array of `guid`, or nothing if it is empty.
    pub fn guids(&mut self, name: &str, items: &[Uuid]) {
        self.array(name, items, |writer, value| writer.guid("guid", *value));
    }

    /// An element whose content was prepared before: copied as it is, ready blocks included.
    pub fn fragment(&mut self, name: &str, fragment: &Fragment<'_>) {
        self.element(name, |writer| match (fragment, &mut writer.packed) {
            (Fragment::Escaped(text), _) => writer.text.extend_from_slice(text),
            (Fragment::Packed(blocks), Some(packed)) => {
                packed.packer.append(&writer.text, &mut packed.blocks);
                writer.text.clear();
                packed.blocks.extend_from_slice(blocks);
            }
            (Fragment::Packed(blocks), None) => {
                if let Err(error) = xpress::decompress_into(blocks, Limits::RESPONSE.bytes, &mut writer.text) {
                    writer.damage = Some(error);
                }
            }
        });
    }

    /// An element with text that needs no escaping: Base64 that was made before.
    pub fn ready_text(&mut self, name: &str, text: &str) {
        self.element(name, |writer| writer.push(text));
    }

    /// Ends the block: what was written before and what comes now can be taken apart.
    pub(crate) fn cut(&mut self) {
        if let Some(packed) = &mut self.packed {
            packed.packer.append(&self.text, &mut packed.blocks);
            self.text.clear();
        }
    }

    /// Ready blocks with whole elements in them. Only with [`ContentEncoding::Xpress`].
    pub(crate) fn ready(&mut self, blocks: &[u8]) {
        self.cut();
        if let Some(packed) = &mut self.packed {
            packed.blocks.extend_from_slice(blocks);
        }
    }

    /// Leaves a place in the document into which something can be put when it is finished.
    pub(crate) fn leave_gap(&mut self) {
        self.cut();
        self.gap = self.packed.as_ref().map_or(self.text.len(), |packed| packed.blocks.len());
    }

    /// Where that place is.
    pub(super) fn gap(&self) -> usize {
        self.gap
    }

    /// What was written since it was last taken, finished; the tables for packing stay.
    ///
    /// # Errors
    /// [`XpressError`] if the ready blocks of a fragment were damaged and had to be expanded.
    pub(crate) fn take(&mut self) -> Result<Vec<u8>, XpressError> {
        self.cut();
        match self.damage.take() {
            Some(damage) => Err(damage),
            None => Ok(std::mem::take(self.packed.as_mut().map_or(&mut self.text, |packed| &mut packed.blocks))),
        }
    }

    /// The finished document.
    ///
    /// # Errors
    /// [`XpressError`] if the ready blocks of a fragment were damaged and had to be expanded.
    pub fn finish(mut self) -> Result<Vec<u8>, XpressError> {
        match self.damage.take() {
            Some(damage) => Err(damage),
            None => Ok(self.into_bytes()),
        }
    }

    /// The finished document, for those without fragments.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        match self.packed {
            Some(mut packed) => {
                packed.packer.append(&self.text, &mut packed.blocks);
                packed.blocks
            }
            None => self.text,
        }
    }
}
