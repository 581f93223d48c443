//! Rules of the servicing stack. They have no published schema and Windows evaluates the whole package manifest; here
//! packages are compared by identity (protocols.md §8.3).

use std::fmt;

use super::attributes::Attributes;
use super::facts::{Fact, Processor};
use super::rule::{Context, WhyUnknown};
use super::truth::Truth;

/// A rule about a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CbsTest {
    /// `CbsPackageInstalled`: the package of the metadata, or a newer one in its place, is installed.
    Installed,
    /// `CbsPackageInstallable`: the package of the metadata is not installed and is for this architecture.
    Installable,
    /// `CbsPackageInstalledByIdentity`.
    InstalledByIdentity(String),
}

/// Identity of a package: `assemblyIdentity` of its manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageIdentity {
    /// Such as `Package_for_RollupFix`.
    pub name: String,
    /// Public key token of the signer.
    pub token: String,
    /// `amd64`, `arm64`, `x86`, `neutral`, …
    pub architecture: String,
    /// Language tag; empty: neutral.
    pub language: String,
    /// Such as `26100.1742.1.10`.
    pub version: String,
}

impl fmt::Display for PackageIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, token, architecture, language, version } = self;
        write!(f, "{name}~{token}~{architecture}~{language}~{version}")
    }
}

impl PackageIdentity {
    /// Whether the processor runs it. x64 and ARM64 systems also take packages for x86; what is not known fits.
    fn fits(&self, processor: Processor) -> bool {
        match self.architecture.as_str() {
            "amd64" => processor.architecture == 9,
            "arm64" => processor.architecture == 12,
            "arm" => processor.architecture == 5,
            "ia64" => processor.architecture == 6,
            _ => true,
        }
    }
}

impl CbsTest {
    /// Reads an element; `None` when its name is none of these rules'.
    pub(super) fn parse(name: &str, attributes: &Attributes<'_>) -> Result<Option<Self>, WhyUnknown> {
        Ok(Some(match name {
            "CbsPackageInstalled" => Self::Installed,
            "CbsPackageInstallable" => Self::Installable,
            "CbsPackageInstalledByIdentity" => Self::InstalledByIdentity(attributes.text("PackageIdentity")?),
            _ => return Ok(None),
        }))
    }

    pub(super) fn evaluate(&self, context: &Context<'_>) -> Truth {
        let installed = |identity: &str| context.facts.package(identity).is(|state| state.is_installed());
        match (self, &context.metadata.package) {
            (Self::InstalledByIdentity(identity), _) => installed(identity),
            (Self::Installed, Some(package)) => installed(&package.to_string()),
            (Self::Installable, Some(package)) => {
                let fits = match context.facts.processor() {
                    Fact::Known(processor) => package.fits(processor).into(),
                    Fact::Absent | Fact::Unavailable => Truth::Unknown,
                };
                Truth::all([fits, !installed(&package.to_string())])
            }
            // Without a manifest there is nothing to compare with.
            (Self::Installed | Self::Installable, None) => Truth::Unknown,
        }
    }
}
