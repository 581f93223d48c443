//! apt's choice of a candidate for one package.
//!
//! Follows `pkgPolicy::GetCandidateVer` and `pkgPolicy::GetPriority` of apt (`apt-pkg/policy.cc`):
//! versions are looked at from the highest down; one is taken if its priority is positive and
//! higher than that of the one taken before, and it is not lower than what is installed unless its
//! priority is 1000 or more. Phased updates are not held back: which devices are in a phase
//! depends on the machine's secret identity, which no device tells.

use std::cmp::Ordering;
use std::ops::Range;

use sluice_packages::deb::version;

use crate::catalog::{ArchNumber, Package, PackageOffer};

use super::profile::Profile;

/// The priority apt gives the version in dpkg's status file.
const INSTALLED_PRIORITY: i32 = 100;
/// From this priority on a version is taken even if that is a downgrade (`apt_preferences(5)`).
const DOWNGRADE_PRIORITY: i32 = 1000;

/// The (name, architecture) place an installed package has for apt, as to architecture.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    /// `None`: the catalog holds no package of the architecture.
    pub(crate) architecture: Option<ArchNumber>,
    pub(crate) native: bool,
}

impl Slot {
    /// Whether packages of an architecture can take the place.
    pub(crate) fn fits(self, architecture: ArchNumber) -> bool {
        (self.native && architecture == ArchNumber::ALL) || self.architecture == Some(architecture)
    }
}

/// What apt makes of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is the candidate.
    Candidate,
    /// Its priority is zero or negative: never installed.
    NeverPriority,
    /// It is lower than what is installed, and its priority is not high enough for a downgrade.
    LowerThanInstalled,
    /// Another version has a higher priority, or the same and is higher.
    Outranked,
}

/// A version that apt looked at.
#[derive(Clone, Debug)]
pub(crate) struct Weighed {
    /// Its place; `None` for an installed version the catalog does not know.
    pub(crate) rank: Option<u32>,
    /// Its offers among [`Package::offers`], usable or not.
    pub(crate) offers: Range<usize>,
    /// Compared with the installed version.
    pub(crate) order: Ordering,
    pub(crate) priority: i32,
    pub(crate) pinned: bool,
    pub(crate) verdict: Verdict,
}

/// Weighs the versions of a package for a device that has `installed`, into `out`, highest first.
/// `pins` are the versions of this package that the device pins. Versions that no subscribed index
/// offers for the slot, and that are not installed, do not exist for apt and are not in `out`.
pub(crate) fn weigh<'p>(
    package: &Package,
    profile: &Profile,
    slot: Slot,
    installed: &str,
    pins: impl Iterator<Item = (&'p str, i32)> + Clone,
    out: &mut Vec<Weighed>,
) {
    out.clear();
    let place = package.place(installed);
    let pin = |text: &str| {
        let fits = |(pinned, _): &(&str, i32)| version::compare(pinned, text) == Ordering::Equal;
        pins.clone().filter(fits).map(|(_, priority)| priority).max()
    };
    let mut chosen = Chosen { out, at: None };
    let mut installed_seen = false;
    let mut start = 0;
    for offers in package.offers().chunk_by(|a, b| a.rank == b.rank) {
        let range = start..start + offers.len();
        start = range.end;
        let Some(rank) = offers.first().map(|offer| offer.rank) else { continue };
        let order = match place {
            Ok(installed) => rank.cmp(&installed),
            Err(next) if rank < next => Ordering::Less,
            Err(_) => Ordering::Greater,
        };
        if order == Ordering::Less && !installed_seen {
            installed_seen = true;
            chosen.consider(
                place.ok(),
                range.start..range.start,
                Ordering::Equal,
                Some(INSTALLED_PRIORITY),
                pin(installed),
            );
        }
        let usable = |offer: &PackageOffer| profile.usable(slot, offer).ok();
        let mut priority = offers.iter().filter_map(usable).max();
        if order == Ordering::Equal {
            installed_seen = true;
            priority = priority.max(Some(INSTALLED_PRIORITY));
        }
        chosen.consider(Some(rank), range, order, priority, pin(package.version(rank)));
    }
    if !installed_seen {
        chosen.consider(place.ok(), start..start, Ordering::Equal, Some(INSTALLED_PRIORITY), pin(installed));
    }
}

struct Chosen<'o> {
    out: &'o mut Vec<Weighed>,
    at: Option<usize>,
}

impl Chosen<'_> {
    /// `files`: the highest priority of what holds the version; `None` when nothing does.
    fn consider(
        &mut self,
        rank: Option<u32>,
        offers: Range<usize>,
        order: Ordering,
        files: Option<i32>,
        pin: Option<i32>,
    ) {
        let Some(files) = files else { return };
        let priority = pin.unwrap_or(files);
        let before = self.at.and_then(|at| self.out.get_mut(at));
        let verdict = if priority <= 0 {
            Verdict::NeverPriority
        } else if order == Ordering::Less && priority < DOWNGRADE_PRIORITY {
            Verdict::LowerThanInstalled
        } else if before.as_ref().is_some_and(|before| before.priority >= priority) {
            Verdict::Outranked
        } else {
            if let Some(before) = before {
                before.verdict = Verdict::Outranked;
            }
            self.at = Some(self.out.len());
            Verdict::Candidate
        };
        self.out.push(Weighed { rank, offers, order, priority, pinned: pin.is_some(), verdict });
    }
}

impl Weighed {
    /// A device can be brought to this version: it is higher than what is installed and apt would
    /// install it if asked for by number.
    pub(crate) fn is_upgrade(&self) -> bool {
        self.order == Ordering::Greater && self.priority > 0
    }

    /// It is what a plain upgrade installs.
    pub(crate) fn is_required(&self) -> bool {
        self.is_upgrade() && self.verdict == Verdict::Candidate
    }

    /// The offers of the version that the device can use.
    pub(crate) fn usable<'c>(
        &self,
        package: &'c Package,
        profile: &'c Profile,
        slot: Slot,
    ) -> impl Iterator<Item = (&'c PackageOffer, i32)> + use<'c> {
        let offers = package.offers().get(self.offers.clone()).unwrap_or_default();
        offers.iter().filter_map(move |offer| Some((offer, profile.usable(slot, offer).ok()?)))
    }
}
