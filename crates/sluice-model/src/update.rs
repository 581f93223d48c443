//! Updates: what can be required, installed and deployed.

use jiff::Timestamp;
use uuid::{Uuid, uuid};

use crate::id::{CategoryId, UpdateId};
use crate::windows::WindowsContent;

/// What kind of thing a revision is. Categories and detectoids are updates in Microsoft's metadata
/// and take part in prerequisites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UpdateKind {
    /// Software: what an administrator calls an update.
    Software,
    /// A device driver.
    Driver,
    /// A company, product family, product or classification.
    Category,
    /// A rule that only detects something (architecture, language, edition).
    Detectoid,
}

/// The update classifications, with the identifiers Microsoft gave them (configmgr-sum §2.4); the
/// Linux sources map onto the same list, so that one rule covers both families.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Classification {
    /// A fix for a specific, critical, non-security problem.
    CriticalUpdates,
    /// A fix for a security problem.
    SecurityUpdates,
    /// Definitions of malware scanners.
    DefinitionUpdates,
    /// A cumulative set of fixes; on Debian the content of a point release.
    UpdateRollups,
    /// A cumulative set of everything since release.
    ServicePacks,
    /// New functions outside a product release.
    FeaturePacks,
    /// A utility.
    Tools,
    /// Device drivers.
    Drivers,
    /// Any other fix.
    Updates,
    /// A new version of the operating system.
    Upgrades,
    /// A product as a whole.
    Applications,
    /// A link between products.
    Connectors,
    /// For developers.
    DeveloperKits,
    /// Advice and templates.
    Guidance,
}

impl Classification {
    /// All, in the order consoles list them.
    pub const ALL: [Self; 14] = [
        Self::SecurityUpdates,
        Self::CriticalUpdates,
        Self::UpdateRollups,
        Self::Updates,
        Self::DefinitionUpdates,
        Self::ServicePacks,
        Self::FeaturePacks,
        Self::Upgrades,
        Self::Drivers,
        Self::Tools,
        Self::Applications,
        Self::Connectors,
        Self::DeveloperKits,
        Self::Guidance,
    ];

    /// The category identifier in Microsoft's catalog.
    #[must_use]
    pub fn id(self) -> CategoryId {
        CategoryId(match self {
            Self::CriticalUpdates => uuid!("e6cf1350-c01b-414d-a61f-263d14d133b4"),
            Self::SecurityUpdates => uuid!("0fa1201d-4330-4fa8-8ae9-b877473b6441"),
            Self::DefinitionUpdates => uuid!("e0789628-ce08-4437-be74-2495b842f43b"),
            Self::UpdateRollups => uuid!("28bc880e-0592-4cbf-8f95-c79b17911d5f"),
            Self::ServicePacks => uuid!("68c5b0a3-d1a6-4553-ae49-01d3a7827828"),
            Self::FeaturePacks => uuid!("b54e7d24-7add-428f-8b75-90a396fa584f"),
            Self::Tools => uuid!("b4832bd8-e735-4761-8daf-37f882276dab"),
            Self::Drivers => uuid!("ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0"),
            Self::Updates => uuid!("cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83"),
            Self::Upgrades => uuid!("3689bdc8-b205-4af4-8d4a-a63924c5e9d5"),
            Self::Applications => uuid!("5c9376ab-8ce6-464a-b136-22113dd69801"),
            Self::Connectors => uuid!("434de588-ed14-48f5-8eed-a15e09a991f6"),
            Self::DeveloperKits => uuid!("e140075d-8433-45c3-ad87-e72345b36078"),
            Self::Guidance => uuid!("9511d615-35b2-47bb-927f-f73d8e9260bb"),
        })
    }

    /// The classification of a category identifier, if it is one.
    #[must_use]
    pub fn from_id(id: Uuid) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.id().0 == id)
    }

    /// The title people know.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::CriticalUpdates => "Critical Updates",
            Self::SecurityUpdates => "Security Updates",
            Self::DefinitionUpdates => "Definition Updates",
            Self::UpdateRollups => "Update Rollups",
            Self::ServicePacks => "Service Packs",
            Self::FeaturePacks => "Feature Packs",
            Self::Tools => "Tools",
            Self::Drivers => "Drivers",
            Self::Updates => "Updates",
            Self::Upgrades => "Upgrades",
            Self::Applications => "Applications",
            Self::Connectors => "Connectors",
            Self::DeveloperKits => "Developer Kits",
            Self::Guidance => "Guidance",
        }
    }

    /// The spelling in API parameters and on the command line.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::CriticalUpdates => "critical",
            Self::SecurityUpdates => "security",
            Self::DefinitionUpdates => "definitions",
            Self::UpdateRollups => "rollups",
            Self::ServicePacks => "service-packs",
            Self::FeaturePacks => "feature-packs",
            Self::Tools => "tools",
            Self::Drivers => "drivers",
            Self::Updates => "updates",
            Self::Upgrades => "upgrades",
            Self::Applications => "applications",
            Self::Connectors => "connectors",
            Self::DeveloperKits => "developer-kits",
            Self::Guidance => "guidance",
        }
    }

    /// The classification of a [`Self::slug`].
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.slug() == slug)
    }
}

/// One revision of an update, as a source describes it. Its dense number and what it supersedes
/// are the catalog's to give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Stable over revisions.
    pub id: UpdateId,
    /// Revision number, from 1; raised when the content of the same update changes.
    pub number: u32,
    /// Software, driver, …
    pub kind: UpdateKind,
    /// One line for people.
    pub title: String,
    /// A sentence or more; may be empty.
    pub description: String,
    /// What sort of fix it is. Of categories, detectoids and members of bundles, which no list
    /// shows, it says nothing.
    pub classification: Classification,
    /// The products it belongs to; at least one, but for what no list shows.
    pub products: Vec<CategoryId>,
    /// When the source published it: for package sources the date of the signed release in which
    /// it was first seen.
    pub released: Option<Timestamp>,
    /// CVE and advisory identifiers, when the source gives them; sorted.
    pub advisories: Vec<String>,
    /// Where to read more.
    pub info_url: Option<String>,
    /// What it consists of.
    pub content: UpdateContent,
}

/// What an update consists of, per family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpdateContent {
    /// A Debian source package version with its binary packages.
    Deb(SourcePackage),
    /// Microsoft's metadata: also of categories, detectoids and members of bundles.
    Windows(Box<WindowsContent>),
}

impl UpdateContent {
    /// The Debian source package, if it is one.
    #[must_use]
    pub fn package(&self) -> Option<&SourcePackage> {
        match self {
            Self::Deb(package) => Some(package),
            Self::Windows(_) => None,
        }
    }

    /// The binary packages; none but for Debian.
    #[must_use]
    pub fn binaries(&self) -> &[BinaryPackage] {
        self.package().map_or(&[], |package| &package.binaries)
    }

    /// Microsoft's metadata, if it is that.
    #[must_use]
    pub fn windows(&self) -> Option<&WindowsContent> {
        match self {
            Self::Deb(_) => None,
            Self::Windows(content) => Some(content),
        }
    }
}

impl Update {
    /// Whether people see it in lists and can deploy it: categories, detectoids and members of
    /// bundles only serve the evaluation of others.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        match (self.kind, &self.content) {
            (UpdateKind::Category | UpdateKind::Detectoid, _) => false,
            (UpdateKind::Software | UpdateKind::Driver, UpdateContent::Deb(_)) => true,
            (UpdateKind::Software | UpdateKind::Driver, UpdateContent::Windows(content)) => {
                content.explicitly_deployable
            }
        }
    }
}

/// A source package version and the binary packages built from it that the archive offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePackage {
    /// Source package name.
    pub name: String,
    /// Source package version.
    pub version: String,
    /// Binary packages, sorted by (name, architecture, version); at least one.
    pub binaries: Vec<BinaryPackage>,
}

/// One installable file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BinaryPackage {
    /// Package name.
    pub name: String,
    /// Architecture as the archive writes it; `all` fits every device.
    pub architecture: String,
    /// Binary version, which may differ from the source's (binNMU).
    pub version: String,
    /// Path below the archive's root.
    pub path: String,
    /// Size of the file, bytes.
    pub size: u64,
    /// SHA-256 of the file.
    pub sha256: Sha256,
    /// Share of devices that should have it by now, percent (Ubuntu's phased updates); `None`: all.
    pub phased_percent: Option<u8>,
}

/// A SHA-256 digest (FIPS 180-4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256(pub [u8; 32]);

impl std::fmt::Display for Sha256 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sha256({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_and_ids_are_two_way() {
        for c in Classification::ALL {
            assert_eq!(Classification::from_slug(c.slug()), Some(c));
            assert_eq!(Classification::from_id(c.id().0), Some(c));
        }
        assert_eq!(Classification::from_slug("SECURITY"), None);
    }
}
