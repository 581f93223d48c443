//! How much comes out of packed files, and how much of it is in memory.

use std::convert::Infallible;
use std::io::{self, Cursor, Read, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::EntryType;

use super::*;

const MIB: u64 = 1 << 20;

#[derive(Default)]
struct Seen {
    files: Vec<(String, u64)>,
    refused: Vec<String>,
}

impl Files for Seen {
    type Error = Infallible;

    fn file(&mut self, name: &str, content: &mut dyn Read) -> Result<(), Stop<Infallible>> {
        let len = io::copy(content, &mut io::sink()).map_err(|source| ContainerError::of(name, source))?;
        self.files.push((name.to_owned(), len));
        Ok(())
    }

    fn refuse(&mut self, name: &str, _: ContainerError) -> Result<(), Stop<Infallible>> {
        self.refused.push(name.to_owned());
        Ok(())
    }
}

fn read(mut stream: impl Read, plain: u64) -> Result<Seen, ContainerError> {
    let mut seen = Seen::default();
    let limits = ContainerLimits { plain, cabinet: MIB };
    let mut spool = || Ok(Box::new(Cursor::new(Vec::new())) as Box<dyn Spool>);
    match super::open("it", &mut stream, limits, &mut spool, &mut seen) {
        Ok(()) => Ok(seen),
        Err(Stop::Container(error)) => Err(error),
    }
}

fn open(bytes: &[u8], plain: u64) -> Result<Seen, ContainerError> {
    read(bytes, plain)
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An archive with a member of `size` zeros of this kind before a file of three bytes.
fn archive(kind: EntryType, size: u64) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (kind, size, name) in [(kind, size, "first"), (EntryType::Regular, 3, "second")] {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_path(name).unwrap();
        header.set_size(size);
        header.set_cksum();
        archive.append(&header, io::repeat(0).take(size)).unwrap();
    }
    archive.into_inner().unwrap()
}

fn is_too_large(bytes: &[u8], left: u64) {
    assert!(matches!(open(bytes, left).map(|seen| seen.files), Err(ContainerError::TooLarge { .. })));
}

#[test]
fn members_that_are_passed_over_count() {
    for kind in [EntryType::Directory, EntryType::Symlink, EntryType::XGlobalHeader, EntryType::new(b'Q')] {
        let packed = gz(&archive(kind, 5 * MIB));
        assert!((packed.len() as u64) < MIB);
        assert_eq!(open(&packed, 6 * MIB).unwrap().files, [("second".to_owned(), 3)]);
        is_too_large(&packed, 4 * MIB);
    }
}

#[test]
fn every_packing_counts() {
    let once = gz(&vec![0; 4 << 20]);
    let twice = gz(&once);
    assert_eq!(open(&twice, 5 * MIB).unwrap().files, [("it".to_owned(), 4 * MIB)]);
    is_too_large(&twice, 4 * MIB + once.len() as u64);
    // Also as a member, where damage would only be named.
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(once.len() as u64);
    archive.append_data(&mut header, "member.gz", once.as_slice()).unwrap();
    let archive = archive.into_inner().unwrap();
    let whole = open(&archive, 5 * MIB).unwrap();
    assert_eq!((whole.files, whole.refused), (vec![("member.gz".to_owned(), 4 * MIB)], vec![]));
    is_too_large(&archive, 3 * MIB);
    is_too_large(&vec![b' '; 4 << 20], 3 * MIB);
}

#[test]
fn names_that_are_too_long_for_memory_end_it() {
    for kind in [EntryType::GNULongName, EntryType::GNULongLink, EntryType::XHeader] {
        let Err(ContainerError::Unpack { source, .. }) = open(&gz(&archive(kind, 2 * MIB)), 1 << 40) else {
            panic!("{kind:?} was taken");
        };
        assert_eq!(source.to_string(), "the name or the attributes of a file are too long");
    }
    let long = open(&archive(EntryType::GNULongName, 4096), 1 << 40).unwrap();
    assert_eq!(long.files.iter().map(|(_, len)| *len).collect::<Vec<_>>(), [3]);
}

/// 16 MiB of which none is in the archive.
#[test]
fn sparse_files_are_refused() {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(EntryType::GNUSparse);
    header.set_size(0);
    let gnu = header.as_gnu_mut().unwrap();
    gnu.set_real_size(16 * MIB);
    gnu.sparse[0].offset = *b"00100000000\0";
    gnu.sparse[0].numbytes = *b"00000000000\0";
    header.set_cksum();
    let mut archive = tar::Builder::new(Vec::new());
    archive.append(&header, io::empty()).unwrap();
    let Err(ContainerError::Unpack { source, .. }) = open(&archive.into_inner().unwrap(), 1 << 40) else {
        panic!("it was taken");
    };
    assert_eq!(source.to_string(), "it has a sparse file: write it without sparse files");
}

/// A stream that breaks off after some bytes.
struct Broken<'b>(&'b [u8]);

impl Read for Broken<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::ErrorKind::ConnectionReset.into()),
            read => Ok(read),
        }
    }
}

#[test]
fn a_stream_that_breaks_off_is_no_damage_of_a_member() {
    let packed = gz(&archive(EntryType::Regular, 2 * MIB));
    // Not in the last bytes: whoever has read the archive does not read on to the end of its packing.
    for end in [0, 5, packed.len() / 3, packed.len() / 2] {
        let Err(ContainerError::Source { source, .. }) = read(Broken(&packed[..end]), 1 << 40) else {
            panic!("{end} bytes were taken");
        };
        assert_eq!(source.kind(), io::ErrorKind::ConnectionReset);
    }
    // The same cut without a failure is damage.
    assert!(matches!(open(&packed[..packed.len() / 2], 1 << 40), Err(ContainerError::Unpack { .. })));
}

#[test]
fn large_and_damaged_cabinets_stop_nothing_else() {
    let mut large = b"MSCF".to_vec();
    large.resize(usize::try_from(MIB).unwrap() + 1, 0);
    assert!(matches!(open(&large, 1 << 40), Err(ContainerError::TooLarge { limit: MIB, .. })));
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in [("./a.cab", &b"MSCF and nothing"[..]), ("b.xml", b"<b/>")] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, name, content).unwrap();
    }
    let seen = open(&archive.into_inner().unwrap(), 1 << 40).unwrap();
    assert_eq!((seen.files, seen.refused), (vec![("b.xml".to_owned(), 4)], vec!["a.cab".to_owned()]));
}
