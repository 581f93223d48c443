//! Categories, and the package indices in which updates are offered.

use jiff::Timestamp;

use crate::id::{CategoryId, IndexId, SourceId};
use crate::update::Classification;

/// The level of a category in the tree company > product family > product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CategoryKind {
    /// A vendor: `Debian`.
    Company,
    /// A distribution release: `Debian 12 (bookworm)`.
    ProductFamily,
    /// A component of a release: `Debian 12 (bookworm) main`.
    Product,
}

/// What was chosen for a category: by an administrator, or by the definition of a source. It holds
/// for all below it, also for what comes later, unless something else is chosen there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Choice {
    /// Upstream sources are asked for its updates, and devices are offered them.
    Selected,
    /// Neither.
    Deselected,
}

/// A node of the category tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// Identity.
    pub id: CategoryId,
    /// Level.
    pub kind: CategoryKind,
    /// The node above; `None` for a company.
    pub parent: Option<CategoryId>,
    /// What people read.
    pub title: String,
}

/// The part of a distribution release an index belongs to. It decides the classification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pocket {
    /// The release itself, changed only by point releases.
    Base,
    /// Fixes between point releases (`-updates`).
    Updates,
    /// Security fixes (`-security`).
    Security,
    /// Anything else (`-backports`, `-proposed-updates`); a product of its own, because it must
    /// not supersede the release.
    Other,
}

impl Pocket {
    /// The classification of what is offered in the pocket.
    ///
    /// `point_releases` says that the suite has point releases: its signed Release names a
    /// `Version`. What the base suite of such a release offers beyond what a device has arrived by
    /// a point release, so it is an update rollup; in a suite without them it is just an update.
    #[must_use]
    pub fn classification(self, point_releases: bool) -> Classification {
        match self {
            Self::Security => Classification::SecurityUpdates,
            Self::Base if point_releases => Classification::UpdateRollups,
            Self::Base | Self::Updates | Self::Other => Classification::Updates,
        }
    }
}

/// What names one package index for ever: a source's suite, component and architecture.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexKey {
    /// The source it is synchronized by.
    pub source: SourceId,
    /// Archive root without trailing slash: `http://deb.example/debian`.
    pub uri: String,
    /// The suite as the source names it: `bookworm-security`.
    pub suite: String,
    /// Component: `main`.
    pub component: String,
    /// Architecture: `amd64`.
    pub architecture: String,
}

/// One package index and the signed facts about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageIndex {
    /// Dense number.
    pub id: IndexId,
    /// What names it.
    pub key: IndexKey,
    /// The product its updates belong to.
    pub product: CategoryId,
    /// The pocket.
    pub pocket: Pocket,
    /// Whether the suite has point releases, see [`Pocket::classification`].
    pub point_releases: bool,
    /// `Origin` of the Release.
    pub origin: String,
    /// `Label` of the Release.
    pub label: String,
    /// `Suite` of the Release (apt's archive, `a=`): `oldstable-security`.
    pub archive: String,
    /// `Codename` of the Release.
    pub codename: String,
    /// `Date` of the Release in force.
    pub date: Option<Timestamp>,
    /// `NotAutomatic: yes`: apt gives it priority 1 (or 100) instead of 500.
    pub not_automatic: bool,
    /// `ButAutomaticUpgrades: yes`.
    pub but_automatic_upgrades: bool,
}

impl PackageIndex {
    /// The priority apt gives it without a pin (`apt_preferences(5)`).
    #[must_use]
    pub fn default_priority(&self) -> i32 {
        match (self.not_automatic, self.but_automatic_upgrades) {
            (false, _) => 500,
            (true, true) => 100,
            (true, false) => 1,
        }
    }
}
