//! Bounded decompression of index files: never more bytes than announced, never more memory than
//! allowed, and an error when fewer bytes come.

use std::fmt;
use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use liblzma::read::XzDecoder;
use liblzma::stream::{CONCATENATED, Stream};
use thiserror::Error;

/// Memory that xz may take, in bytes. `xz -9` needs 65 MiB to decompress; Debian's indices less.
pub const XZ_MEMORY_LIMIT: u64 = 128 * 1024 * 1024;

/// How much an index file may unpack to when the repository does not announce it, in bytes.
/// Debian's largest `Packages` is 60 MB.
pub const MAX_UNPACKED_LEN: u64 = 1024 * 1024 * 1024;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compression {
    /// `.xz`
    Xz,
    /// `.gz`
    Gzip,
    /// Not at all.
    Plain,
}

impl Compression {
    /// The ones that can be read, the most compact first.
    pub const PREFERRED: [Self; 3] = [Self::Xz, Self::Gzip, Self::Plain];

    /// What the ending of a file name says. `None` for endings of compressions not supported here.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.rsplit('/').next().unwrap_or(name);
        match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("xz") => Some(Self::Xz),
            Some("gz") => Some(Self::Gzip),
            Some("bz2" | "lzma" | "zst" | "lz4" | "Z") => None,
            _ => Some(Self::Plain),
        }
    }

    /// The ending of file names, with its dot.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Xz => ".xz",
            Self::Gzip => ".gz",
            Self::Plain => "",
        }
    }
}

/// How many bytes may come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputSize {
    /// The repository announced the unpacked size.
    Exactly(u64),
    /// It did not; this is the most that is accepted.
    AtMost(u64),
}

/// The content is not as large as it should be. Found inside the [`io::Error`] of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecompressError {
    /// More comes out than allowed.
    #[error("the file unpacks to more than {limit} bytes")]
    TooLong {
        /// The most that was allowed or announced, in bytes.
        limit: u64,
    },
    /// Less comes out than announced.
    #[error("the file unpacks to {actual} bytes where {expected} were announced")]
    TooShort {
        /// What was announced, in bytes.
        expected: u64,
        /// What came, in bytes.
        actual: u64,
    },
}

/// Reads the unpacked content of a compressed file.
pub struct Decompressor<R: Read> {
    inner: Inner<R>,
    size: OutputSize,
    count: u64,
}

enum Inner<R: Read> {
    Xz(XzDecoder<R>),
    Gzip(MultiGzDecoder<R>),
    Plain(R),
}

impl<R: Read> Decompressor<R> {
    /// Unpacks what `reader` gives.
    ///
    /// # Errors
    /// When the xz library cannot be set up (no memory).
    pub fn new(reader: R, compression: Compression, size: OutputSize) -> io::Result<Self> {
        let inner = match compression {
            Compression::Xz => {
                let stream = Stream::new_stream_decoder(XZ_MEMORY_LIMIT, CONCATENATED)?;
                Inner::Xz(XzDecoder::new_stream(reader, stream))
            }
            Compression::Gzip => Inner::Gzip(MultiGzDecoder::new(reader)),
            Compression::Plain => Inner::Plain(reader),
        };
        Ok(Self { inner, size, count: 0 })
    }

    /// The reader of the compressed bytes; the decompressor may have read ahead of what it gave.
    #[must_use]
    pub fn into_inner(self) -> R {
        match self.inner {
            Inner::Xz(r) => r.into_inner(),
            Inner::Gzip(r) => r.into_inner(),
            Inner::Plain(r) => r,
        }
    }
}

impl<R: Read> Read for Decompressor<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let n = match &mut self.inner {
            Inner::Xz(r) => r.read(buffer),
            Inner::Gzip(r) => r.read(buffer),
            Inner::Plain(r) => r.read(buffer),
        }?;
        self.count += n as u64;
        let (OutputSize::Exactly(limit) | OutputSize::AtMost(limit)) = self.size;
        if self.count > limit {
            return Err(invalid(DecompressError::TooLong { limit }));
        }
        match self.size {
            OutputSize::Exactly(expected) if n == 0 && self.count < expected => {
                Err(invalid(DecompressError::TooShort { expected, actual: self.count }))
            }
            _ => Ok(n),
        }
    }
}

impl<R: Read> fmt::Debug for Decompressor<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decompressor").field("size", &self.size).field("count", &self.count).finish_non_exhaustive()
    }
}

fn invalid(error: DecompressError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn packed(compression: Compression, content: &[u8]) -> Vec<u8> {
        match compression {
            Compression::Xz => {
                let mut w = liblzma::write::XzEncoder::new(Vec::new(), 1);
                w.write_all(content).unwrap();
                w.finish().unwrap()
            }
            Compression::Gzip => {
                let mut w = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                w.write_all(content).unwrap();
                w.finish().unwrap()
            }
            Compression::Plain => content.to_vec(),
        }
    }

    fn unpack(bytes: &[u8], compression: Compression, size: OutputSize) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        Decompressor::new(bytes, compression, size)?.read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn names_tell_the_compression() {
        assert_eq!(Compression::of_name("main/binary-amd64/Packages.xz"), Some(Compression::Xz));
        assert_eq!(Compression::of_name("a.xz/Packages"), Some(Compression::Plain));
        assert_eq!(Compression::of_name("Packages.bz2"), None);
    }

    #[test]
    fn sizes_are_enforced() {
        let content = b"some content ".repeat(10_000);
        let len = content.len() as u64;
        for compression in Compression::PREFERRED {
            let bytes = packed(compression, &content);
            assert_eq!(unpack(&bytes, compression, OutputSize::Exactly(len)).unwrap(), content);
            assert_eq!(unpack(&bytes, compression, OutputSize::AtMost(len)).unwrap(), content);
            for size in [OutputSize::Exactly(len - 1), OutputSize::AtMost(len - 1), OutputSize::Exactly(len + 1)] {
                let error = unpack(&bytes, compression, size).unwrap_err();
                assert!(error.get_ref().is_some_and(|e| e.is::<DecompressError>()), "{compression:?} {size:?} {error}");
            }
            // Cut anywhere: an error, never a shorter content.
            for cut in [1, bytes.len() / 2, bytes.len() - 1] {
                assert!(unpack(&bytes[..cut], compression, OutputSize::Exactly(len)).is_err(), "{compression:?} {cut}");
            }
            let twice = [&bytes[..], &bytes[..]].concat();
            assert_eq!(unpack(&twice, compression, OutputSize::Exactly(2 * len)).unwrap().len() as u64, 2 * len);
        }
        assert!(unpack(b"not xz at all", Compression::Xz, OutputSize::AtMost(100)).is_err());
    }
}
