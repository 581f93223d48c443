//! From the upload to a file without a name that holds a verified bundle.

use std::fs::{self, File};
use std::io::{self, Read, Seek as _, Write};
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use sluice_bundle::{BundleError, BundleReader, Part, PublicKey, Verified, verify_rest};
use tokio::runtime::Handle;

use super::check;
use crate::content::room::{RESERVE, free_bytes, missing};
use crate::error::{SiteError, SiteResult, chain};
use crate::site::Site;
use crate::windows::import::feed;

/// Most bytes of a bundle: all content of a large site.
const MAX_BUNDLE: u64 = 8 << 40;
/// Bytes after which it is looked again whether there is room.
const CHECK_EVERY: u64 = 16 << 20;

/// Verifies an upload and keeps nothing of it.
pub(super) async fn verify<S>(body: S, trusted: Vec<PublicKey>) -> SiteResult<Verified>
where
    S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
{
    let (feeder, upload) = feed::pipe();
    let work = tokio::task::spawn_blocking(move || sluice_bundle::verify(upload.take(MAX_BUNDLE), &trusted));
    feeder.run(body, |_| {}).await;
    let verified = work.await.map_err(|error| SiteError::internal("verifying a bundle", error))?;
    verified.map_err(refusal)
}

/// Verifies an upload and keeps it in a file that is gone when it is closed. What may not be imported
/// is refused when its header has come.
pub(super) async fn take_in<S>(
    site: &Arc<Site>,
    body: S,
    trusted: Vec<PublicKey>,
    chosen: Vec<Part>,
) -> SiteResult<(Verified, File)>
where
    S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
{
    let (feeder, upload) = feed::pipe();
    let path = site.config.data_directory.join(format!("bundle-{}", site.host.new_id()));
    let (site, runtime) = (Arc::clone(site), Handle::current());
    let work = tokio::task::spawn_blocking(move || -> SiteResult<_> {
        let file = unnamed(path).map_err(|source| full(&source))?;
        let free = || free_bytes(&site.config.data_directory);
        let mut tee = Tee { upload: upload.take(MAX_BUNDLE), file, unchecked: 0, free, failed: None };
        let opened = BundleReader::open(&mut tee, &trusted);
        let verified = match opened {
            Ok(reader) => {
                runtime.block_on(check::policy(&site, reader.header(), reader.signer(), &chosen))?;
                verify_rest(reader)
            }
            Err(error) => Err(error),
        };
        if let Some(source) = tee.failed {
            return Err(full(&source));
        }
        let verified = verified.map_err(refusal)?;
        let mut file = tee.file;
        file.rewind().map_err(|source| full(&source))?;
        Ok((verified, file))
    });
    feeder.run(body, |_| {}).await;
    work.await.map_err(|error| SiteError::internal("verifying a bundle", error))?
}

/// Why a bundle is refused, for who sent it.
pub(super) fn refusal(error: BundleError) -> SiteError {
    SiteError::invalid("body", format!("the bundle is refused: {}", chain(&error)), error.fix())
}

fn full(source: &io::Error) -> SiteError {
    let message = format!("the bundle could not be kept until it is verified: {source}");
    SiteError::unavailable(message, "Free space on the disk of the data directory: it takes the whole bundle.")
}

/// A file that has lost its name: it is gone when it is closed, also by a kill.
fn unnamed(path: PathBuf) -> io::Result<File> {
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    fs::remove_file(path)?;
    Ok(file)
}

/// Writes what is read, as long as there is room.
struct Tee<R, W, F> {
    upload: R,
    file: W,
    /// Bytes that may be written before it is looked again.
    unchecked: u64,
    /// Bytes that are free.
    free: F,
    failed: Option<io::Error>,
}

impl<R: Read, W: Write, F: Fn() -> Option<u64>> Tee<R, W, F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let size = bytes.len() as u64;
        if self.unchecked < size {
            if let Some(missing) = missing((self.free)(), CHECK_EVERY, RESERVE) {
                let message = format!("{missing} bytes more are needed there");
                return Err(io::Error::new(io::ErrorKind::StorageFull, message));
            }
            self.unchecked = CHECK_EVERY;
        }
        self.unchecked = self.unchecked.saturating_sub(size);
        self.file.write_all(bytes)
    }
}

impl<R: Read, W: Write, F: Fn() -> Option<u64>> Read for Tee<R, W, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.upload.read(buffer)?;
        if let Err(error) = self.write(buffer.get(..read).unwrap_or_default()) {
            let told = io::Error::new(error.kind(), error.to_string());
            self.failed = Some(error);
            return Err(told);
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// What is free, and what was written.
    struct Disk<'d>(&'d Cell<u64>, &'d Cell<u64>);

    impl Write for Disk<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.set(self.0.get() - bytes.len() as u64);
            self.1.set(self.1.get() + bytes.len() as u64);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_disk_is_not_filled() {
        // A disk with room for two pieces beside what stays free.
        let (left, written) = (Cell::new(RESERVE + 2 * CHECK_EVERY), Cell::new(0));
        let upload = io::repeat(7).take(3 * CHECK_EVERY);
        let disk = Disk(&left, &written);
        let mut tee = Tee { upload, file: disk, unchecked: 0, free: || Some(left.get()), failed: None };
        let error = io::copy(&mut tee, &mut io::sink()).unwrap_err();
        assert_eq!((error.kind(), written.get()), (io::ErrorKind::StorageFull, 2 * CHECK_EVERY));
        assert_eq!(tee.failed.unwrap().to_string(), format!("{CHECK_EVERY} bytes more are needed there"));
    }
}
