//! Original documents, compressed. They are small and many: each thread keeps what compressing one needs, since making
//! that anew costs more than the compressing.

use std::cell::RefCell;
use std::io;

use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe;

/// They are written once and read a few times.
const LEVEL: i32 = 1;

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// A document, compressed.
#[derive(Clone, Debug)]
pub(crate) struct PackedDocument {
    /// Length of the text, bytes.
    pub(crate) plain_size: u64,
    pub(crate) body: Vec<u8>,
}

impl PackedDocument {
    /// Compresses the text of a document.
    pub(super) fn of(text: &str) -> io::Result<Self> {
        let mut body =
            COMPRESSOR.with_borrow_mut(|kept| made(kept, || Compressor::new(LEVEL))?.compress(text.as_bytes()))?;
        // It waits for the store.
        body.shrink_to_fit();
        Ok(Self { plain_size: text.len() as u64, body })
    }

    /// Whether some bytes are meant to be one: whether they begin as a frame of Zstandard (RFC 8878 §3.1.1).
    pub(crate) fn is(bytes: &[u8]) -> bool {
        bytes.starts_with(&[0x28, 0xB5, 0x2F, 0xFD])
    }

    /// One that came from elsewhere: a single frame that says how long its text is. It is taken as it is only if it is
    /// of the kind that is made here, since it is handed on.
    pub(super) fn read(body: Vec<u8>) -> io::Result<Self> {
        let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what);
        let frame = zstd_safe::find_frame_compressed_size(&body).map_err(|_| wrong("it is damaged"))?;
        if frame != body.len() {
            return Err(wrong("there is something behind it"));
        }
        let size = zstd_safe::get_frame_content_size(&body).map_err(|_| wrong("it is damaged"))?;
        let plain_size = size.ok_or_else(|| wrong("it does not say its size"))?;
        let known = usize::try_from(plain_size).ok().filter(|size| *size <= sluice_wsus::update::MAX_DOCUMENT);
        let size = known.ok_or_else(|| wrong("it is too large"))?;
        if body.len() > zstd_safe::compress_bound(size) {
            return Err(wrong("it is longer than it needs to be"));
        }
        let taken = Self { plain_size, body };
        if taken.is_ordinary() {
            return Ok(Self { body: taken.body.into_boxed_slice().into_vec(), ..taken });
        }
        let text = taken.unpack()?;
        Self::of(std::str::from_utf8(&text).map_err(|_| wrong("it is not UTF-8"))?)
    }

    /// Whether every reader takes it: no dictionary, and a window that needs little memory (RFC 8878 §3.1.1.1).
    fn is_ordinary(&self) -> bool {
        /// Descriptor of a window of 8 MiB, which every reader should support.
        const WINDOW: u8 = 13 << 3;
        let Some([descriptor, next]) = self.body.get(4..6) else { return false };
        let has_dictionary = descriptor & 0b11 != 0;
        let is_single_segment = descriptor & 0b10_0000 != 0;
        !has_dictionary && (is_single_segment || *next <= WINDOW)
    }

    /// Whether the frame says of itself what was stored beside it; a look at its first bytes.
    pub(crate) fn is_as_stored(body: &[u8], plain_size: u64) -> bool {
        matches!(zstd_safe::get_frame_content_size(body), Ok(Some(size)) if size == plain_size)
    }

    /// The text.
    pub(crate) fn unpack(&self) -> io::Result<Vec<u8>> {
        let text = unpack_document(&self.body, self.plain_size)?;
        if text.len() as u64 == self.plain_size {
            return Ok(text);
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, "it is not as long as it says"))
    }
}

/// The text of a [packed](PackedDocument) document, which has so many bytes.
pub(crate) fn unpack_document(body: &[u8], plain_size: u64) -> io::Result<Vec<u8>> {
    // The size comes from the row; a damaged one must not make us allocate without limit.
    let capacity = usize::try_from(plain_size).unwrap_or(usize::MAX).min(sluice_wsus::update::MAX_DOCUMENT);
    DECOMPRESSOR.with_borrow_mut(|kept| made(kept, Decompressor::new)?.decompress(body, capacity))
}

fn made<T>(kept: &mut Option<T>, make: impl FnOnce() -> io::Result<T>) -> io::Result<&mut T> {
    match kept {
        Some(one) => Ok(one),
        None => Ok(kept.insert(make()?)),
    }
}
