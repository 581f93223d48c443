//! The `HandlerSpecificData` section (protocols.md §8.4).

use super::super::error::UpdateError;
use super::super::xml::{Cursor, Tag};

/// How an update is installed, for its handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandlerData<'a> {
    /// The type's name without prefix, such as `CommandLineInstallation`, `Cbs`, `Category`; empty when not given.
    pub kind: &'a str,
    /// The whole element as it stands, with the prefixes of the document.
    pub raw: &'a str,
    /// Of a category: which kind it is.
    pub category: Option<CategoryInformation>,
}

/// What a category is and may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CategoryInformation {
    /// Which level.
    pub category_type: CategoryType,
    /// Has no categories below.
    pub prohibits_subcategories: bool,
    /// Holds no updates itself.
    pub prohibits_updates: bool,
    /// Not synchronized unless chosen.
    pub excluded_by_default: bool,
    /// Where it stands among its siblings.
    pub display_order: Option<i32>,
}

/// Levels of categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CategoryType {
    /// A vendor.
    Company,
    /// A group of products.
    ProductFamily,
    /// A product.
    Product,
    /// An update classification.
    UpdateClassification,
    /// A kind no published text names.
    Other,
}

pub(super) fn data<'a>(cursor: &mut Cursor<'a>, tag: &Tag<'a>) -> Result<HandlerData<'a>, UpdateError> {
    // `xsi:type` in documents, with any prefix; plain `type` in fragments.
    let kind = tag
        .attributes()
        .find(|(name, _)| name.rsplit(':').next() == Some("type"))
        .map_or("", |(_, value)| value.rsplit(':').next().unwrap_or(value));
    let mut category = None;
    while let Some(child) = cursor.child(tag)? {
        if child.local == "CategoryInformation" {
            category = Some(category_information(&child));
        }
        cursor.pass(&child)?;
    }
    Ok(HandlerData { kind, raw: cursor.slice(tag.start..cursor.position()), category })
}

fn category_information(tag: &Tag<'_>) -> CategoryInformation {
    CategoryInformation {
        category_type: match tag.raw("CategoryType") {
            Some("Company") => CategoryType::Company,
            Some("ProductFamily") => CategoryType::ProductFamily,
            Some("Product") => CategoryType::Product,
            Some("UpdateClassification") => CategoryType::UpdateClassification,
            _ => CategoryType::Other,
        },
        prohibits_subcategories: tag.flag("ProhibitsSubcategories").unwrap_or_default(),
        prohibits_updates: tag.flag("ProhibitsUpdates").unwrap_or_default(),
        excluded_by_default: tag.flag("ExcludedByDefault").unwrap_or_default(),
        display_order: tag.parse("DisplayOrder"),
    }
}
