//! Windows Installer rules ([MS-WUSP] note 42).

use super::super::error::UpdateError;
use super::super::limits::MAX_RULES;
use super::super::xml::{Cursor, Tag};
use super::attributes::Attributes;
use super::compare::Version;
use super::facts::{Facts, MsiPatchState, MsiProduct};
use super::metadata::{Metadata, MsiPatch, PatchTarget, Recache};
use super::rule::{Context, WhyUnknown};
use super::truth::Truth;

/// A rule about products and patches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MsiTest {
    /// `MsiProductInstalled`.
    Product(ProductFilter),
    /// `MsiPatchInstalledForProduct`: the patch is there, in whatever state, on that product.
    PatchForProduct {
        /// Patch code, in braces.
        patch: String,
        /// The product.
        product: ProductFilter,
    },
    /// `MsiFeatureInstalledForProduct`, `MsiComponentInstalledForProduct`.
    Parts {
        /// Whether features are meant, or components.
        features: bool,
        /// Names of features or codes of components.
        parts: Vec<String>,
        /// Product codes.
        products: Vec<String>,
        /// All of the parts, instead of one.
        all_parts: bool,
        /// On all of the products, instead of one.
        all_products: bool,
    },
    /// `MsiPatchInstalled`, by the metadata.
    PatchInstalled,
    /// `MsiPatchSuperseded`, by the metadata.
    PatchSuperseded,
    /// `MsiPatchInstallable`, by the metadata.
    PatchInstallable,
    /// `MsiApplicationInstalled`, by the metadata.
    ApplicationInstalled,
    /// `MsiApplicationSuperseded`, by the metadata.
    ApplicationSuperseded,
    /// `MsiApplicationInstallable`, by the metadata.
    ApplicationInstallable,
}

/// A product in a range of versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductFilter {
    /// Product code, in braces.
    pub code: String,
    /// Least version, and whether it itself is excluded.
    pub min: Option<(Version, bool)>,
    /// Greatest version, and whether it itself is excluded.
    pub max: Option<(Version, bool)>,
    /// Language identifier; absent: any.
    pub language: Option<i32>,
}

impl ProductFilter {
    fn parse(attributes: &Attributes<'_>) -> Result<Self, WhyUnknown> {
        let min: Option<Version> = attributes.optional_value("VersionMin")?;
        let max: Option<Version> = attributes.optional_value("VersionMax")?;
        let (exclude_min, exclude_max) = (attributes.flag("ExcludeVersionMin")?, attributes.flag("ExcludeVersionMax")?);
        Ok(Self {
            code: attributes.text("ProductCode")?,
            min: min.map(|version| (version, exclude_min)),
            max: max.map(|version| (version, exclude_max)),
            language: attributes.optional_value("Language")?,
        })
    }

    fn evaluate(&self, facts: &dyn Facts) -> Truth {
        let versions = |product: MsiProduct| {
            let version = product.version;
            self.min.is_none_or(|(min, excluded)| version > min || (version == min && !excluded))
                && self.max.is_none_or(|(max, excluded)| version < max || (version == max && !excluded))
        };
        let product = facts.msi_product(&self.code);
        let language = match (self.language, product) {
            (None, _) => Truth::True,
            (Some(wanted), super::facts::Fact::Known(product)) => {
                product.language.map_or(Truth::Unknown, |language| (language == wanted).into())
            }
            (Some(_), missing) => missing.exists(),
        };
        Truth::all([product.is(versions), language])
    }
}

impl MsiTest {
    /// Reads an element without children; `None` when its name is none of these rules'.
    pub(super) fn parse(name: &str, attributes: &Attributes<'_>) -> Result<Option<Self>, WhyUnknown> {
        Ok(Some(match name {
            "MsiProductInstalled" => Self::Product(ProductFilter::parse(attributes)?),
            "MsiPatchInstalledForProduct" => Self::PatchForProduct {
                patch: attributes.text("PatchCode")?,
                product: ProductFilter::parse(attributes)?,
            },
            "MsiPatchInstalled" => Self::PatchInstalled,
            "MsiPatchSuperseded" => Self::PatchSuperseded,
            "MsiPatchInstallable" => Self::PatchInstallable,
            "MsiApplicationInstalled" => Self::ApplicationInstalled,
            "MsiApplicationSuperseded" => Self::ApplicationSuperseded,
            "MsiApplicationInstallable" => Self::ApplicationInstallable,
            _ => return Ok(None),
        }))
    }

    /// Reads `MsiFeatureInstalledForProduct` or `MsiComponentInstalledForProduct` to its end.
    pub(super) fn parse_parts<'a>(
        cursor: &mut Cursor<'a>,
        tag: &Tag<'a>,
        features: bool,
    ) -> Result<Result<Self, WhyUnknown>, UpdateError> {
        let (part, all) =
            if features { ("Feature", "AllFeaturesRequired") } else { ("Component", "AllComponentsRequired") };
        let (mut parts, mut products) = (Vec::new(), Vec::new());
        while let Some(child) = cursor.child(tag)? {
            let list = match child.local.strip_prefix("m.").unwrap_or(child.local) {
                local if local == part => &mut parts,
                "Product" => &mut products,
                _ => {
                    cursor.skip(&child)?;
                    continue;
                }
            };
            if list.len() == MAX_RULES {
                return Err(UpdateError::TooMany {
                    what: "features, components or products",
                    limit: MAX_RULES,
                    position: child.start,
                });
            }
            list.push(cursor.text(&child)?.trim().to_owned());
        }
        if parts.is_empty() || products.is_empty() {
            return Ok(Err(WhyUnknown::Content));
        }
        let attributes = Attributes(tag);
        Ok(attributes.flag(all).and_then(|all_parts| {
            let all_products = attributes.flag("AllProductsRequired")?;
            Ok(Self::Parts { features, parts, products, all_parts, all_products })
        }))
    }

    pub(super) fn evaluate(&self, context: &Context<'_>) -> Truth {
        let (facts, metadata) = (context.facts, context.metadata);
        match self {
            Self::Product(filter) => filter.evaluate(facts),
            Self::PatchForProduct { patch, product } => {
                Truth::all([product.evaluate(facts), facts.msi_patch(&product.code, patch).exists()])
            }
            Self::Parts { features, parts, products, all_parts, all_products } => {
                let part = |product: &str, part: &str| match features {
                    true => facts.msi_feature(product, part).is(|installed| installed),
                    false => facts.msi_component(product, part).is(|installed| installed),
                };
                let on_product = |product: &String| {
                    let results = parts.iter().map(|name| part(product, name));
                    if *all_parts { Truth::all(results) } else { Truth::any(results) }
                };
                let results = products.iter().map(on_product);
                if *all_products { Truth::all(results) } else { Truth::any(results) }
            }
            Self::PatchInstalled => patch(metadata, |patch, target| {
                facts.msi_patch(&target.product, &patch.code).is(|state| state == MsiPatchState::Applied)
            }),
            Self::PatchSuperseded => patch(metadata, |patch, target| {
                facts.msi_patch(&target.product, &patch.code).is(|state| state != MsiPatchState::Applied)
            }),
            Self::PatchInstallable => patch(metadata, |patch, target| {
                Truth::all([
                    facts.msi_product(&target.product).is(|product| target.takes(product.version)),
                    !facts.msi_patch(&target.product, &patch.code).exists(),
                ])
            }),
            Self::ApplicationInstalled => application(facts, metadata, |fact, version| fact == version),
            Self::ApplicationSuperseded => application(facts, metadata, |fact, version| fact > version),
            Self::ApplicationInstallable => {
                let Some(application) = &metadata.application else { return Truth::Unknown };
                let product = facts.msi_product(&application.product);
                let recache = product.is(|product| match application.recache {
                    Recache::Never => false,
                    Recache::LowerVersion => application.version.is_some_and(|version| product.version < version),
                    Recache::AnyVersion => true,
                });
                Truth::any([!product.exists(), recache])
            }
        }
    }
}

/// For any product the patch is for.
fn patch(metadata: &Metadata, test: impl Fn(&MsiPatch, &PatchTarget) -> Truth) -> Truth {
    let Some(patch) = &metadata.patch else { return Truth::Unknown };
    Truth::any(patch.targets.iter().map(|target| test(patch, target)))
}

/// The product of the metadata is there, and its version compares so, if the metadata has one.
fn application(facts: &dyn Facts, metadata: &Metadata, test: fn(Version, Version) -> bool) -> Truth {
    let Some(application) = &metadata.application else { return Truth::Unknown };
    let version = application.version;
    facts
        .msi_product(&application.product)
        .is(|product| version.map_or_else(|| test(product.version, product.version), |v| test(product.version, v)))
}
