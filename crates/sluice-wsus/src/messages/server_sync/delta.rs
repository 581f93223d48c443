//! What a filter asks for, and whether all of it or what is new (\[MS-WSUSSS\] 3.1.4.5.2.1).

use uuid::Uuid;

use crate::messages::shared::MAX_NAME;
use crate::soap::{Element, Reader, SoapError, Value, XmlWriter};

/// Entries of one list of a filter: Microsoft's catalog has some 1,500 products.
const MAX_ENTRIES: usize = 10_000;

/// A category, classification or computer of a filter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IdAndDelta {
    /// The category, classification or computer.
    pub id: Uuid,
    /// Whether only what changed since the anchor is wanted. False, for an entry that is new in the selection, repeats
    /// everything of it in spite of the anchor.
    pub delta: bool,
}

/// A language of a filter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LanguageAndDelta {
    /// Number of the language, e.g. 1033.
    pub id: i32,
    /// As that of [`IdAndDelta`].
    pub delta: bool,
}

/// A hardware id of a filter for drivers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HardwareIdAndDelta {
    /// The hardware id.
    pub id: String,
    /// As that of [`IdAndDelta`].
    pub delta: bool,
}

impl IdAndDelta {
    pub(super) fn read_array<'a>(
        reader: &mut Reader<'a>,
        array: &Element<'a>,
        items: &mut Vec<Self>,
    ) -> Result<(), SoapError> {
        read_values(reader, array, items, |id, delta| Self { id, delta })
    }

    pub(super) fn write_array(name: &str, items: &[Self], out: &mut XmlWriter) {
        out.array(name, items, |out, item| {
            out.element("IdAndDelta", |out| {
                out.guid("Id", item.id);
                out.bool("Delta", item.delta);
            });
        });
    }
}

impl LanguageAndDelta {
    pub(super) fn read_array<'a>(
        reader: &mut Reader<'a>,
        array: &Element<'a>,
        items: &mut Vec<Self>,
    ) -> Result<(), SoapError> {
        read_values(reader, array, items, |id, delta| Self { id, delta })
    }

    pub(super) fn write_array(name: &str, items: &[Self], out: &mut XmlWriter) {
        out.array(name, items, |out, item| {
            out.element("LanguageAndDelta", |out| {
                out.int("Id", item.id);
                out.bool("Delta", item.delta);
            });
        });
    }
}

impl HardwareIdAndDelta {
    pub(super) fn read_array<'a>(
        reader: &mut Reader<'a>,
        array: &Element<'a>,
        items: &mut Vec<Self>,
    ) -> Result<(), SoapError> {
        reader.items(array, MAX_ENTRIES, items, |reader, _| {
            let mut item = Self::default();
            reader.children(|reader, element| {
                match element.name() {
                    "Id" => item.id = reader.text(element, MAX_NAME)?.into_owned(),
                    "Delta" => reader.set(element, &mut item.delta)?,
                    _ => {}
                }
                Ok(())
            })?;
            Ok((!item.id.is_empty()).then_some(item))
        })
    }

    pub(super) fn write_array(name: &str, items: &[Self], out: &mut XmlWriter) {
        out.array(name, items, |out, item| {
            out.element("HardwareIdAndDelta", |out| {
                out.text("Id", &item.id);
                out.bool("Delta", item.delta);
            });
        });
    }
}

/// Reads an array of ids with their flags. What has no id is left out.
fn read_values<'a, I: Value, T>(
    reader: &mut Reader<'a>,
    array: &Element<'a>,
    items: &mut Vec<T>,
    item: impl Fn(I, bool) -> T,
) -> Result<(), SoapError> {
    reader.items(array, MAX_ENTRIES, items, |reader, _| {
        let (mut id, mut delta) = (None, false);
        reader.children(|reader, element| {
            match element.name() {
                "Id" => id = reader.value(element)?,
                "Delta" => reader.set(element, &mut delta)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(id.map(|id| item(id, delta)))
    })
}
