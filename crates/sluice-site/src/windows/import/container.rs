//! What files come in: plain, gzip, tar (which is how a directory is sent) and cabinets, told by
//! their first bytes, one in another up to a depth.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, Read, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use sluice_wsus::cabinet::Cabinet;

use super::{ImportError, MAX_CABINET};

/// Containers in containers: a directory of packed cabinets needs three.
const MAX_DEPTH: u32 = 4;
/// Where tar says that it is tar (POSIX.1-2017, pax).
const TAR_MARK: std::ops::Range<usize> = 257..262;
/// Bytes looked at to tell what something is.
const LOOK: usize = 262;
/// Longest name of a member that is kept.
const MAX_NAME: usize = 200;
/// Most bytes of a tar archive between two members. Long names and attributes are among them, which are
/// in memory while they are read; those of Linux end at 4 KiB and 64 KiB.
const MAX_TAR_HEAD: u64 = 1 << 20;
/// Bytes moved at a time.
const PIECE: usize = 64 << 10;

/// Takes the plain files that a stream consists of, one after the other.
pub(super) trait Files {
    /// A file with this name; it is passed over from where this stops reading.
    fn file(&mut self, name: &str, content: &mut dyn Read) -> Result<(), ImportError>;

    /// Something in the stream that cannot be opened.
    fn refuse(&mut self, name: &str, error: ImportError) -> Result<(), ImportError>;
}

/// Opens streams.
pub(super) struct Opener<'f> {
    /// The name that a cabinet gets on disk for a moment.
    pub(super) spool: PathBuf,
    /// Bytes that may still be read, of the stream and out of every packing in it.
    pub(super) left: &'f Cell<u64>,
    pub(super) files: &'f mut dyn Files,
}

impl Opener<'_> {
    /// Opens a stream, whatever it is.
    pub(super) fn open(&mut self, name: &str, reader: &mut dyn Read) -> Result<(), ImportError> {
        let mut bounded = Bounded { reader, left: self.left };
        let done = self.open_at(name, &mut bounded, 0);
        self.within(name, done)
    }

    /// What is read after the bound looks cut off, so whatever came of it is not what counts.
    fn within(&self, name: &str, done: Result<(), ImportError>) -> Result<(), ImportError> {
        if self.left.get() == 0 {
            Err(ImportError::TooLarge { name: name.to_owned(), limit: super::MAX_PLAIN })
        } else {
            done
        }
    }

    fn open_at(&mut self, name: &str, reader: &mut dyn Read, depth: u32) -> Result<(), ImportError> {
        let unpack = |source| broken(name, source);
        let mut start = Vec::with_capacity(LOOK);
        reader.take(LOOK as u64).read_to_end(&mut start).map_err(unpack)?;
        let kind = Kind::of(&start);
        let mut whole = start.as_slice().chain(reader);
        if depth == MAX_DEPTH && kind != Kind::Plain {
            let source = io::Error::other(format!("it is packed more than {MAX_DEPTH} times"));
            return Err(ImportError::Unpack { name: name.to_owned(), source });
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

    fn tar(&mut self, name: &str, reader: &mut dyn Read, depth: u32) -> Result<(), ImportError> {
        let head = Cell::new(MAX_TAR_HEAD);
        let mut archive = tar::Archive::new(TarHead { reader, head: &head });
        let entries = archive.entries().map_err(|source| broken(name, source))?;
        for entry in entries {
            let mut entry = entry.map_err(|source| broken(name, source))?;
            head.set(u64::MAX);
            let kind = entry.header().entry_type();
            if kind.is_gnu_sparse() {
                let source = io::Error::other("it has a sparse file: write it without sparse files");
                return Err(ImportError::Unpack { name: name.to_owned(), source });
            }
            if kind.is_file() {
                let member = shown(&String::from_utf8_lossy(&entry.path_bytes()));
                self.member(&member, &mut entry, depth)?;
            }
            io::copy(&mut entry, &mut io::sink()).map_err(|source| broken(name, source))?;
            head.set(MAX_TAR_HEAD);
        }
        Ok(())
    }

    fn cabinet(&mut self, name: &str, reader: &mut dyn Read, depth: u32) -> Result<(), ImportError> {
        let refused = |source| ImportError::Cabinet { name: name.to_owned(), source };
        let file = self.spool(name, reader)?;
        let mut cabinet = Cabinet::open(io::BufReader::with_capacity(PIECE, file)).map_err(refused)?;
        while let Some(mut member) = cabinet.next_member().map_err(refused)? {
            let member_name = shown(&format!("{name}/{}", member.name()));
            let mut bounded = Bounded { reader: &mut member, left: self.left };
            self.member(&member_name, &mut bounded, depth)?;
        }
        Ok(())
    }

    /// Opens a member. What is wrong with it alone does not stop the others.
    fn member(&mut self, name: &str, reader: &mut dyn Read, depth: u32) -> Result<(), ImportError> {
        let done = self.open_at(name, reader, depth + 1);
        match self.within(name, done) {
            Err(error @ (ImportError::Unpack { .. } | ImportError::Cabinet { .. })) => self.files.refuse(name, error),
            other => other,
        }
    }

    /// Puts a cabinet on disk: its blocks need not be in order.
    fn spool(&self, name: &str, reader: &mut dyn Read) -> Result<File, ImportError> {
        let mut file = unnamed(&self.spool).map_err(ImportError::Spool)?;
        let mut piece = vec![0; PIECE];
        let mut written = 0_u64;
        loop {
            let read = match reader.read(&mut piece) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(broken(name, source)),
            };
            if read == 0 {
                break;
            }
            written += read as u64;
            if written > MAX_CABINET {
                return Err(ImportError::TooLarge { name: name.to_owned(), limit: MAX_CABINET });
            }
            file.write_all(piece.get(..read).unwrap_or_default()).map_err(ImportError::Spool)?;
        }
        file.rewind().map_err(ImportError::Spool)?;
        Ok(file)
    }
}

/// A file that has lost its name: it is gone when it is closed, also by a kill.
fn unnamed(path: &Path) -> io::Result<File> {
    let file = File::options().read(true).write(true).create_new(true).open(path)?;
    fs::remove_file(path)?;
    Ok(file)
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

/// An error of the upload is the upload's, whatever was reading it; everything else is damage.
fn broken(name: &str, source: io::Error) -> ImportError {
    match source.downcast::<super::documents::UploadBroke>() {
        Ok(super::documents::UploadBroke(source)) => ImportError::Upload { name: name.to_owned(), source },
        Err(source) => ImportError::Unpack { name: name.to_owned(), source },
    }
}

/// Names come from outside: one line, not too long.
pub(super) fn shown(name: &str) -> String {
    let plain = name.chars().map(|c| if c.is_control() { '?' } else { c });
    let name: String = plain.collect();
    let name = name.trim_start_matches("./");
    let skip = name.chars().count().saturating_sub(MAX_NAME);
    // The end tells more than the beginning.
    name.chars().skip(skip).collect()
}

/// Reads no more than is left for everything.
struct Bounded<'r> {
    reader: &'r mut dyn Read,
    left: &'r Cell<u64>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left.get()).unwrap_or(usize::MAX));
        let read = self.reader.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.left.set(self.left.get().saturating_sub(read as u64));
        Ok(read)
    }
}

/// Fails when there is too much between two members.
struct TarHead<'r> {
    reader: &'r mut dyn Read,
    /// Bytes until then.
    head: &'r Cell<u64>,
}

impl Read for TarHead<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        let left = self.head.get().checked_sub(read as u64);
        self.head.set(left.ok_or_else(|| io::Error::other("the name or the attributes of a file are too long"))?);
        Ok(read)
    }
}
