//! The thread that reads a verified bundle: documents go on as items, files into the content
//! directory, decisions are kept until everything else is there.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

use sluice_bundle::{
    AcceptedLicence, BundleError, BundleReader, DeclinedUpdate, DeploymentHead, Head, Part, PublicKey, Targeting,
};
use sluice_bundle::{Record, ids_from_bytes};
use sluice_catalog::Catalog;
use sluice_content::{ContentError, ContentName, ContentStore, Expected};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::content::room::{RESERVE, free_bytes, missing};
use crate::windows::import::{Item, read_document};

/// Most bytes of lists that are kept: far more than ten thousand groups and deployments have.
const MAX_LISTS: usize = 256 << 20;
/// Bytes read at a time.
const PIECE: usize = 256 << 10;

/// What the thread needs.
pub(super) struct Reading {
    pub(super) file: File,
    pub(super) signer: PublicKey,
    pub(super) chosen: Vec<Part>,
    /// The catalog against which revisions are known.
    pub(super) catalog: Arc<Catalog>,
    pub(super) content: Arc<ContentStore>,
    pub(super) found: mpsc::Sender<Found>,
}

/// What the thread hands on.
pub(super) enum Found {
    /// A document.
    Item(Item),
    /// All documents came.
    NoMoreDocuments,
    /// A file is there; whether it was before, and its bytes.
    File { new: bool, bytes: u64 },
}

/// Everything that is decided about updates, as it came.
#[derive(Default)]
pub(super) struct Decisions {
    pub(super) collections: Vec<(Uuid, String, Option<Uuid>)>,
    pub(super) groups: Vec<(Uuid, String, Vec<Uuid>)>,
    pub(super) deployments: Vec<(DeploymentHead, Vec<Uuid>)>,
    /// `None`: the bundle says nothing.
    pub(super) declined: Option<Vec<DeclinedUpdate>>,
    pub(super) licences: Option<Vec<AcceptedLicence>>,
    pub(super) deselected: Option<Vec<Uuid>>,
    pub(super) settings: Option<(Targeting, u64)>,
}

/// Why reading ended early.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadingError {
    #[error("the bundle can no longer be read")]
    Bundle(#[from] BundleError),
    #[error("the file {name} of the bundle could not be stored")]
    Content { name: String, source: ContentError },
    #[error(
        "there is no room for the file {name} of the bundle: {missing} bytes more are needed on the disk of {place}"
    )]
    Full { name: String, missing: u64, place: String },
    #[error("the lists of the bundle have more than {MAX_LISTS} bytes")]
    TooMany,
    #[error("the import was given up")]
    Stopped,
}

impl Reading {
    /// Reads to the end.
    pub(super) fn run(self) -> Result<Decisions, ReadingError> {
        let mut reader = BundleReader::open(BufReader::with_capacity(PIECE, &self.file), &[self.signer])?;
        let (mut decisions, mut lists, mut documents) = (Decisions::default(), 0, true);
        while let Some(record) = reader.next_record()? {
            let part = record.head.part();
            if part != Part::Documents && std::mem::take(&mut documents) {
                self.send(Found::NoMoreDocuments)?;
            }
            if !self.chosen.contains(&part) {
                continue;
            }
            match record.head.clone() {
                Head::Document { update, revision } => {
                    let text = reader.plain_bytes(&record)?;
                    let place = format!("bundled document of update {update} revision {revision}");
                    self.send(Found::Item(read_document(&self.catalog, place, &text)))?;
                }
                Head::File { name, sha256 } => self.file(&mut reader, &record, &name, &sha256)?,
                Head::Settings { targeting, cookie_life } => decisions.settings = Some((targeting, cookie_life)),
                Head::Collection { id, name, parent } => decisions.collections.push((id, name, parent)),
                head => {
                    let bytes = reader.plain_bytes(&record)?;
                    lists += bytes.len() + 1_000;
                    if lists > MAX_LISTS {
                        return Err(ReadingError::TooMany);
                    }
                    decisions.list(head, &bytes);
                }
            }
        }
        if documents {
            self.send(Found::NoMoreDocuments)?;
        }
        Ok(decisions)
    }

    fn send(&self, found: Found) -> Result<(), ReadingError> {
        self.found.blocking_send(found).map_err(|_| ReadingError::Stopped)
    }

    fn file<R: Read>(
        &self,
        reader: &mut BundleReader<R>,
        record: &Record,
        name: &str,
        sha256: &str,
    ) -> Result<(), ReadingError> {
        let failed = |source| ReadingError::Content { name: name.to_owned(), source };
        let Some(parsed) = ContentName::parse(name) else { return Ok(()) };
        if self.content.size(&parsed).map_err(failed)? == Some(record.size) {
            return self.send(Found::File { new: false, bytes: record.size });
        }
        let directory = self.content.directory();
        if let Some(missing) = missing(free_bytes(directory), record.size, RESERVE) {
            let place = directory.display().to_string();
            return Err(ReadingError::Full { name: name.to_owned(), missing, place });
        }
        let mut digest = [0; 32];
        let sha256 = hex::decode_to_slice(sha256, &mut digest).is_ok().then_some(digest);
        let expected = Expected { sha1: Some(parsed.sha1()), sha256, size: Some(record.size) };
        let added = reader.plain(record, |plain| self.content.add(plain, name, &expected))?.map_err(failed)?;
        self.send(Found::File { new: added.new, bytes: added.size })
    }
}

impl Decisions {
    /// A list; one that cannot be read was refused when the bundle was verified.
    fn list(&mut self, head: Head, bytes: &[u8]) {
        let ids = || ids_from_bytes(bytes).unwrap_or_default();
        match head {
            Head::Group { id, name } => self.groups.push((id, name, ids())),
            Head::Deployment(deployment) => self.deployments.push((deployment, ids())),
            Head::Selection {} => self.deselected = Some(ids()),
            Head::Declined {} => self.declined = serde_json::from_slice(bytes).ok(),
            Head::Licences {} => self.licences = serde_json::from_slice(bytes).ok(),
            Head::Document { .. } | Head::File { .. } | Head::Collection { .. } | Head::Settings { .. } => {}
        }
    }
}

impl ReadingError {
    /// Whether the disk is full.
    pub(super) fn is_disk_full(&self) -> bool {
        match self {
            Self::Full { .. } => true,
            Self::Content { source, .. } => source.is_disk_full(),
            Self::Bundle(BundleError::Read(error)) => error.kind() == io::ErrorKind::StorageFull,
            _ => false,
        }
    }
}
