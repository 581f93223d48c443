//! From a cabinet to a document.

use std::io::{Cursor, Read as _};

use super::BlobError;
use crate::cabinet::{Cabinet, CabinetError};

/// Bytes that are unpacked at a time: a block of the cabinet.
const PIECE: usize = 32 << 10;

/// The document in a cabinet. `limit` is in bytes of UTF-8; what the cabinet declares is compared with it before
/// anything is unpacked, and the document grows only as it is read.
///
/// # Errors
/// [`BlobError`] if the cabinet is damaged, the document too large or no UTF-16.
pub fn unpack(cabinet: &[u8], limit: usize) -> Result<String, BlobError> {
    let mut cabinet = Cabinet::open(Cursor::new(cabinet))?;
    let mut member = cabinet.next_member()?.ok_or(BlobError::Empty)?;
    // Every unit of two bytes becomes at least one byte.
    if member.size() / 2 > limit as u64 {
        return Err(BlobError::TooLarge { limit });
    }
    let mut text = Utf16::new(limit);
    let mut piece = [0; PIECE];
    loop {
        let read = member.read(&mut piece).map_err(cabinet_error)?;
        match piece.get(..read) {
            None | Some([]) => return text.finish(),
            Some(piece) => text.append(piece)?,
        }
    }
}

/// What the reader of a member says is an error of the cabinet.
fn cabinet_error(error: std::io::Error) -> BlobError {
    BlobError::Cabinet(error.downcast::<CabinetError>().unwrap_or_else(CabinetError::Read))
}

/// A text that comes in pieces of UTF-16.
struct Utf16 {
    text: String,
    limit: usize,
    /// Bytes seen.
    position: usize,
    /// The first byte of a unit whose second is still to come.
    half: Option<u8>,
    /// The first half of a pair whose second is still to come.
    high: Option<u16>,
}

impl Utf16 {
    fn new(limit: usize) -> Self {
        Self { text: String::new(), limit, position: 0, half: None, high: None }
    }

    fn append(&mut self, piece: &[u8]) -> Result<(), BlobError> {
        let mut piece = piece;
        if let Some(first) = self.half.take()
            && let [second, rest @ ..] = piece
        {
            self.unit(u16::from_le_bytes([first, *second]))?;
            piece = rest;
        }
        let (pairs, rest) = piece.as_chunks::<2>();
        self.text.reserve(pairs.len());
        for pair in pairs {
            self.unit(u16::from_le_bytes(*pair))?;
        }
        self.half = rest.first().copied();
        if self.text.len() > self.limit { Err(BlobError::TooLarge { limit: self.limit }) } else { Ok(()) }
    }

    fn unit(&mut self, unit: u16) -> Result<(), BlobError> {
        let character = match (self.high.take(), unit) {
            (None, 0..0xD800 | 0xE000..) => char::from_u32(u32::from(unit)),
            (None, 0xD800..0xDC00) => {
                self.high = Some(unit);
                self.position += 2;
                return Ok(());
            }
            (Some(high), 0xDC00..0xE000) => {
                char::from_u32(0x1_0000 + ((u32::from(high) - 0xD800) << 10) + (u32::from(unit) - 0xDC00))
            }
            _ => None,
        };
        let character = character.ok_or(BlobError::Encoding { position: self.position })?;
        // A mark at the front is not part of the document.
        if self.position != 0 || character != '\u{FEFF}' {
            self.text.push(character);
        }
        self.position += 2;
        Ok(())
    }

    fn finish(self) -> Result<String, BlobError> {
        match (self.half, self.high) {
            (None, None) => Ok(self.text),
            _ => Err(BlobError::Encoding { position: self.position }),
        }
    }
}
