//! What is imported, as a stream: a file, standard input, or a directory as a tar archive that is
//! made on the way.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::sync::mpsc;

use crate::cli::error::CliError;

/// Bytes read at a time.
const PIECE: usize = 256 << 10;
/// Pieces that wait to be sent.
const PIECES: usize = 4;
/// Files of a directory that are looked at. A catalog of Windows 11 has some thousands.
const MAX_FILES: usize = 1_000_000;

/// Something that can be uploaded.
pub(in crate::cli) struct Upload {
    /// What people call it.
    pub(in crate::cli) name: String,
    /// Its bytes, when they are known.
    pub(in crate::cli) size: Option<u64>,
    kind: Kind,
}

enum Kind {
    File(File),
    Input,
    Directory(PathBuf, Vec<PathBuf>),
}

impl Upload {
    /// A file, a directory, or `-` for standard input.
    pub(in crate::cli) fn open(path: &Path) -> Result<Self, CliError> {
        let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
        if path.as_os_str() == "-" {
            return Ok(Self { name: "standard input".into(), size: None, kind: Kind::Input });
        }
        if path.is_dir() {
            let files = files(path)?;
            return Ok(Self { name, size: None, kind: Kind::Directory(path.to_owned(), files) });
        }
        let unreadable = |error: io::Error| unreadable(path, &error);
        let file = File::open(path).map_err(unreadable)?;
        let size = file.metadata().map_err(unreadable)?.len();
        Ok(Self { name, size: Some(size), kind: Kind::File(file) })
    }

    /// Its bytes. A file that cannot be read to its end breaks the stream.
    pub(in crate::cli) fn stream(self) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        let (sender, receiver) = mpsc::channel(PIECES);
        tokio::task::spawn_blocking(move || {
            let mut pieces = Pieces { sender, piece: Vec::with_capacity(PIECE) };
            let done = self.write(&mut pieces).and_then(|()| pieces.flush());
            if let Err(error) = done {
                // Nobody listens when the upload has ended already.
                let _gone = pieces.sender.blocking_send(Err(error));
            }
        });
        stream::unfold(receiver, |mut receiver| async move { Some((receiver.recv().await?, receiver)) })
    }

    fn write(self, out: &mut Pieces) -> io::Result<()> {
        match self.kind {
            Kind::File(mut file) => io::copy(&mut file, out).map(drop),
            Kind::Input => io::copy(&mut io::stdin().lock(), out).map(drop),
            Kind::Directory(root, files) => archive(&root, &files, out),
        }
    }
}

/// A directory as a tar archive.
fn archive(root: &Path, files: &[PathBuf], out: &mut Pieces) -> io::Result<()> {
    let mut archive = tar::Builder::new(out);
    for path in files {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut header = tar::Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o644);
        // A file that grows meanwhile must not run into the next one.
        archive.append_data(&mut header, path.strip_prefix(root).unwrap_or(path), file.take(size))?;
    }
    archive.finish()
}

/// All files below a directory, by name. Links are not followed.
pub(in crate::cli) fn files(directory: &Path) -> Result<Vec<PathBuf>, CliError> {
    let mut found = Vec::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        let unreadable = |error: io::Error| unreadable(&directory, &error);
        for entry in std::fs::read_dir(&directory).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let kind = entry.file_type().map_err(unreadable)?;
            if kind.is_dir() {
                directories.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path());
            }
        }
        if found.len() > MAX_FILES {
            let what = format!("there are more than {MAX_FILES} files");
            return Err(CliError::usage(what, "Give the directory that holds the files themselves."));
        }
    }
    found.sort();
    Ok(found)
}

pub(in crate::cli) fn unreadable(path: &Path, error: &io::Error) -> CliError {
    CliError::failed(format!("{} cannot be read", path.display()), error.to_string(), String::new())
}

/// Collects what is written into pieces and sends them.
struct Pieces {
    sender: mpsc::Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.piece.len() + bytes.len() > PIECE {
            self.flush()?;
        }
        self.piece.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        let gone = |_| io::Error::new(io::ErrorKind::BrokenPipe, "the upload has ended");
        self.sender.blocking_send(Ok(piece.into())).map_err(gone)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt as _;

    use super::*;

    async fn bytes(path: &Path) -> (String, Option<u64>, Vec<u8>) {
        let upload = Upload::open(path).unwrap();
        let (name, size) = (upload.name.clone(), upload.size);
        let all: Vec<Bytes> = upload.stream().try_collect().await.unwrap();
        (name, size, all.concat())
    }

    #[tokio::test]
    async fn files_and_directories_are_streams() {
        let directory = tempfile::tempdir().unwrap();
        let large = vec![7; PIECE * 2 + 5];
        std::fs::create_dir(directory.path().join("b")).unwrap();
        std::fs::write(directory.path().join("b/large.xml"), &large).unwrap();
        std::fs::write(directory.path().join("a.xml"), "<a/>").unwrap();
        std::os::unix::fs::symlink("/etc/passwd", directory.path().join("link.xml")).unwrap();
        let (name, size, content) = bytes(&directory.path().join("b/large.xml")).await;
        assert_eq!((name.as_str(), size, content == large), ("large.xml", Some(large.len() as u64), true));
        let (_, size, content) = bytes(directory.path()).await;
        assert_eq!(size, None);
        let mut archive = tar::Archive::new(&content[..]);
        let members: Vec<_> = archive.entries().unwrap().map(|e| e.unwrap().path().unwrap().into_owned()).collect();
        assert_eq!(members, [Path::new("a.xml"), Path::new("b/large.xml")]);
        assert!(Upload::open(&directory.path().join("absent")).is_err());
    }
}
