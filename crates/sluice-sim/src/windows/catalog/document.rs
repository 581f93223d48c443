//! One document of a catalog.

use std::io;

use sluice_wsus::update::document::Revision;

use super::plan::{Item, Metadata};
use super::write;

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// A company, classification, product family or product.
    Category,
    /// A rule that only detects something.
    Detectoid,
    /// A bundle that administrators see.
    Bundle,
    /// A member of a bundle, which has the files.
    Member,
    /// Software that is not in a bundle.
    Standalone,
    /// A driver.
    Driver,
}

impl DocumentKind {
    /// Whether administrators see it.
    #[must_use]
    pub fn is_shown(self) -> bool {
        matches!(self, Self::Bundle | Self::Standalone | Self::Driver)
    }
}

/// A document, not yet written.
#[derive(Clone, Copy, Debug)]
pub struct Document<'c> {
    pub(super) item: &'c Item,
}

impl<'c> Document<'c> {
    /// Which revision of which update.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.item.revision
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> DocumentKind {
        self.item.kind
    }

    /// Its English title.
    #[must_use]
    pub fn title(&self) -> &'c str {
        self.item.texts.first().map_or("", |text| &text.title)
    }

    /// The members of a bundle.
    pub fn members(&self) -> impl Iterator<Item = Revision> + 'c {
        self.item.bundled.iter().flatten().copied()
    }

    /// Bytes of the package manifest in it; 0: it has none. What else it holds is a few KB.
    #[must_use]
    pub fn manifest_bytes(&self) -> u64 {
        match self.item.rules.as_ref().map(|rules| &rules.metadata) {
            Some(Metadata::Manifest(manifest)) => manifest.bytes,
            _ => 0,
        }
    }

    /// Writes it, without an XML declaration and without a line break at its end.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write(&self, out: &mut impl io::Write) -> io::Result<()> {
        write::document(self.item, out)
    }

    /// The whole of it; up to 47 MB.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut bytes = Vec::with_capacity(usize::try_from(self.manifest_bytes()).unwrap_or(0) + 8192);
        // A vector takes everything, and what is written is text.
        let _always_fits = self.write(&mut bytes);
        String::from_utf8(bytes).unwrap_or_default()
    }
}
