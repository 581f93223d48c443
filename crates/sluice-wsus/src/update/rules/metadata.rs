//! What rules without parameters of their own compare with: the `Metadata` element.

use super::super::document::DriverMetadata;
use super::super::error::UpdateError;
use super::super::limits::{MAX_DRIVERS, MAX_RULES};
use super::super::xml::{Cursor, Tag};
use super::cbs::PackageIdentity;
use super::compare::{Comparison, Version};

/// The metadata of one update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// `WindowsDriverMetaData`: one for each hardware id.
    pub drivers: Vec<DriverMetadata<'static>>,
    /// `MsiPatchMetadata`.
    pub patch: Option<MsiPatch>,
    /// `MsiApplicationMetadata`.
    pub application: Option<MsiApplication>,
    /// `CbsPackageApplicabilityMetadata`: the identity of the package; the rest of its manifest is for the servicing
    /// stack.
    pub package: Option<PackageIdentity>,
}

/// A patch (`MsiPatch`, as `MsiExtractPatchXMLData` writes it).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MsiPatch {
    /// Patch code, in braces.
    pub code: String,
    /// What it is for.
    pub targets: Vec<PatchTarget>,
}

/// A product a patch is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PatchTarget {
    /// Product code, in braces.
    pub product: String,
    /// What the product's version must be; absent: anything.
    pub version: Option<TargetVersion>,
}

/// What version a patch needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetVersion {
    /// How to compare.
    pub comparison: Comparison,
    /// How many numbers to compare, 1 to 3.
    pub numbers: usize,
    /// With what.
    pub version: Version,
}

impl PatchTarget {
    /// Whether the patch fits a version of the product.
    pub(super) fn takes(&self, version: Version) -> bool {
        self.version.as_ref().is_none_or(|target| {
            let compared = |version: &Version| version.0.into_iter().take(target.numbers).collect::<Vec<_>>();
            target.comparison.holds(compared(&version).cmp(&compared(&target.version)))
        })
    }
}

/// An application (`MsiApplicationMetadata/ProductCode`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MsiApplication {
    /// Product code, in braces.
    pub product: String,
    /// Its version.
    pub version: Option<Version>,
    /// When it may be installed over itself.
    pub recache: Recache,
}

/// `UseRecacheReinstall`: whether an application that is there may be installed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recache {
    /// No.
    #[default]
    Never,
    /// When the one there is older.
    LowerVersion,
    /// Always.
    AnyVersion,
}

/// Reads a `Metadata` element to its end.
pub(super) fn parse<'a>(cursor: &mut Cursor<'a>, tag: &Tag<'a>) -> Result<Metadata, UpdateError> {
    let mut found = Metadata::default();
    while let Some(child) = cursor.child(tag)? {
        match plain(child.local) {
            "WindowsDriverMetaData" => {
                if found.drivers.len() == MAX_DRIVERS {
                    return Err(UpdateError::TooMany {
                        what: "driver metadata",
                        limit: MAX_DRIVERS,
                        position: child.start,
                    });
                }
                found.drivers.push(DriverMetadata::parse(cursor, &child)?.into_owned());
            }
            "MsiPatchMetadata" => found.patch = Some(patch_metadata(cursor, &child)?),
            "MsiApplicationMetadata" => {
                while let Some(product) = cursor.child(&child)? {
                    if plain(product.local) == "ProductCode" {
                        found.application = Some(application(cursor, &product)?);
                    } else {
                        cursor.skip(&product)?;
                    }
                }
            }
            "CbsPackageApplicabilityMetadata" => {
                while let Some(assembly) = cursor.child(&child)? {
                    // Only the package's own identity, which comes first; others inside are its components.
                    while let Some(part) = cursor.child(&assembly)? {
                        if part.local == "assemblyIdentity" && found.package.is_none() {
                            found.package = Some(identity(&part));
                        }
                        cursor.skip(&part)?;
                    }
                }
            }
            _ => {
                cursor.skip(&child)?;
            }
        }
    }
    Ok(found)
}

/// A name without the prefix of fragments.
fn plain(name: &str) -> &str {
    name.strip_prefix("m.").or_else(|| name.strip_prefix("d.")).unwrap_or(name)
}

fn identity(tag: &Tag<'_>) -> PackageIdentity {
    let text = |name| tag.text(name).unwrap_or_default().into_owned();
    let language = text("language");
    PackageIdentity {
        name: text("name"),
        token: text("publicKeyToken"),
        architecture: text("processorArchitecture"),
        // Identities write neutral as nothing.
        language: if language == "neutral" { String::new() } else { language },
        version: text("version"),
    }
}

fn application<'a>(cursor: &mut Cursor<'a>, tag: &Tag<'a>) -> Result<MsiApplication, UpdateError> {
    Ok(MsiApplication {
        version: tag.parse("Version"),
        recache: match tag.raw("UseRecacheReinstall") {
            Some("LowerVersion") => Recache::LowerVersion,
            Some("AnyVersion") => Recache::AnyVersion,
            _ => Recache::Never,
        },
        product: cursor.text(tag)?.trim().to_owned(),
    })
}

fn patch_metadata<'a>(cursor: &mut Cursor<'a>, tag: &Tag<'a>) -> Result<MsiPatch, UpdateError> {
    let mut found = MsiPatch::default();
    while let Some(child) = cursor.child(tag)? {
        match plain(child.local) {
            "MsiPatch" => {
                found.code = child.text("PatchGUID").unwrap_or_default().into_owned();
                while let Some(part) = cursor.child(&child)? {
                    if part.local != "TargetProduct" {
                        cursor.skip(&part)?;
                        continue;
                    }
                    if found.targets.len() == MAX_RULES {
                        return Err(UpdateError::TooMany {
                            what: "products of a patch",
                            limit: MAX_RULES,
                            position: part.start,
                        });
                    }
                    found.targets.push(target(cursor, &part)?);
                }
            }
            // For the time when the description cannot be used.
            "FallbackPatchCode" if found.code.is_empty() => found.code = cursor.text(&child)?.trim().to_owned(),
            _ => {
                cursor.skip(&child)?;
            }
        }
    }
    Ok(found)
}

fn target<'a>(cursor: &mut Cursor<'a>, tag: &Tag<'a>) -> Result<PatchTarget, UpdateError> {
    let mut found = PatchTarget::default();
    while let Some(child) = cursor.child(tag)? {
        match child.local {
            "TargetProductCode" => found.product = cursor.text(&child)?.trim().to_owned(),
            "TargetVersion" if child.flag("Validate") == Some(true) => {
                let text = cursor.text(&child)?;
                found.version = text.parse().ok().map(|version| TargetVersion {
                    comparison: match child.raw("ComparisonType") {
                        Some("LessThan") => Comparison::LessThan,
                        Some("LessThanOrEqual") => Comparison::LessThanOrEqualTo,
                        Some("GreaterThanOrEqual") => Comparison::GreaterThanOrEqualTo,
                        Some("GreaterThan") => Comparison::GreaterThan,
                        _ => Comparison::EqualTo,
                    },
                    numbers: match child.raw("ComparisonFilter") {
                        Some("Major") => 1,
                        Some("MajorMinor") => 2,
                        _ => 3,
                    },
                    version,
                });
            }
            _ => {
                cursor.skip(&child)?;
            }
        }
    }
    Ok(found)
}
