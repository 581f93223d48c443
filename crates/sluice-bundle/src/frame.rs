//! Frames: the pieces everything after the header consists of, each with the hash of all before it.
//!
//! ```text
//! type (1 byte) | length (4 bytes, big endian) | body | SHA-256(hash before | type | length | body)
//! ```

use std::io::{self, Read, Write};

use aws_lc_rs::digest::{Context, SHA256};

use crate::error::BundleError;
use crate::limits::{MAX_DATA, MAX_RECORD_HEAD};

/// Bytes of a hash.
pub(crate) const HASH: usize = 32;
/// What the first hash is over, before the bytes of the header.
const CONTEXT: &[u8] = b"sluice transfer bundle\0";

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameType {
    Record,
    Data,
    Trailer,
}

impl FrameType {
    fn byte(self) -> u8 {
        match self {
            Self::Record => 1,
            Self::Data => 2,
            Self::Trailer => 3,
        }
    }

    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Record, Self::Data, Self::Trailer].into_iter().find(|kind| kind.byte() == byte)
    }

    fn limit(self) -> usize {
        match self {
            Self::Record | Self::Trailer => MAX_RECORD_HEAD,
            Self::Data => MAX_DATA,
        }
    }
}

/// The hash of everything so far.
#[derive(Clone, Copy)]
pub(crate) struct Running(pub(crate) [u8; HASH]);

impl Running {
    /// After the header, with everything before it.
    pub(crate) fn start(head: &[u8]) -> Self {
        Self(hash(&[CONTEXT, head]))
    }

    fn add(&mut self, kind: FrameType, length: [u8; 4], body: &[u8]) {
        self.0 = hash(&[&self.0, &[kind.byte()], &length, body]);
    }
}

fn hash(pieces: &[&[u8]]) -> [u8; HASH] {
    let mut context = Context::new(&SHA256);
    for piece in pieces {
        context.update(piece);
    }
    let mut out = [0; HASH];
    for (to, from) in out.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    out
}

/// Writes a frame; the bytes that took.
pub(crate) fn write(
    out: &mut impl Write,
    running: &mut Running,
    kind: FrameType,
    body: &[u8],
) -> Result<u64, BundleError> {
    let length = u32::try_from(body.len()).ok().filter(|_| body.len() <= kind.limit());
    let length = length.ok_or(BundleError::Misuse("a frame is too long"))?.to_be_bytes();
    running.add(kind, length, body);
    let pieces: [&[u8]; 4] = [&[kind.byte()], &length, body, &running.0];
    pieces.into_iter().try_for_each(|piece| out.write_all(piece)).map_err(BundleError::Write)?;
    Ok((1 + length.len() + body.len() + HASH) as u64)
}

/// A stream that knows where it is.
pub(crate) struct Source<R> {
    reader: R,
    pub(crate) position: u64,
}

impl<R: Read> Source<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, position: 0 }
    }

    /// Fills a buffer, or says that the stream ends before.
    pub(crate) fn exact(&mut self, buffer: &mut [u8]) -> Result<(), BundleError> {
        let mut rest = buffer;
        while !rest.is_empty() {
            match self.reader.read(rest) {
                Ok(0) => return Err(BundleError::Truncated { position: self.position }),
                Ok(read) => {
                    self.position += read as u64;
                    rest = rest.get_mut(read..).unwrap_or_default();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(BundleError::Read(error)),
            }
        }
        Ok(())
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], BundleError> {
        let mut bytes = [0; N];
        self.exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads a frame into a buffer and compares its hash; nothing of it is used before.
    pub(crate) fn frame(&mut self, running: &mut Running, body: &mut Vec<u8>) -> Result<FrameType, BundleError> {
        let position = self.position;
        let damaged = |what: &str| BundleError::Damaged { position, what: what.to_owned() };
        let [byte] = self.array()?;
        let kind = FrameType::from_byte(byte).ok_or_else(|| damaged("there is no frame"))?;
        let length = self.array()?;
        let size = u32::from_be_bytes(length) as usize;
        if size > kind.limit() {
            return Err(damaged("a frame is longer than it may be"));
        }
        body.clear();
        body.resize(size, 0);
        self.exact(body)?;
        running.add(kind, length, body);
        if self.array()? != running.0 {
            return Err(damaged("its hash is not that of what comes before it"));
        }
        Ok(kind)
    }

    /// Fails unless this is the end.
    pub(crate) fn end(&mut self) -> Result<(), BundleError> {
        match self.array::<1>() {
            Err(BundleError::Truncated { .. }) => Ok(()),
            Err(error) => Err(error),
            Ok(_) => Err(BundleError::TrailingBytes { position: self.position - 1 }),
        }
    }
}
