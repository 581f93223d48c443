//! From an update document to the site's own description of a revision.

use sluice_model::{
    Category, CategoryId, CategoryKind, Classification, DriverTarget, PatchingType, ProtocolVersion, RevisionRef,
    Severity, Update, UpdateContent, UpdateId, UpdateKind, WindowsCategory, WindowsContent, WindowsFile,
};
use sluice_wsus::update::UpdateDocument;
use sluice_wsus::update::document::{CategoryType, DriverMetadata, File, LocalizedProperties};
use sluice_wsus::update::model::UpdateRelations;
use sluice_wsus::update::rules::Version;

/// The language that people read, until the site speaks others.
const LANGUAGE: &str = "en";

/// The revision a document describes.
pub(crate) fn update(document: &UpdateDocument<'_>) -> Update {
    let relations = UpdateRelations::from(document);
    let properties = &document.properties;
    let texts = texts(document);
    let kind = relations.kind;
    let info_url = texts.and_then(|texts| texts.more_info_url.as_deref());
    let info_url = info_url.or_else(|| properties.more_info_urls.first().map(|url| &**url));
    let support_url = texts.and_then(|texts| texts.support_url.as_deref()).or(properties.support_url.as_deref());
    let mut advisories: Vec<String> = strings(&properties.security_bulletins);
    advisories.sort();
    advisories.dedup();
    let content = WindowsContent {
        category: category_kind(&relations),
        prerequisites: relations.prerequisites.into_iter().map(|clause| clause.any_of).collect(),
        bundled: relations.bundled.iter().map(|clause| clause.any_of.iter().map(revision_ref).collect()).collect(),
        supersedes: relations.supersedes,
        files: document.files.iter().map(file).collect(),
        drivers: document.applicability.iter().flat_map(|rules| &rules.drivers).map(driver).collect(),
        explicitly_deployable: relations.explicitly_deployable,
        expired: relations.expired,
        uninstallable: properties.uninstallation.is_some(),
        licence: properties.eula_id,
        severity: properties.msrc_severity.as_deref().and_then(Severity::from_title),
        articles: strings(&properties.kb_articles),
        max_download_size: properties.max_download_size,
        compatible_protocol: properties.compatible_protocol.as_deref().and_then(ProtocolVersion::parse),
    };
    Update {
        id: document.revision.id,
        number: document.revision.number,
        kind,
        title: title(document),
        description: texts.and_then(|texts| texts.description.as_deref()).unwrap_or_default().trim().to_owned(),
        classification: relations.classification.unwrap_or(match kind {
            UpdateKind::Driver => Classification::Drivers,
            UpdateKind::Software | UpdateKind::Category | UpdateKind::Detectoid => Classification::Updates,
        }),
        products: relations.products,
        released: properties.created,
        advisories,
        info_url: info_url.or(support_url).map(str::trim).filter(|url| !url.is_empty()).map(str::to_owned),
        content: UpdateContent::Windows(Box::new(content)),
    }
}

/// The node of the category tree that a revision stands for, if it is a company, family or product.
/// What is above it is among its own products: the first of them that `is_category` knows.
pub(crate) fn category(update: &Update, is_category: impl Fn(CategoryId) -> bool) -> Option<Category> {
    let content = update.content.windows()?;
    let kind = match content.category? {
        WindowsCategory::Company => CategoryKind::Company,
        WindowsCategory::ProductFamily => CategoryKind::ProductFamily,
        WindowsCategory::Product => CategoryKind::Product,
        WindowsCategory::Classification => return None,
    };
    let id = CategoryId(update.id.0);
    // The mark is often missing (protocols.md §6.2), so all prerequisites are looked at.
    let above = content.prerequisites.iter().flatten().map(|id| CategoryId(id.0)).find(|above| is_category(*above));
    let marked = update.products.first().copied();
    let parent = above.or(marked).filter(|parent| *parent != id);
    Some(Category { id, kind, parent, title: update.title.clone() })
}

fn category_kind(relations: &UpdateRelations) -> Option<WindowsCategory> {
    match relations.category?.category_type {
        CategoryType::Company => Some(WindowsCategory::Company),
        CategoryType::ProductFamily => Some(WindowsCategory::ProductFamily),
        CategoryType::Product => Some(WindowsCategory::Product),
        CategoryType::UpdateClassification => Some(WindowsCategory::Classification),
        CategoryType::Other => None,
    }
}

/// The texts in the language people read; failing that in the document's own; failing that any.
fn texts<'d, 'a>(document: &'d UpdateDocument<'a>) -> Option<&'d LocalizedProperties<'a>> {
    let in_language = |wanted: &str| {
        let exact = document.localized.iter().find(|texts| texts.language.eq_ignore_ascii_case(wanted));
        exact.or_else(|| document.localized.iter().find(|texts| neutral(&texts.language).eq_ignore_ascii_case(wanted)))
    };
    let own = || document.properties.default_language.as_deref().and_then(in_language);
    in_language(LANGUAGE).or_else(own).or_else(|| document.localized.first())
}

/// The language of a tag without its region: `pt` of `pt-br`.
pub(crate) fn neutral(language: &str) -> &str {
    language.split_once(['-', '_']).map_or(language, |(neutral, _)| neutral)
}

fn title(document: &UpdateDocument<'_>) -> String {
    let text = texts(document).map(|texts| texts.title.trim()).filter(|title| !title.is_empty());
    let legacy = document.properties.legacy_name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    text.or(legacy).map_or_else(|| document.revision.id.to_string(), str::to_owned)
}

fn strings(texts: &[std::borrow::Cow<'_, str>]) -> Vec<String> {
    texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

fn revision_ref(revision: &sluice_wsus::update::document::Revision) -> RevisionRef {
    RevisionRef { update: UpdateId(revision.id.0), number: revision.number }
}

fn file(file: &File<'_>) -> WindowsFile {
    WindowsFile {
        name: file.name.clone().into_owned(),
        size: file.size,
        sha1: file.sha1,
        sha256: file.sha256,
        patching: PatchingType::from_attribute(file.patching_type.as_deref()),
    }
}

fn driver(driver: &DriverMetadata<'_>) -> DriverTarget {
    let owned = |text: &std::borrow::Cow<'_, str>| text.clone().into_owned();
    DriverTarget {
        hardware_id: owned(&driver.hardware_id),
        date: driver.date,
        version: packed_version(driver.version),
        class: owned(&driver.class),
        provider: owned(&driver.provider),
        manufacturer: owned(&driver.manufacturer),
        model: owned(&driver.model),
        compatible_providers: driver.compatible_providers.iter().map(owned).collect(),
        feature_scores: driver.feature_scores.iter().map(|s| (owned(&s.operating_system), s.score)).collect(),
        distribution_computers: driver.distribution_computers.clone(),
        target_computers: driver.target_computers.clone(),
    }
}

/// Four parts of 16 bits; larger ones, which no driver has, count as the largest.
fn packed_version(version: Version) -> u64 {
    version.0.iter().fold(0, |packed, part| packed << 16 | u64::from((*part).min(0xFFFF)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(packed_version(Version([10, 0, 26100, 1])), 0x000A_0000_65F4_0001);
        assert!(packed_version(Version([1, 70_000, 0, 0])) < packed_version(Version([2, 0, 0, 0])));
    }

    #[test]
    fn titles_fall_back() {
        let document = |localized: &str| {
            let text = format!(
                "<u:Update xmlns:u=\"http://schemas.microsoft.com/msus/2002/12/Update\">\
                 <u:UpdateIdentity UpdateID=\"0fa1201d-4330-4fa8-8ae9-b877473b6441\" RevisionNumber=\"7\"/>\
                 <u:Properties DefaultPropertiesLanguage=\"de\" LegacyName=\"old\"/>\
                 <u:LocalizedPropertiesCollection>{localized}</u:LocalizedPropertiesCollection></u:Update>"
            );
            update(&UpdateDocument::parse(&text).unwrap()).title
        };
        let texts = |language: &str, title: &str| {
            format!(
                "<u:LocalizedProperties><u:Language>{language}</u:Language><u:Title>{title}</u:Title></u:LocalizedProperties>"
            )
        };
        let all = ["fr", "de", "en-gb", "en"].map(|language| texts(language, &format!(" in {language} ")));
        assert_eq!(document(&all.concat()), "in en");
        assert_eq!(document(&all[..3].concat()), "in en-gb");
        assert_eq!(document(&all[..2].concat()), "in de");
        assert_eq!(document(&all[0]), "in fr");
        assert_eq!(document(""), "old");
    }
}
