//! From a document to the relations a site works with.

use sluice_model::id::{CategoryId, UpdateId};
use sluice_model::update::{Classification, UpdateKind};

use super::document::{
    BundleClause, CategoryInformation, CategoryType, File, PrerequisiteClause, PublicationState, Revision,
    UpdateDocument, UpdateType,
};

/// What a revision is and how it relates to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateRelations {
    /// Which revision.
    pub revision: Revision,
    /// Software, driver, category or detectoid.
    pub kind: UpdateKind,
    /// Of a category: which kind it is.
    pub category: Option<CategoryInformation>,
    /// Its classification, when a clause of its prerequisites names a known one.
    pub classification: Option<Classification>,
    /// The other categories it belongs to: its products and, of a category, the category above. From the clauses
    /// that are marked as categories; members of bundles name their product in an unmarked clause (peer-wsus-rs.md
    /// §7.7, Q73), which only a catalog can tell from other prerequisites.
    pub products: Vec<CategoryId>,
    /// What must be installed first, in conjunctive normal form; categories included.
    pub prerequisites: Vec<PrerequisiteClause>,
    /// What it consists of: exact revisions, in conjunctive normal form.
    pub bundled: Vec<BundleClause>,
    /// What it replaces.
    pub supersedes: Vec<UpdateId>,
    /// What there is to download.
    pub files: Vec<UpdateFile>,
    /// Withdrawn by its publisher.
    pub expired: bool,
    /// May be deployed by itself.
    pub explicitly_deployable: bool,
}

/// A file of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateFile {
    /// Name without folder.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-1, its name on servers.
    pub sha1: [u8; 20],
    /// SHA-256, to verify by.
    pub sha256: Option<[u8; 32]>,
    /// Holds licence terms instead of content.
    pub licence: bool,
}

impl From<&UpdateDocument<'_>> for UpdateRelations {
    fn from(document: &UpdateDocument<'_>) -> Self {
        let prerequisites = &document.relationships.prerequisites;
        let classification =
            prerequisites.iter().flat_map(|clause| &clause.any_of).find_map(|id| Classification::from_id(id.0));
        let mut products: Vec<CategoryId> = prerequisites
            .iter()
            .filter(|clause| clause.is_category)
            .flat_map(|clause| &clause.any_of)
            .filter(|id| Classification::from_id(id.0).is_none())
            .map(|id| CategoryId(id.0))
            .collect();
        products.sort_unstable();
        products.dedup();
        let file = |file: &File<'_>, licence| UpdateFile {
            name: file.name.clone().into_owned(),
            size: file.size,
            sha1: file.sha1,
            sha256: file.sha256,
            licence,
        };
        Self {
            revision: document.revision,
            kind: match document.properties.update_type {
                UpdateType::Software => UpdateKind::Software,
                UpdateType::Driver => UpdateKind::Driver,
                UpdateType::Category => UpdateKind::Category,
                UpdateType::Detectoid => UpdateKind::Detectoid,
            },
            category: document.handler.as_ref().and_then(|handler| handler.category),
            classification,
            products,
            prerequisites: prerequisites.clone(),
            bundled: document.relationships.bundled.clone(),
            supersedes: document.relationships.superseded.clone(),
            files: document
                .files
                .iter()
                .map(|content| file(content, false))
                .chain(document.licence_files.iter().map(|terms| file(&terms.file, true)))
                .collect(),
            expired: document.properties.publication_state == PublicationState::Expired,
            explicitly_deployable: document.properties.explicitly_deployable,
        }
    }
}

impl UpdateRelations {
    /// Whether it is a category of this level.
    #[must_use]
    pub fn is_category(&self, category_type: CategoryType) -> bool {
        self.category.is_some_and(|category| category.category_type == category_type)
    }
}

#[cfg(test)]
mod tests;
