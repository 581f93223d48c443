//! The thread that reads: from bytes to items that are ready to be stored.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sluice_catalog::Catalog;
use sluice_model::{RevisionRef, UpdateId};
use sluice_wsus::container::{self, ContainerError, Files, Spool, Stop, shown};
use sluice_wsus::update::decode;
use sluice_wsus::update::stream::{DocumentStream, NotADocument};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::derive::{self, Derived};
use super::{ImportError, LIMITS};
use crate::error::chain;

/// The root of the list in a WSUS export. Beside its documents it says nothing new.
const EXPORT_LIST: &str = "ExportPackage";

/// What comes of a document.
#[derive(Debug)]
pub(crate) enum Item {
    /// Ready to be stored.
    New(Box<Derived>),
    /// A revision that is in the catalog; whether the text is the same is to be seen.
    Known { revision: RevisionRef, text: Vec<u8> },
    /// Not to be taken in.
    Refused {
        /// What names it.
        item: String,
        /// Why, one line.
        reason: String,
    },
    /// A file was read to its end: what was wrong with it before and was not named again is fine.
    Read {
        /// The file.
        name: String,
    },
}

impl Item {
    /// Bytes that it takes until it is stored.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::New(derived) => derived.size(),
            Self::Known { text, .. } => text.len(),
            Self::Refused { item, reason } => item.len() + reason.len(),
            Self::Read { name } => name.len(),
        }
    }
}

/// What to read, and where to.
pub(super) struct Reading {
    /// What people call it.
    pub(super) name: String,
    /// The catalog against which revisions are known.
    pub(super) catalog: Arc<Catalog>,
    /// What a temporary file may be called.
    pub(super) spool: PathBuf,
    pub(super) items: mpsc::Sender<Item>,
}

impl Reading {
    /// Reads everything; how many documents there were.
    pub(super) fn run(self, mut upload: impl Read) -> Result<u64, ImportError> {
        let name = shown(&self.name);
        let path = self.spool.clone();
        let mut spool = || unnamed(&path).map(|file| Box::new(file) as Box<dyn Spool>);
        let mut found = Found { reading: self, documents: 0, refused: 0 };
        container::open(&name, &mut upload, LIMITS, &mut spool, &mut found)?;
        if found.documents + found.refused == 0 {
            return Err(ImportError::Empty { name });
        }
        Ok(found.documents)
    }
}

/// A file that has lost its name: it is gone when it is closed, also by a kill.
fn unnamed(path: &Path) -> io::Result<File> {
    let file = File::options().read(true).write(true).create_new(true).open(path)?;
    fs::remove_file(path)?;
    Ok(file)
}

struct Found {
    reading: Reading,
    documents: u64,
    refused: u64,
}

impl Found {
    fn send(&mut self, item: Item) -> Result<(), ImportError> {
        self.reading.items.blocking_send(item).map_err(|_| ImportError::Stopped)
    }

    fn refused(&mut self, item: String, reason: String) -> Result<(), ImportError> {
        self.refused += 1;
        self.send(Item::Refused { item, reason })
    }

    fn document(&mut self, place: String, bytes: &[u8]) -> Result<(), ImportError> {
        let item = read_document(&self.reading.catalog, place, bytes);
        self.refused += u64::from(matches!(item, Item::Refused { .. }));
        self.send(item)
    }
}

/// What comes of the bytes of a document. `place` names it when it does not say what it is; `catalog`
/// is the one against which revisions are known.
pub(crate) fn read_document(catalog: &Catalog, place: String, bytes: &[u8]) -> Item {
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(error) => return Item::Refused { item: place, reason: chain(&error) },
    };
    let revision = derive::identify(&text);
    if let Some(revision) = revision.filter(|revision| catalog.exact(*revision).is_some()) {
        return Item::Known { revision, text: text.into_owned().into_bytes() };
    }
    match Derived::from_text(&text) {
        Ok(derived) => Item::New(Box::new(derived)),
        Err(error) => Item::Refused { item: revision.map_or(place, item_of), reason: chain(&error) },
    }
}

impl Files for Found {
    type Error = ImportError;

    fn file(&mut self, name: &str, content: &mut dyn Read) -> Result<(), Stop<ImportError>> {
        let before = self.documents;
        let mut lists = 0_u64;
        let mut stream = DocumentStream::new(content);
        loop {
            let document = match stream.next_document() {
                Ok(Some(document)) => document,
                Ok(None) => break,
                Err(source) => return Err(ContainerError::of(name, source).into()),
            };
            let place = place_of(name, document.position);
            match document.text {
                Ok(bytes) => {
                    self.documents += 1;
                    self.document(place, &bytes).map_err(Stop::Taker)?;
                }
                Err(NotADocument::OtherRoot { name: root }) if root == EXPORT_LIST => lists += 1,
                Err(why) => {
                    let named = match &why {
                        NotADocument::Unclosed { text } => decode(text).ok().and_then(|text| derive::identify(&text)),
                        _ => None,
                    };
                    self.refused(named.map_or(place, item_of), why.to_string()).map_err(Stop::Taker)?;
                }
            }
        }
        // In a cabinet the list has a file of its own, and the documents another one.
        if lists > 0 && self.documents == before && !name.to_ascii_lowercase().ends_with("package.xml") {
            let reason = "it holds the list of a WSUS export without the documents: how they are written in .xml.gz \
                is not public; export to a file that ends with .cab";
            self.refused(place_of(name, 0), reason.to_owned()).map_err(Stop::Taker)?;
        }
        self.send(Item::Read { name: name.to_owned() }).map_err(Stop::Taker)
    }

    fn refuse(&mut self, name: &str, error: ContainerError) -> Result<(), Stop<ImportError>> {
        self.refused(place_of(name, 0), chain(&error)).map_err(Stop::Taker)
    }
}

/// What names a revision in the quarantine.
pub(crate) fn item_of(revision: RevisionRef) -> String {
    format!("update {} revision {}", revision.update, revision.number)
}

/// The revision that [`item_of`] named.
pub(crate) fn revision_of(item: &str) -> Option<RevisionRef> {
    let (update, number) = item.strip_prefix("update ")?.split_once(" revision ")?;
    Some(RevisionRef { update: UpdateId(Uuid::try_parse(update).ok()?), number: number.parse().ok()? })
}

/// What names something without an identity in the quarantine.
fn place_of(name: &str, position: u64) -> String {
    format!("{}{position}", place_prefix(name))
}

/// What the names of everything in a file begin with.
pub(super) fn place_prefix(name: &str) -> String {
    format!("{name}, byte ")
}
