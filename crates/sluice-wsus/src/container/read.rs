//! Readers that bound what is read, and mark where an error is from.

use std::cell::Cell;
use std::io::{self, Read};

/// The stream failed, as an error of whatever reads it.
#[derive(Debug, thiserror::Error)]
#[error("the upload broke off")]
pub(super) struct SourceFailed(#[source] pub(super) io::Error);

/// Marks errors of the stream itself.
pub(super) struct Source<'r>(pub(super) &'r mut dyn Read);

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| io::Error::other(SourceFailed(error)))
    }
}

/// Reads no more than is left for everything.
pub(super) struct Bounded<'r> {
    pub(super) reader: &'r mut dyn Read,
    pub(super) left: &'r Cell<u64>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left.get()).unwrap_or(usize::MAX));
        let read = self.reader.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.left.set(self.left.get().saturating_sub(read as u64));
        Ok(read)
    }
}

/// Fails when there is too much between two members of a tar archive.
pub(super) struct TarHead<'r> {
    pub(super) reader: &'r mut dyn Read,
    /// Bytes until then.
    pub(super) head: &'r Cell<u64>,
}

impl Read for TarHead<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        let left = self.head.get().checked_sub(read as u64);
        self.head.set(left.ok_or_else(|| io::Error::other("the name or the attributes of a file are too long"))?);
        Ok(read)
    }
}
