//! A catalog.

use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use super::content::File;
use super::document::Document;
use super::facts::{self, MachineFacts, Profile};
use super::ids::Ids;
use super::plan::{self, Item};
use super::shape::CatalogShape;

/// All documents of a shape and a seed. What they have in common takes a few MB; the documents are made when they are
/// written.
#[derive(Clone, Debug)]
pub struct Catalog {
    shape: CatalogShape,
    ids: Ids,
    items: Vec<Item>,
}

impl Catalog {
    /// Plans a catalog.
    #[must_use]
    pub fn new(shape: CatalogShape, seed: u64) -> Self {
        let ids = Ids::new(seed);
        let items = plan::plan(&shape, ids);
        Self { shape, ids, items }
    }

    /// The documents, none before what it names as a prerequisite or member.
    pub fn documents(&self) -> impl ExactSizeIterator<Item = Document<'_>> {
        self.items.iter().map(|item| Document { item })
    }

    /// Writes all documents one after the other, each on a line of its own: what `sluice catalog import -` reads.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write_stream(&self, out: &mut impl io::Write) -> io::Result<()> {
        for document in self.documents() {
            document.write(out)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Writes each document into a file `<update>-r<revision>.xml` of a folder, which is made if it is not there.
    ///
    /// # Errors
    /// When the folder or a file cannot be written.
    pub fn write_directory(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        for document in self.documents() {
            let revision = document.revision();
            let mut out =
                BufWriter::new(fs::File::create(folder.join(format!("{}-r{}.xml", revision.id, revision.number)))?);
            document.write(&mut out)?;
            out.flush()?;
        }
        Ok(())
    }

    /// The content of the file with a SHA-1; `None`: no such file, or the shape makes no contents.
    #[must_use]
    pub fn content(&self, sha1: &[u8; 20]) -> Option<Vec<u8>> {
        self.shape.content?;
        self.items.iter().flat_map(|item| &item.files).find(|file| file.sha1 == *sha1).map(File::bytes)
    }

    /// SHA-1 and name of every file.
    pub fn files(&self) -> impl Iterator<Item = ([u8; 20], &str)> {
        self.items.iter().flat_map(|item| &item.files).map(|file| (file.sha1, file.name.as_str()))
    }

    /// What a machine has that these rules ask for.
    #[must_use]
    pub fn facts(&self, profile: Profile) -> MachineFacts {
        facts::machine(profile, &self.shape, self.ids, &self.items)
    }
}
