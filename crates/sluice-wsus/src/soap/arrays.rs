//! Reading arrays.

use std::io::BufRead;

use super::error::shortened;
use super::{Element, Reader, SoapError, Value};

impl<'a> Reader<'a> {
    /// Appends one item for every child of the current element, whatever the children are called (old agents write
    /// `item`). `read` is called inside each child; what it answers `None` for (nil, empty) is left out.
    ///
    /// # Errors
    /// [`SoapError::TooLong`] if the array would have more than `limit` items.
    pub fn items<T>(
        &mut self,
        array: &Element<'a>,
        limit: usize,
        items: &mut Vec<T>,
        mut read: impl FnMut(&mut Self, &Element<'a>) -> Result<Option<T>, SoapError>,
    ) -> Result<(), SoapError> {
        self.children(|reader, element| {
            if let Some(item) = read(reader, element)? {
                if items.len() >= limit {
                    return Err(SoapError::TooLong { element: shortened(array.name()), limit });
                }
                items.push(item);
            }
            Ok(())
        })
    }

    /// Appends the values in the array that is the current element.
    ///
    /// # Errors
    /// [`SoapError::Value`] if one is not of the type, [`SoapError::TooLong`] if there are more than `limit`.
    pub fn values<T: Value>(&mut self, array: &Element<'a>, limit: usize, items: &mut Vec<T>) -> Result<(), SoapError> {
        self.items(array, limit, items, |reader, _| {
            // Errors name the array: its items are all called the same.
            reader.value(array)
        })
    }

    /// Appends the numbers in the array that is the current element. As [`values`](Self::values), but quick for arrays
    /// of plain `<int>1</int>`: lists of thousands of ids are most of what clients send.
    ///
    /// # Errors
    /// [`SoapError::Value`] if one is no number, [`SoapError::TooLong`] if there are more than `limit`.
    pub fn ints(&mut self, array: &Element<'a>, limit: usize, items: &mut Vec<i32>) -> Result<(), SoapError> {
        self.plain_items(limit, 1, items, plain_int);
        self.values(array, limit, items)
    }

    /// Takes items straight from the text as long as they are as plain as can be; leaves the first that is not, and
    /// with it every error, to the parser. `plain` reads an item of `elements` elements off the front of the text.
    pub(crate) fn plain_items<T>(
        &mut self,
        limit: usize,
        elements: usize,
        items: &mut Vec<T>,
        plain: impl Fn(&[u8]) -> Option<(T, &[u8])>,
    ) {
        let start = usize::try_from(self.xml.buffer_position()).unwrap_or(usize::MAX);
        let text = self.text.as_bytes();
        // An array without content (`<ids/>`): what follows is not inside it.
        if start.checked_sub(2).and_then(|at| text.get(at)) == Some(&b'/') {
            return;
        }
        let mut rest = text.get(start..).unwrap_or_default();
        let before = rest.len();
        while items.len() < limit && self.elements + elements <= self.limits.elements {
            let Some((value, after)) = plain(rest) else { break };
            items.push(value);
            self.elements += elements;
            rest = after;
        }
        self.xml.stream().consume(before - rest.len());
    }

    /// Appends the strings in the array that is the current element; empty ones are left out. `longest` is in bytes.
    ///
    /// # Errors
    /// [`SoapError::TooLong`] if there are more than `limit`, or one is longer than `longest`.
    pub fn strings(
        &mut self,
        array: &Element<'a>,
        limit: usize,
        longest: usize,
        items: &mut Vec<String>,
    ) -> Result<(), SoapError> {
        self.items(array, limit, items, |reader, _| {
            let text = reader.text(array, longest)?;
            Ok((!text.is_empty()).then(|| text.into_owned()))
        })
    }
}

/// Reads `<int>123</int>` off the front of the text.
fn plain_int(text: &[u8]) -> Option<(i32, &[u8])> {
    let (value, rest) = plain_digits(text.strip_prefix(b"<int>")?)?;
    Some((value, rest.strip_prefix(b"</int>")?))
}

/// Reads up to nine digits off the front of the text.
pub(crate) fn plain_digits(text: &[u8]) -> Option<(i32, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at_checked(digits).filter(|(digits, _)| (1..=9).contains(&digits.len()))?;
    Some((digits.iter().fold(0_i32, |value, digit| value * 10 + i32::from(digit - b'0')), rest))
}
