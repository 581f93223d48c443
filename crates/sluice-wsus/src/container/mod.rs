//! What files come in: plain, gzip, tar (which is how a directory is sent) and cabinets, told by their first bytes,
//! one in another up to a depth. Everything is read as a stream, in bounded memory.

mod error;
mod read;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom, Write};

use flate2::read::MultiGzDecoder;

use crate::cabinet::Cabinet;
pub use error::{ContainerError, Stop};
use read::{Bounded, Source, TarHead};

/// Containers in containers: a directory of packed cabinets needs three.
const MAX_DEPTH: u32 = 4;
/// Where tar says that it is tar (POSIX.1-2017, pax).
const TAR_MARK: std::ops::Range<usize> = 257..262;
/// Bytes looked at to tell what something is.
const LOOK: usize = 262;
/// Longest name of a member that is kept.
const MAX_NAME: usize = 200;
/// Most bytes of a tar archive between two members. Long names and attributes are among them, which are in memory while
/// they are read; those of Linux end at 4 KiB and 64 KiB.
const MAX_TAR_HEAD: u64 = 1 << 20;
/// Bytes moved at a time.
const PIECE: usize = 64 << 10;

/// Takes the plain files that a stream consists of, one after the other.
pub trait Files {
    /// Why it wants no more of them.
    type Error;

    /// A file with this name; it is passed over from where this stops reading.
    ///
    /// # Errors
    /// Why the stream is not to be read on, or [`ContainerError::of`] what reading `content` failed with.
    fn file(&mut self, name: &str, content: &mut dyn Read) -> Result<(), Stop<Self::Error>>;

    /// Something in the stream that cannot be opened; the rest is read on.
    ///
    /// # Errors
    /// Why the stream is not to be read on.
    fn refuse(&mut self, name: &str, error: ContainerError) -> Result<(), Stop<Self::Error>>;
}

/// Where a cabinet is put while it is read: its blocks need not be in order.
pub trait Spool: Read + Write + Seek {}

impl<T: Read + Write + Seek> Spool for T {}

/// How much may be read.
#[derive(Clone, Copy, Debug)]
pub struct ContainerLimits {
    /// Bytes of the stream and out of every packing in it, all together.
    pub plain: u64,
    /// Bytes of one cabinet.
    pub cabinet: u64,
}

/// Opens a stream, whatever it is, and gives its files away. `spool` makes an empty place for a cabinet.
///
/// # Errors
/// When the stream cannot be read to its end, when there is too much in it, and whatever `files` stops with.
pub fn open<F: Files>(
    name: &str,
    reader: &mut dyn Read,
    limits: ContainerLimits,
    spool: &mut dyn FnMut() -> io::Result<Box<dyn Spool>>,
    files: &mut F,
) -> Result<(), Stop<F::Error>> {
    let left = Cell::new(limits.plain);
    let mut source = Source(reader);
    let mut bounded = Bounded { reader: &mut source, left: &left };
    let mut opener = Opener { spool, left: &left, limits, files };
    let done = opener.open_at(name, &mut bounded, 0);
    opener.within(name, done)
}

struct Opener<'f, F> {
    spool: &'f mut dyn FnMut() -> io::Result<Box<dyn Spool>>,
    left: &'f Cell<u64>,
    limits: ContainerLimits,
    files: &'f mut F,
}

impl<F: Files> Opener<'_, F> {
    /// What is read after the bound looks cut off, so whatever came of it is not what counts.
    fn within(&self, name: &str, done: Result<(), Stop<F::Error>>) -> Result<(), Stop<F::Error>> {
        if self.left.get() == 0 {
            Err(ContainerError::TooLarge { name: name.to_owned(), limit: self.limits.plain }.into())
        } else {
            done
        }
    }

    fn open_at(&mut self, name: &str, reader: &mut dyn Read, depth: u32) -> Result<(), Stop<F::Error>> {
        let mut start = Vec::with_capacity(LOOK);
        reader.take(LOOK as u64).read_to_end(&mut start).map_err(|source| ContainerError::of(name, source))?;
        let kind = Kind::of(&start);
        let mut whole = start.as_slice().chain(reader);
        if depth == MAX_DEPTH && kind != Kind::Plain {
            let source = io::Error::other(format!("it is packed more than {MAX_DEPTH} times"));
            return Err(ContainerError::of(name, source).into());
        }
        match kind {
            Kind::Plain => self.files.file(name, &mut whole),
            Kind::Gzip => {
                let mut unpacked = MultiGzDecoder::new(whole);
                let mut bounded = Bounded { reader: &mut unpacked, left: self.left };
                self.open_at(name, &mut bounded, depth + 1)
            }
            Kind::Tar => self.tar(name, &mut whole, depth),
            Kind::Cabinet => self.cabinet(name, &mut whole, depth),
        }
    }

    fn tar(&mut self, name: &str, reader: &mut dyn Read, depth: u32) -> Result<(), Stop<F::Error>> {
        let broken = |source| ContainerError::of(name, source);
        let head = Cell::new(MAX_TAR_HEAD);
        let mut archive = tar::Archive::new(TarHead { reader, head: &head });
        for entry in archive.entries().map_err(broken)? {
            let mut entry = entry.map_err(broken)?;
            head.set(u64::MAX);
            let kind = entry.header().entry_type();
            if kind.is_gnu_sparse() {
                let source = io::Error::other("it has a sparse file: write it without sparse files");
                return Err(broken(source).into());
            }
            if kind.is_file() {
                let member = shown(&String::from_utf8_lossy(&entry.path_bytes()));
                self.member(&member, &mut entry, depth)?;
            }
            io::copy(&mut entry, &mut io::sink()).map_err(broken)?;
            head.set(MAX_TAR_HEAD);
        }
        Ok(())
    }

    fn cabinet(&mut self, name: &str, reader: &mut dyn Read, depth: u32) -> Result<(), Stop<F::Error>> {
        let refused = |source| ContainerError::Cabinet { name: name.to_owned(), source };
        let spooled = self.spool(name, reader)?;
        let mut cabinet = Cabinet::open(io::BufReader::with_capacity(PIECE, spooled)).map_err(refused)?;
        while let Some(mut member) = cabinet.next_member().map_err(refused)? {
            let member_name = shown(&format!("{name}/{}", member.name()));
            let mut bounded = Bounded { reader: &mut member, left: self.left };
            self.member(&member_name, &mut bounded, depth)?;
        }
        Ok(())
    }

    /// Opens a member. What is wrong with it alone does not stop the others.
    fn member(&mut self, name: &str, reader: &mut dyn Read, depth: u32) -> Result<(), Stop<F::Error>> {
        let done = self.open_at(name, reader, depth + 1);
        match self.within(name, done) {
            Err(Stop::Container(error @ (ContainerError::Unpack { .. } | ContainerError::Cabinet { .. }))) => {
                self.files.refuse(name, error)
            }
            other => other,
        }
    }

    fn spool(&mut self, name: &str, reader: &mut dyn Read) -> Result<Box<dyn Spool>, ContainerError> {
        let mut spool = (self.spool)().map_err(ContainerError::Spool)?;
        let mut piece = vec![0; PIECE];
        let mut written = 0_u64;
        loop {
            let read = match reader.read(&mut piece) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(ContainerError::of(name, source)),
            };
            if read == 0 {
                break;
            }
            written += read as u64;
            if written > self.limits.cabinet {
                return Err(ContainerError::TooLarge { name: name.to_owned(), limit: self.limits.cabinet });
            }
            spool.write_all(piece.get(..read).unwrap_or_default()).map_err(ContainerError::Spool)?;
        }
        spool.seek(SeekFrom::Start(0)).map_err(ContainerError::Spool)?;
        Ok(spool)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Gzip,
    Tar,
    Cabinet,
}

impl Kind {
    fn of(start: &[u8]) -> Self {
        match start {
            [0x1F, 0x8B, ..] => Self::Gzip,
            [b'M', b'S', b'C', b'F', ..] => Self::Cabinet,
            _ if start.get(TAR_MARK) == Some(b"ustar") => Self::Tar,
            _ => Self::Plain,
        }
    }
}

/// A name from outside as it is shown: one line, not too long.
#[must_use]
pub fn shown(name: &str) -> String {
    let plain = name.chars().map(|c| if c.is_control() { '?' } else { c });
    let name: String = plain.collect();
    let name = name.trim_start_matches("./");
    let skip = name.chars().count().saturating_sub(MAX_NAME);
    // The end tells more than the beginning.
    name.chars().skip(skip).collect()
}
