//! What documents a catalog has: all that differs between them, without the long parts.

mod categories;
mod cbs;
mod cumulative;
mod detectoids;
mod drivers;
mod other;
mod rules;
mod software;

use sluice_model::id::UpdateId;
use sluice_wsus::update::document::Revision;

use super::content::File;
use super::document::DocumentKind;
use super::ids::Ids;
use super::month::Published;
use super::shape::CatalogShape;

pub(super) use drivers::hardware;
pub(super) use other::REMOVAL_TOOL_KEY;
pub(super) use other::removal_tool;
pub(super) use rules::escape;
pub(super) use software::{PATCHED, patch_product};

/// One document.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub revision: Revision,
    pub kind: DocumentKind,
    pub published: Published,
    pub properties: Properties,
    /// English first.
    pub texts: Vec<Text>,
    pub prerequisites: Vec<Clause>,
    /// Clauses of exact revisions.
    pub bundled: Vec<Vec<Revision>>,
    pub superseded: Vec<UpdateId>,
    pub rules: Option<Rules>,
    pub files: Vec<File>,
    pub handler: Handler,
}

/// What the `Properties` element says beside type, date and handler.
#[derive(Clone, Debug, Default)]
pub(super) struct Properties {
    pub kb: Option<u32>,
    pub severity: Option<&'static str>,
    /// `RebootBehavior` when it is installed; `None`: says nothing.
    pub reboot: Option<&'static str>,
    pub removable: bool,
    pub upgrade: bool,
}

/// Title and description in a language.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub language: &'static str,
    pub title: String,
    pub description: String,
}

/// A clause of prerequisites.
#[derive(Clone, Debug)]
pub(super) enum Clause {
    /// Exactly this, as a bare identity.
    One(UpdateId),
    /// `AtLeastOne`.
    Any(Vec<UpdateId>),
    /// `AtLeastOne` with `IsCategory`.
    Category(UpdateId),
}

/// Applicability rules, as XML of the document.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    pub installed: String,
    pub installable: String,
    pub superseded: String,
    pub metadata: Metadata,
}

/// What rules without parameters compare with.
#[derive(Clone, Debug, Default)]
pub(super) enum Metadata {
    #[default]
    None,
    /// XML.
    Text(String),
    /// A package manifest, made when it is written.
    Manifest(Manifest),
}

/// A package manifest of a size.
#[derive(Clone, Debug)]
pub(super) struct Manifest {
    /// Of the package.
    pub name: String,
    pub version: String,
    pub architecture: &'static str,
    pub kb: u32,
    pub release_type: &'static str,
    /// The build of Windows it is for.
    pub build: u32,
    /// About so many bytes.
    pub bytes: u64,
    pub seed: u64,
}

impl Manifest {
    /// The package's identity, as the servicing stack names it.
    pub(super) fn identity(&self) -> String {
        let Self { name, version, architecture, .. } = self;
        format!("{name}~{TOKEN}~{architecture}~~{version}")
    }
}

/// Public key token of Microsoft's packages.
pub(super) const TOKEN: &str = "31bf3856ad364e35";

/// Which handler, with its data.
#[derive(Clone, Debug)]
pub(super) enum Handler {
    /// Detectoids and bundles.
    None,
    Category {
        level: &'static str,
        attributes: &'static str,
    },
    CommandLine {
        program: String,
    },
    Cbs,
    OsInstaller {
        product: &'static str,
        release: String,
    },
    WindowsInstaller {
        patch: String,
    },
    Driver,
}

/// What planning works with.
pub(super) struct Planner<'s> {
    pub shape: &'s CatalogShape,
    pub ids: Ids,
    pub items: Vec<Item>,
}

impl Planner<'_> {
    /// A file of an update.
    fn file(&self, of: UpdateId, number: usize, name: String, size: u64, patching: &'static str) -> File {
        let stream = self.ids.random(&of.to_string(), number);
        File::new(name, size, patching, stream, self.shape.content)
    }
}

/// The documents in an order in which nothing comes before what it needs.
pub(super) fn plan(shape: &CatalogShape, ids: Ids) -> Vec<Item> {
    let mut planner = Planner { shape, ids, items: Vec::new() };
    let products = planner.categories();
    planner.detectoids(&products);
    planner.cumulative();
    planner.removal_tools();
    planner.cbs();
    planner.patches();
    planner.other_months();
    planner.drivers();
    planner.items
}

/// Titles in the languages of the catalog, where only a few words differ.
fn texts(english: &str, german: &str, dutch: &str, description: [&str; 3]) -> Vec<Text> {
    let [in_english, in_german, in_dutch] = description;
    [("en", english, in_english), ("de", german, in_german), ("nl", dutch, in_dutch)]
        .into_iter()
        .map(|(language, title, description)| Text {
            language,
            title: title.to_owned(),
            description: description.to_owned(),
        })
        .collect()
}

/// A title that is the same everywhere.
fn name(title: &str) -> Vec<Text> {
    texts(title, title, title, [title; 3])
}
