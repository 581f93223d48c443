//! Updates as Microsoft's metadata describes them: software, drivers, categories and detectoids
//! (\[MS-WUSP\] 3.1.1, protocols.md §8).

use jiff::civil::Date;
use uuid::Uuid;

use crate::id::UpdateId;
use crate::protocol_version::ProtocolVersion;

/// What a Windows revision consists of and how it relates to others. The text that agents get is
/// not here: the site keeps it as ready fragments, by revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowsContent {
    /// Which kind of category it is; `None` for all other updates.
    pub category: Option<WindowsCategory>,
    /// What must be installed first, in conjunctive normal form: of every clause at least one.
    /// Categories (products, classification) are among them.
    pub prerequisites: Vec<Vec<UpdateId>>,
    /// Of a bundle: its members, in conjunctive normal form.
    pub bundled: Vec<Vec<RevisionRef>>,
    /// What it replaces.
    pub supersedes: Vec<UpdateId>,
    /// What there is to download; of a bundle its members' files count instead.
    pub files: Vec<WindowsFile>,
    /// Of a driver: what it is for, and how well it fits.
    pub drivers: Vec<DriverTarget>,
    /// May be deployed by itself; members of bundles may not.
    pub explicitly_deployable: bool,
    /// Withdrawn by its publisher.
    pub expired: bool,
    /// It can be removed again.
    pub uninstallable: bool,
    /// Licence terms that must be accepted before it is offered.
    pub licence: Option<Uuid>,
    /// Microsoft's rating, when given.
    pub severity: Option<Severity>,
    /// Numbers of knowledge base articles, without `KB`.
    pub articles: Vec<String>,
    /// Most bytes to download, by the publisher; counts files that no client fetches.
    pub max_download_size: Option<u64>,
    /// Servers that speak an older protocol are not told of it (\[MS-WSUSSS\] 3.1.4.5).
    pub compatible_protocol: Option<ProtocolVersion>,
}

/// One revision of an update, exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RevisionRef {
    /// The update.
    pub update: UpdateId,
    /// The revision number.
    pub number: u32,
}

/// The kinds of categories (protocols.md §8.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WindowsCategory {
    /// `Microsoft`.
    Company,
    /// `Windows`.
    ProductFamily,
    /// `Windows 11`.
    Product,
    /// `Security Updates`.
    Classification,
}

/// Microsoft's severity ratings (`MsrcSeverity`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Low.
    Low,
    /// Moderate.
    Moderate,
    /// Important.
    Important,
    /// Critical.
    Critical,
}

/// A file of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowsFile {
    /// Name without folder; its extension is part of the address under `/Content`.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-1 (FIPS 180-4), its name on servers.
    pub sha1: [u8; 20],
    /// SHA-256, to verify by; old metadata has none.
    pub sha256: Option<[u8; 32]>,
    /// How it brings the update.
    pub patching: PatchingType,
}

/// How a file brings its update (`File/@PatchingType`; protocols.md §8.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PatchingType {
    /// The metadata does not say, or it was stored by a program that did not ask.
    #[default]
    Unknown,
    /// The whole of what is installed.
    SelfContained,
    /// Differences to what devices have; devices take ranges of it.
    Express,
    /// Something else.
    Other,
}

impl PatchingType {
    /// All, in the order they are numbered in.
    pub const ALL: [Self; 4] = [Self::Unknown, Self::SelfContained, Self::Express, Self::Other];

    /// The type that an attribute names, in any case.
    #[must_use]
    pub fn from_attribute(text: Option<&str>) -> Self {
        match text.map(str::trim) {
            None | Some("") => Self::Unknown,
            Some(text) if text.eq_ignore_ascii_case("SelfContained") => Self::SelfContained,
            Some(text) if text.eq_ignore_ascii_case("Express") => Self::Express,
            Some(_) => Self::Other,
        }
    }
}

impl WindowsFile {
    /// Whether it is an express file: said to be one, or, where nothing is said, of the container
    /// that differences come in (`.psf`).
    #[must_use]
    pub fn is_express(&self) -> bool {
        let extension = self.name.rsplit_once('.').map_or("", |(_, extension)| extension);
        match self.patching {
            PatchingType::Express => true,
            PatchingType::Unknown => extension.eq_ignore_ascii_case("psf"),
            PatchingType::SelfContained | PatchingType::Other => false,
        }
    }
}

/// What a driver is for and how it ranks (\[MS-WUSP\] 3.1.1, Driver Table).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DriverTarget {
    /// The hardware or compatible id it matches; compared without case.
    pub hardware_id: String,
    /// Date of the driver.
    pub date: Option<Date>,
    /// Version: four 16-bit parts as one number.
    pub version: u64,
    /// Class, such as `Printers`.
    pub class: String,
    /// Who provides it.
    pub provider: String,
    /// Who made it.
    pub manufacturer: String,
    /// The device it is for.
    pub model: String,
    /// Providers whose printer drivers it may replace.
    pub compatible_providers: Vec<String>,
    /// How well it fits, by operating system key such as `AMD64.10.0`; lower is better.
    pub feature_scores: Vec<(String, u8)>,
    /// The computers it is offered to at all; empty: any.
    pub distribution_computers: Vec<Uuid>,
    /// The computers its package names; empty: any.
    pub target_computers: Vec<Uuid>,
}

impl Severity {
    /// All, least first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Moderate, Self::Important, Self::Critical];

    /// The word Microsoft writes.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Moderate => "Moderate",
            Self::Important => "Important",
            Self::Critical => "Critical",
        }
    }

    /// The rating of a word, in any case.
    #[must_use]
    pub fn from_title(title: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.title().eq_ignore_ascii_case(title))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn express_files_are_told_from_whole_ones() {
        let file = |name: &str, patching: Option<&str>| WindowsFile {
            name: name.into(),
            size: 1,
            sha1: [1; 20],
            sha256: None,
            patching: PatchingType::from_attribute(patching),
        };
        for (name, patching, express) in [
            ("a.psf", None, true),
            ("a.PSF", Some(""), true),
            ("a.cab", None, false),
            ("a.cab", Some("express"), true),
            ("a.psf", Some("SelfContained"), false),
            ("a.psf", Some("OSInstaller"), false),
            ("psf", None, false),
        ] {
            assert_eq!(file(name, patching).is_express(), express, "{name} {patching:?}");
        }
    }
}
