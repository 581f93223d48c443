//! Files that somebody asks for: what is here is handed out, what is not is fetched and handed out
//! while it arrives.
//!
//! What arrives is not verified before it is whole; the last byte waits for that. That is no worse than what any proxy between a
//! server and an agent does: agents check digests and signatures of what they get. A part that turns
//! out to be wrong ends the connections of those who read it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::SignedDuration;
use sluice_content::{ContentError, ContentFile, ContentName, ContentStore};
use tokio::sync::watch;

use super::asked::Asker;
use super::settings::UpdateFiles;
use super::state::{Demand, Progress};
use super::wanted::WantedFile;
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// Most time that a reader waits without a single byte arriving.
const STALL: Duration = Duration::from_secs(60);
/// When to come again after a wait that was too long.
const COME_AGAIN: SignedDuration = SignedDuration::from_secs(30);

/// What there is of a file.
#[derive(Debug)]
pub enum Offer {
    /// The whole.
    Here(ContentFile),
    /// It is on its way.
    Coming(ComingFile),
    /// It would come if its bytes were asked for.
    Known {
        /// Bytes it will have.
        len: u64,
        /// The entity tag it will have.
        etag: String,
    },
    /// Not now; come again after this time.
    Later(SignedDuration),
    /// No update has it, nobody says where it is, or there is no room for it because no deployment
    /// names it. A server that was approved then says that it needs it.
    Absent,
}

/// A file on its way.
#[derive(Debug)]
pub struct ComingFile {
    /// Bytes it will have.
    pub len: u64,
    /// The entity tag it will have.
    pub etag: String,
    progress: watch::Receiver<Progress>,
    /// Which bytes are read; others that come in their place do not fit to them.
    generation: Option<u64>,
}

/// Why the next bytes of a file on its way cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComingError {
    /// They take too long.
    #[error("the bytes take too long to arrive")]
    Slow,
    /// They will not come.
    #[error("the file could not be fetched")]
    Failed,
}

impl ComingFile {
    /// Waits until the byte at a place is here, at most so long.
    ///
    /// # Errors
    /// When it is not.
    pub async fn wait(&mut self, at: u64, most: Duration) -> Result<(), ComingError> {
        self.arrived(at, most).await.map(drop)
    }

    /// Some bytes from a place on, at most `most` of them, as soon as there are any.
    ///
    /// # Errors
    /// When none come, or they cannot be read.
    pub async fn read(&mut self, at: u64, most: u64) -> io::Result<Bytes> {
        let (file, arrived) = self.arrived(at, STALL).await.map_err(io::Error::other)?;
        let len = usize::try_from(most.min(arrived - at)).unwrap_or(0);
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; len];
            file.read_exact_at(&mut piece, at).map(|()| Bytes::from(piece))
        });
        read.await.map_err(io::Error::other)?.map_err(|error| match error.kind() {
            // It was thrown away meanwhile: what came was something else.
            io::ErrorKind::UnexpectedEof => io::Error::other(ComingError::Failed),
            _ => error,
        })
    }

    async fn arrived(&mut self, at: u64, most: Duration) -> Result<(Arc<File>, u64), ComingError> {
        let len = self.len;
        // The last byte is held back until the whole is verified: nobody gets a whole wrong file.
        let visible = |progress: &Progress| match progress.ended {
            Some(true) => progress.arrived,
            _ => progress.arrived.min(len.saturating_sub(1)),
        };
        let has = |progress: &Progress| visible(progress) > at && progress.reader.is_some();
        let there = self.progress.wait_for(|progress| has(progress) || progress.ended.is_some());
        let there = tokio::time::timeout(most, there).await.map_err(|_| ComingError::Slow)?;
        let progress = there.map_err(|_| ComingError::Failed)?;
        if *self.generation.get_or_insert(progress.generation) != progress.generation {
            return Err(ComingError::Failed);
        }
        match &progress.reader {
            Some(reader) if has(&progress) && progress.ended != Some(false) => {
                Ok((Arc::clone(reader), visible(&progress)))
            }
            _ => Err(ComingError::Failed),
        }
    }
}

impl Site {
    /// What there is of a file that an administrator or an approved server asks for, see
    /// [`Site::content_for`].
    ///
    /// # Errors
    /// `Unavailable` when the content cannot be read.
    pub async fn content_file(&self, name: &ContentName) -> SiteResult<Offer> {
        self.content_for(Asker::Known, name).await
    }

    /// What there is of a file that somebody asks for. What is not here and belongs to an update that
    /// is offered is fetched from now on; for somebody unknown only as much as the settings give to
    /// files that no deployment names.
    ///
    /// # Errors
    /// `Unavailable` when the content cannot be read.
    pub async fn content_for(&self, asker: Asker, name: &ContentName) -> SiteResult<Offer> {
        if let Some(file) = find(&self.content, name).await? {
            self.fetching.asked(name, asker, self.now());
            return Ok(Offer::Here(file));
        }
        let Some(file) = self.fetchable(name) else { return Ok(Offer::Absent) };
        // What nobody says the place of would be looked for in the database at every request.
        if self.fetching.is_homeless(&file.name) {
            return Ok(Offer::Absent);
        }
        let (len, now, etag) = (file.size, self.now(), ContentStore::etag(name));
        Ok(match self.fetching.demand(file, asker, now) {
            Demand::Coming(transfer) => {
                self.fetching.asked(name, asker, now);
                Offer::Coming(ComingFile { len, etag, progress: transfer.watch(), generation: None })
            }
            Demand::Failed { again_in } => Offer::Later(again_in.max(COME_AGAIN)),
            Demand::Full => Offer::Later(COME_AGAIN),
            Demand::NoRoom => Offer::Absent,
            Demand::WouldCome => Offer::Known { len, etag },
        })
    }

    /// The file as an update that is offered names it, if it is one to fetch.
    pub(super) fn fetchable(&self, name: &ContentName) -> Option<WantedFile> {
        let view = self.windows.views.load();
        let file = view.files().find_offered(view.catalog(), &name.sha1())?;
        let express = self.fetching.settings().update_files == UpdateFiles::FullAndExpress;
        let wanted = WantedFile::of(file);
        // Under another extension it is another address.
        ((express || !file.is_express()) && wanted.name == *name).then_some(wanted)
    }
}

async fn find(store: &Arc<ContentStore>, name: &ContentName) -> SiteResult<Option<ContentFile>> {
    let (store, name) = (Arc::clone(store), name.clone());
    let found = tokio::task::spawn_blocking(move || store.find(&name)).await;
    let found = found.map_err(|error| SiteError::internal("opening a file of content", error))?;
    found.map_err(|error: ContentError| {
        SiteError::unavailable("the content cannot be read", "Check its place: `sluice doctor`.").with_source(error)
    })
}
