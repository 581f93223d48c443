//! Where a bundle is: a file, a directory of numbered parts, or a standard stream. Parts are pieces
//! of the one stream, cut at a size; whether all are there and in order, the bundle itself tells.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::sync::mpsc;

use crate::cli::catalog::source::{files, unreadable};
use crate::cli::error::CliError;

/// Bytes read at a time.
const PIECE: usize = 256 << 10;
/// Pieces that wait to be sent.
const PIECES: usize = 4;
/// How parts are called: `00001.part`.
const PART: &str = "part";
/// What a file is called until it is whole.
const UNFINISHED: &str = "unfinished";

/// Opens a bundle: a file, a directory of parts, or `-` for standard input; with its size, when that
/// is known.
pub(super) fn open(path: &Path) -> Result<(Box<dyn Read + Send>, Option<u64>), CliError> {
    if path.as_os_str() == "-" {
        return Ok((Box::new(io::stdin()), None));
    }
    let parts = if path.is_dir() { parts(path)? } else { vec![path.to_owned()] };
    let mut size = 0;
    for part in &parts {
        size += fs::metadata(part).map_err(|error| unreadable(part, &error))?.len();
    }
    // Looked at now, so that one that cannot be read is told before anything is sent.
    for part in &parts {
        File::open(part).map_err(|error| unreadable(part, &error))?;
    }
    Ok((Box::new(Parts { left: parts.into_iter(), open: None }), Some(size)))
}

fn parts(directory: &Path) -> Result<Vec<PathBuf>, CliError> {
    let is_part = |path: &PathBuf| path.parent() == Some(directory) && path.extension().is_some_and(|e| e == PART);
    let parts: Vec<_> = files(directory)?.into_iter().filter(is_part).collect();
    if parts.is_empty() {
        let what = format!("there are no parts of a bundle in {}", directory.display());
        return Err(CliError::usage(what, "Give the directory that `sluice bundle export --parts` wrote."));
    }
    Ok(parts)
}

/// Reads one after the other; one is open at a time.
struct Parts {
    left: std::vec::IntoIter<PathBuf>,
    open: Option<File>,
}

impl Read for Parts {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(open) = &mut self.open {
                let read = open.read(buffer)?;
                if read > 0 || buffer.is_empty() {
                    return Ok(read);
                }
            }
            match self.left.next() {
                Some(next) => self.open = Some(File::open(next)?),
                None => return Ok(0),
            }
        }
    }
}

/// What is read, as a body. Something that cannot be read to its end breaks it.
pub(super) fn body(mut reader: Box<dyn Read + Send>) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let (sender, receiver) = mpsc::channel(PIECES);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut piece = Vec::with_capacity(PIECE);
            let read = reader.by_ref().take(PIECE as u64).read_to_end(&mut piece);
            let last = piece.is_empty() || read.is_err();
            let sent = match read {
                Ok(0) => Ok(()),
                Ok(_) => sender.blocking_send(Ok(piece.into())),
                Err(error) => sender.blocking_send(Err(error)),
            };
            // Nobody listens when the upload has ended already.
            if last || sent.is_err() {
                return;
            }
        }
    });
    stream::unfold(receiver, |mut receiver| async move { Some((receiver.recv().await?, receiver)) })
}

/// Writes a bundle.
pub(super) struct Output {
    kind: Kind,
}

enum Kind {
    Standard,
    /// The file under its name for now.
    File {
        path: PathBuf,
        unfinished: PathBuf,
        file: File,
    },
    Parts {
        directory: PathBuf,
        size: u64,
        number: u32,
        left: u64,
        file: Option<File>,
    },
}

impl Output {
    /// Prepares a file, a directory (with a size of parts) or `-` for standard output. What is there
    /// already is not overwritten.
    pub(super) fn create(path: &Path, part_size: Option<u64>) -> Result<Self, CliError> {
        let failed = |error: io::Error| {
            CliError::failed(format!("{} cannot be written", path.display()), error.to_string(), String::new())
        };
        let there =
            |what: &str| CliError::usage(format!("{} {what}", path.display()), "Name another one, or remove it first.");
        let kind = match part_size {
            _ if path.as_os_str() == "-" => Kind::Standard,
            Some(size) => {
                fs::create_dir_all(path).map_err(failed)?;
                if fs::read_dir(path).map_err(failed)?.next().is_some() {
                    return Err(there("is not empty"));
                }
                Kind::Parts { directory: path.to_owned(), size, number: 0, left: 0, file: None }
            }
            None if path.is_dir() => {
                let hint = "Name a file, or give a size with --parts.";
                return Err(CliError::usage(format!("{} is a directory", path.display()), hint));
            }
            None if path.exists() => return Err(there("is there already")),
            None => {
                let mut name = path.as_os_str().to_owned();
                name.push(".");
                name.push(UNFINISHED);
                let unfinished = PathBuf::from(name);
                let file = File::create(&unfinished).map_err(failed)?;
                Kind::File { path: path.to_owned(), unfinished, file }
            }
        };
        Ok(Self { kind })
    }

    /// Writes a piece.
    pub(super) fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        match &mut self.kind {
            Kind::Standard => io::stdout().lock().write_all(bytes),
            Kind::File { file, .. } => file.write_all(bytes),
            Kind::Parts { directory, size, number, left, file } => {
                while !bytes.is_empty() {
                    if *left == 0 {
                        if let Some(full) = file.take() {
                            full.sync_all()?;
                        }
                        *number += 1;
                        *file = Some(File::create_new(directory.join(format!("{number:05}.{PART}")))?);
                        *left = *size;
                    }
                    let now = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                    let (piece, rest) = bytes.split_at(now);
                    if let Some(open) = file {
                        open.write_all(piece)?;
                    }
                    *left -= now as u64;
                    bytes = rest;
                }
                Ok(())
            }
        }
    }

    /// Everything was written: it is on disk under its name. How many files there are.
    pub(super) fn finish(self) -> io::Result<u32> {
        match self.kind {
            Kind::Standard => io::stdout().lock().flush().map(|()| 0),
            Kind::File { path, unfinished, file } => {
                file.sync_all()?;
                fs::rename(unfinished, path).map(|()| 1)
            }
            Kind::Parts { number, file, .. } => file.map_or(Ok(()), |file| file.sync_all()).map(|()| number),
        }
    }

    /// It broke off: what was written is no bundle.
    pub(super) fn abandon(self) {
        match self.kind {
            Kind::Standard => {}
            Kind::File { unfinished, .. } => drop(fs::remove_file(unfinished)),
            Kind::Parts { directory, number, .. } => {
                for number in 1..=number {
                    let _left = fs::remove_file(directory.join(format!("{number:05}.{PART}")));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(path: &Path) -> Vec<u8> {
        let (mut reader, size) = open(path).unwrap();
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        assert_eq!(size, Some(bytes.len() as u64));
        bytes
    }

    #[test]
    fn a_file_gets_its_name_when_it_is_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("bundle");
        let mut output = Output::create(&path, None).unwrap();
        output.write(b"abc").unwrap();
        assert!(!path.exists());
        assert_eq!(output.finish().unwrap(), 1);
        assert_eq!(whole(&path), b"abc");
        assert!(Output::create(&path, None).is_err(), "it would be overwritten");
        assert!(Output::create(directory.path(), None).is_err(), "a directory");
        Output::create(&directory.path().join("other"), None).unwrap().abandon();
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn parts_are_one_stream() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("parts");
        let mut output = Output::create(&path, Some(4)).unwrap();
        for piece in [&b"abc"[..], b"", b"defghijk", b"l"] {
            output.write(piece).unwrap();
        }
        assert_eq!(output.finish().unwrap(), 3);
        assert_eq!(fs::read(path.join("00002.part")).unwrap(), b"efgh");
        fs::write(path.join("readme.txt"), "not a part").unwrap();
        assert_eq!(whole(&path), b"abcdefghijkl");
        assert!(Output::create(&path, Some(4)).is_err(), "it is not empty");
        assert!(open(directory.path()).is_err(), "there are no parts");
    }
}
