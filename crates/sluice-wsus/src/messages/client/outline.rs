//! A request apart from what differs between clients that ask for the same.
//!
//! The rounds of equal computers are equal to the byte, but for the cookie and what the computer says about itself.
//! [`Outline::find`] takes these out quickly and by text alone; whether they really are what they look like,
//! [`Outline::is_true`] says, which reads the message. Two requests of which one has a true outline, and whose
//! [`fixed`](Outline::fixed) parts are equal, differ in nothing but the values of these elements: what is taken out is
//! text without markup, and the document around it is the same.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::{GetExtendedUpdateInfo, SyncUpdates};
use crate::soap::{Element, Envelope, Limits, MAX_STRING, Message, Reader, SoapError};

/// Largest request with an outline, bytes: lists of 13,000 ids.
const MAX_REQUEST: usize = 256 << 10;

/// How far from the start the cookie is looked for, bytes: envelopes with addresses have some hundred before it.
const COOKIE_WITHIN: usize = 4 << 10;

/// How far from the end the attributes are looked for, bytes: they come last, and real ones have 2,000.
const ATTRIBUTES_WITHIN: usize = 4 << 10;

/// Longest data of a cookie in Base64, and longest text of a time, bytes.
const MAX_COOKIE: usize = 1024;
const MAX_TIME: usize = 64;

/// Values that are taken out.
const VALUES: usize = 4;

/// What finds the start tags of the values. The first letter of the last two is another one in GetExtendedUpdateInfo.
static TAGS: LazyLock<[Finder<'static>; VALUES]> =
    LazyLock::new(|| ["<Expiration>", "<EncryptedData>", "eviceAttributes>", "allerAttributes>"].map(Finder::new));

/// A request, and where in it are the values that differ between clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline<'a> {
    request: &'a [u8],
    /// Start and end of each value, in the order of the text: time and data of the cookie, attributes of the device
    /// and of the caller. The last two may be absent; then they are empty, at the end of the request.
    values: [(usize, usize); VALUES],
}

impl<'a> Outline<'a> {
    /// Takes a request apart. `None`: it has no cookie where agents have it, is not in UTF-8, or has a value with
    /// characters that make a difference to XML.
    #[must_use]
    pub fn find(request: &'a [u8]) -> Option<Self> {
        // No byte order mark, no UTF-16.
        let [b'<', second, ..] = request else { return None };
        if *second == 0 || request.len() > MAX_REQUEST {
            return None;
        }
        let [expiration, data, device, caller] = &*TAGS;
        let head = request.get(..COOKIE_WITHIN.min(request.len()))?;
        let expiration = value(head, 0, expiration, MAX_TIME, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'.' | b'-' | b'+')
        })?;
        let data = value(head, expiration.1, data, MAX_COOKIE, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
        })?;
        let from = request.len().saturating_sub(ATTRIBUTES_WITHIN).max(data.1);
        let nothing = (request.len(), request.len());
        let plain = |byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'<' | b'>' | b'&');
        let device = value(request, from, device, ATTRIBUTES_WITHIN, plain);
        let caller = device.and_then(|(_, end)| value(request, end, caller, ATTRIBUTES_WITHIN, plain));
        Some(Self { request, values: [expiration, data, device.unwrap_or(nothing), caller.unwrap_or(nothing)] })
    }

    /// What is around the values.
    #[must_use]
    pub fn fixed(&self) -> [&'a [u8]; VALUES + 1] {
        let mut parts = [&[][..]; VALUES + 1];
        let mut from = 0;
        for (part, (start, end)) in parts.iter_mut().zip(self.values) {
            *part = self.request.get(from..start).unwrap_or_default();
            from = end;
        }
        if let Some(last) = parts.last_mut() {
            *last = self.request.get(from..).unwrap_or_default();
        }
        parts
    }

    /// The data of the cookie, in Base64.
    #[must_use]
    pub fn cookie(&self) -> &'a [u8] {
        self.value(1)
    }

    /// The attributes of the device; empty if there are none.
    #[must_use]
    pub fn attributes(&self) -> &'a str {
        std::str::from_utf8(self.value(2)).unwrap_or_default()
    }

    fn value(&self, number: usize) -> &'a [u8] {
        self.values.get(number).and_then(|(start, end)| self.request.get(*start..*end)).unwrap_or_default()
    }

    /// Reads the request, and says whether the values are those of its only cookie and its only attributes.
    #[must_use]
    pub fn is_true(&self) -> bool {
        let Ok(text) = std::str::from_utf8(self.request) else { return false };
        let mut found = Found::default();
        if found.read(text).is_err() {
            return false;
        }
        let absent = (self.request.len(), self.request.len());
        let places = self.values.into_iter().zip(found.starts).zip(found.counts);
        let mut right = places.map(|((value, start), count)| match value {
            // What was not taken out is the same in equal requests.
            value if value == absent => count == 0 || !found.tells,
            (place, _) => count == 1 && start == place,
        });
        right.all(|right| right)
    }
}

/// The first element after `from` whose name ends so: where its text starts and ends.
fn value(text: &[u8], from: usize, tag: &Finder<'_>, most: usize, allowed: fn(u8) -> bool) -> Option<(usize, usize)> {
    let start = from + tag.find(text.get(from..)?)? + tag.needle().len();
    let rest = text.get(start..)?;
    let length = memchr::memchr(b'<', rest.get(..most.min(rest.len()))?)?;
    let value = rest.get(..length)?;
    value.iter().all(|byte| allowed(*byte)).then_some((start, start + length))
}

/// Where the reader of messages finds the values.
#[derive(Default)]
struct Found {
    starts: [usize; VALUES],
    counts: [usize; VALUES],
    /// There are attributes of the device that are not empty.
    tells: bool,
}

impl Found {
    fn read(&mut self, text: &str) -> Result<(), SoapError> {
        let mut envelope = Envelope::open(text, Limits::REQUEST)?;
        let is_sync = envelope.operation == SyncUpdates::ELEMENT;
        if !is_sync && envelope.operation != GetExtendedUpdateInfo::ELEMENT {
            return Err(envelope.unknown_operation());
        }
        envelope.body.children(|reader, element| match element.name() {
            "cookie" => {
                reader.children(|reader, element| self.note(reader, element, ["Expiration", "EncryptedData"], 0))
            }
            "parameters" if is_sync => reader.children(|reader, element| match element.name() {
                "ProductsParameters" => reader.children(|reader, element| {
                    self.note(reader, element, ["DeviceAttributes", "CallerAttributes"], 2)
                }),
                _ => Ok(()),
            }),
            _ if !is_sync => self.note(reader, element, ["deviceAttributes", "callerAttributes"], 2),
            _ => Ok(()),
        })?;
        envelope.close()
    }

    /// Notes where the text of an element starts, if it is one of these.
    fn note<'a>(
        &mut self,
        reader: &mut Reader<'a>,
        element: &Element<'a>,
        names: [&str; 2],
        first: usize,
    ) -> Result<(), SoapError> {
        let Some(at) = names.iter().position(|known| *known == element.name()) else { return Ok(()) };
        let number = first + at;
        self.counts[number] += 1;
        self.starts[number] = reader.position();
        if number == 2 {
            self.tells |= !reader.text(element, MAX_STRING)?.is_empty();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::client::{ClientRequest, ProductsParameters, SyncUpdateParameters};
    use crate::messages::shared::{Cookie, FragmentType};
    use crate::soap::{SoapVersion, write_request};

    fn cookie(data: &[u8]) -> Option<Cookie> {
        Some(Cookie { expiration: "2026-10-04T16:03:35Z".parse().ok(), encrypted_data: data.to_vec() })
    }

    fn sync(data: &[u8], attributes: &str) -> String {
        let products = ProductsParameters {
            device_attributes: attributes.into(),
            caller_attributes: "Id=1;".into(),
            ..ProductsParameters::default()
        };
        let parameters = SyncUpdateParameters {
            installed_non_leaf_update_ids: vec![1, 2, 3],
            products_parameters: Some(products),
            ..SyncUpdateParameters::default()
        };
        let request = SyncUpdates { cookie: cookie(data), parameters: Some(parameters) };
        String::from_utf8(write_request(&request, SoapVersion::Soap11)).unwrap()
    }

    fn extended(data: &[u8]) -> String {
        let request = GetExtendedUpdateInfo {
            cookie: cookie(data),
            revision_ids: vec![7],
            info_types: vec![FragmentType::Extended],
            device_attributes: "A=1;".into(),
            caller_attributes: "B=2;".into(),
            ..GetExtendedUpdateInfo::default()
        };
        String::from_utf8(write_request(&request, SoapVersion::Soap11)).unwrap()
    }

    fn outline(text: &str) -> Option<Outline<'_>> {
        Outline::find(text.as_bytes()).filter(Outline::is_true)
    }

    #[test]
    fn equal_computers_have_equal_outlines() {
        let (one, other) =
            (sync(b"one cookie", "OS=10;InstallDate=1;"), sync(b"another cookie!", "OS=10;InstallDate=22;"));
        let (one, other) = (outline(&one).unwrap(), outline(&other).unwrap());
        assert_eq!(one.fixed(), other.fixed());
        assert_ne!(one.cookie(), other.cookie());
        assert_eq!((one.attributes(), other.attributes()), ("OS=10;InstallDate=1;", "OS=10;InstallDate=22;"));
        let more = sync(b"one cookie", "").replace("<int>3</int>", "<int>4</int>");
        assert_ne!(one.fixed(), outline(&more).unwrap().fixed());
        let text = extended(b"x");
        assert_eq!(outline(&text).unwrap().attributes(), "A=1;");
    }

    #[test]
    fn the_parts_are_the_request() {
        let text = extended(b"data");
        let outline = outline(&text).unwrap();
        let mut all = Vec::new();
        for (number, part) in outline.fixed().into_iter().enumerate() {
            all.extend_from_slice(part);
            all.extend_from_slice(outline.value(number));
        }
        assert_eq!(all, text.as_bytes());
    }

    const OTHER: &str =
        "<ProductsParameters><DeviceAttributes>B=1;</DeviceAttributes></ProductsParameters></parameters>";

    #[test]
    fn what_only_looks_like_a_cookie_is_none() {
        let good = sync(b"0123456789", "A=1;");
        assert!(outline(&good).is_some());
        let cookie = good.split_once("<cookie>").unwrap().1.split_once("</cookie>").unwrap().0;
        let before = |text: &str| good.replacen("<SyncUpdates", &format!("{text}<SyncUpdates"), 1);
        let inside = |text: &str| good.replacen("<cookie>", &format!("{text}<cookie>"), 1);
        for (what, text) in [
            ("in a comment", inside(&format!("<!--{cookie}-->"))),
            ("in CDATA", inside(&format!("<![CDATA[{cookie}]]>"))),
            ("in an attribute", inside(&format!("<a b=\"{cookie}\"/>"))),
            ("in an instruction", before(&format!("<?a {cookie}?>"))),
            ("twice", inside(&format!("<cookie>{cookie}</cookie>"))),
            ("elsewhere", inside(&format!("<other>{cookie}</other>"))),
            ("two in one", good.replacen("</cookie>", &format!("{cookie}</cookie>"), 1)),
            ("other attributes", good.replacen("</parameters>", OTHER, 1)),
            ("attributes with references", good.replace("A=1;", "A=&amp;1;")),
            ("a nil time", good.replacen("<Expiration>", "<Expiration nil=\"true\">", 1)),
            ("prefixed", good.replace("<cookie>", "<w:cookie>").replace("EncryptedData>", "w:EncryptedData>")),
            ("damaged", good.replace("</s:Body>", "")),
            ("another operation", good.replace("SyncUpdates", "RefreshCache")),
            ("with a mark", format!("\u{FEFF}{good}")),
        ] {
            assert_eq!(outline(&text), None, "{what}");
        }
        assert_eq!(Outline::find(&[b'<'; 100]), None);
        assert_eq!(Outline::find(b""), None);
    }

    #[test]
    fn other_values_in_a_true_outline_change_nothing_else() {
        let text = sync(b"0123456789", "A=1;");
        let outline = outline(&text).unwrap();
        let values = ["", "QUJD", "X=y z;,.\"'", "caller", ""];
        let mut other = String::new();
        for (part, value) in outline.fixed().into_iter().zip(values) {
            other.push_str(std::str::from_utf8(part).unwrap());
            other.push_str(value);
        }
        let read = |text: &str| {
            let request = ClientRequest::read(Envelope::open(text, Limits::REQUEST).unwrap()).unwrap();
            let ClientRequest::SyncUpdates(request) = request else { panic!("{request:?}") };
            request
        };
        let (one, two) = (read(&text), read(&other));
        assert_eq!(two.cookie.unwrap().encrypted_data, b"ABC");
        let (mut one, two) = (one.parameters.unwrap(), two.parameters.unwrap());
        let products = one.products_parameters.as_mut().unwrap();
        (products.device_attributes, products.caller_attributes) = (values[2].into(), "caller".into());
        assert_eq!(one, two);
    }
}
