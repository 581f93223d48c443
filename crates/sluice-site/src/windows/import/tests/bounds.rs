//! How much comes out of packed files, and how much of it is in memory.

use std::cell::Cell;
use std::io::{self, Read, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::EntryType;

use super::super::ImportError;
use super::super::container::{Files, Opener};

const MIB: u64 = 1 << 20;

#[derive(Default)]
struct Seen {
    files: Vec<(String, u64)>,
    refused: Vec<String>,
}

impl Files for Seen {
    fn file(&mut self, name: &str, content: &mut dyn Read) -> Result<(), ImportError> {
        let len = io::copy(content, &mut io::sink()).unwrap();
        self.files.push((name.to_owned(), len));
        Ok(())
    }

    fn refuse(&mut self, name: &str, _: ImportError) -> Result<(), ImportError> {
        self.refused.push(name.to_owned());
        Ok(())
    }
}

fn open(bytes: &[u8], left: u64) -> Result<Seen, ImportError> {
    let directory = tempfile::tempdir().unwrap();
    let mut seen = Seen::default();
    let left = Cell::new(left);
    let mut opener = Opener { spool: directory.path().join("spool"), left: &left, files: &mut seen };
    opener.open("it", &mut &bytes[..])?;
    Ok(seen)
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
    assert!(matches!(open(bytes, left).map(|seen| seen.files), Err(ImportError::TooLarge { .. })));
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
        let Err(ImportError::Unpack { source, .. }) = open(&gz(&archive(kind, 2 * MIB)), 1 << 40) else {
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
    let Err(ImportError::Unpack { source, .. }) = open(&archive.into_inner().unwrap(), 1 << 40) else {
        panic!("it was taken");
    };
    assert_eq!(source.to_string(), "it has a sparse file: write it without sparse files");
}
