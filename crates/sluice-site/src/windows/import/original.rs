//! Original documents, compressed. They are small and many: each thread keeps what compressing one needs, since making
//! that anew costs more than the compressing.

use std::cell::RefCell;
use std::io;

use zstd::bulk::{Compressor, Decompressor};

/// They are written once and hardly ever read.
const LEVEL: i32 = 1;

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Compresses the text of a document.
pub(super) fn pack(text: &str) -> io::Result<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|kept| made(kept, || Compressor::new(LEVEL))?.compress(text.as_bytes()))
}

/// The text that was [packed](pack); its size stands beside it.
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
