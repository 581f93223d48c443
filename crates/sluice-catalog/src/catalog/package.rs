//! All that is known about the binary packages of one name.

use std::cmp::Ordering;
use std::sync::Arc;

use sluice_model::{IndexId, RevisionId};
use sluice_packages::deb::version;

use super::change::Offer;

/// Number of an architecture in a catalog; `all` is [`ArchNumber::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ArchNumber(pub(crate) u16);

impl ArchNumber {
    /// `all`: fits every device.
    pub(crate) const ALL: Self = Self(0);
}

/// The binary packages of one name: their versions in order, and who offers them.
#[derive(Clone, Debug)]
pub struct Package {
    pub(super) name: Arc<str>,
    /// Ascending; versions that the order calls equal share one place.
    versions: Box<[Box<str>]>,
    /// Binaries of current revisions, whether or not an index offers them; sorted.
    binaries: Box<[PackageBinary]>,
    /// Sorted by version, highest first, then as the fields stand.
    offers: Box<[PackageOffer]>,
}

/// A binary of a current revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PackageBinary {
    /// Its version's place among the versions of the name.
    pub(crate) rank: u32,
    pub(crate) arch: ArchNumber,
    pub(crate) revision: RevisionId,
}

/// A binary that an index offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PackageOffer {
    /// Its version's place among the versions of the name.
    pub(crate) rank: u32,
    pub(crate) index: IndexId,
    /// The current revision of the update it belongs to.
    pub(crate) revision: RevisionId,
    /// The revision and ordinal the index names, which may be an older one.
    pub(crate) offer: Offer,
    pub(crate) arch: ArchNumber,
}

/// A binary or an offer before its version has a place.
pub(super) struct Unranked<'a, T> {
    pub(super) version: &'a str,
    pub(super) item: T,
}

impl Package {
    /// Puts the versions in order and the items on their places.
    pub(super) fn build(
        name: Arc<str>,
        binaries: Vec<Unranked<'_, PackageBinary>>,
        offers: Vec<Unranked<'_, PackageOffer>>,
    ) -> Self {
        let mut versions: Vec<&str> =
            binaries.iter().map(|b| b.version).chain(offers.iter().map(|o| o.version)).collect();
        // Equal in the order but spelled differently: the smaller spelling stands for both.
        versions.sort_unstable_by(|a, b| version::compare(a, b).then_with(|| a.cmp(b)));
        versions.dedup_by(|b, a| version::compare(a, b) == Ordering::Equal);
        let rank =
            |text: &str| rank_of(versions.binary_search_by(|v| version::compare(v, text)).unwrap_or_else(|at| at));
        let mut binaries: Vec<_> = binaries.iter().map(|b| PackageBinary { rank: rank(b.version), ..b.item }).collect();
        binaries.sort_unstable();
        let mut offers: Vec<_> = offers.iter().map(|o| PackageOffer { rank: rank(o.version), ..o.item }).collect();
        offers.sort_unstable_by(|a, b| b.rank.cmp(&a.rank).then_with(|| a.cmp(b)));
        Self {
            name,
            versions: versions.into_iter().map(Box::from).collect(),
            binaries: binaries.into(),
            offers: offers.into(),
        }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All known versions, ascending. Versions that differ only in spelling appear once.
    pub fn versions(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.versions.iter().map(AsRef::as_ref)
    }

    /// The version of a place.
    pub(crate) fn version(&self, rank: u32) -> &str {
        self.versions.get(rank as usize).map_or("", AsRef::as_ref)
    }

    /// The place of a version, or the place it would take.
    pub(crate) fn place(&self, text: &str) -> Result<u32, u32> {
        self.versions.binary_search_by(|v| version::compare(v, text)).map(rank_of).map_err(rank_of)
    }

    pub(crate) fn binaries(&self) -> &[PackageBinary] {
        &self.binaries
    }

    /// The binaries of one version.
    pub(crate) fn binaries_of(&self, rank: u32) -> &[PackageBinary] {
        let from = self.binaries.partition_point(|b| b.rank < rank);
        let to = self.binaries.partition_point(|b| b.rank <= rank);
        self.binaries.get(from..to).unwrap_or_default()
    }

    /// The offers, highest version first.
    pub(crate) fn offers(&self) -> &[PackageOffer] {
        &self.offers
    }
}

/// A place as a number. Versions of one name are bounded by the binaries in memory.
fn rank_of(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
