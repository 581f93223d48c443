use super::*;
use crate::captures::{documents, shared_text};

fn relations(text: &str) -> UpdateRelations {
    UpdateRelations::from(&UpdateDocument::parse(text).unwrap())
}

#[test]
fn a_hidden_bundle_with_unmarked_categories() {
    let found = documents();
    let Some((_, text)) = found.iter().find(|(name, _)| name.starts_with("1f9bd9bb")) else { return };
    let relations = relations(text);
    assert_eq!(relations.kind, UpdateKind::Software);
    assert_eq!(relations.classification, Some(Classification::DefinitionUpdates));
    assert_eq!(relations.products, []);
    assert!(!relations.explicitly_deployable && !relations.expired);
    assert_eq!(relations.bundled[0].any_of.len(), 24);
}

#[test]
fn a_product_and_the_family_above() {
    let found = documents();
    let Some((_, text)) = found.iter().find(|(name, _)| name.starts_with("dd78b8a1")) else { return };
    let relations = relations(text);
    assert_eq!(relations.kind, UpdateKind::Category);
    assert!(relations.is_category(CategoryType::Product));
    assert_eq!(relations.products, ["6964aab4-c5b5-43bd-a17d-ffb4346a8e1d".parse().unwrap()]);
    assert_eq!(relations.classification, None);
}

#[test]
fn marked_categories_and_files() {
    let Some(text) = shared_text("protocol/xsd/samples/software.xml") else { return };
    let marked = text.replace(
        "<upd:UpdateIdentity UpdateID=\"11111111-2222-4333-8444-555555555514\"/>",
        "<upd:UpdateIdentity UpdateID=\"11111111-2222-4333-8444-555555555514\"/><upd:UpdateIdentity UpdateID=\"0FA1201D-4330-4FA8-8AE9-B877473B6441\"/>",
    );
    let relations = relations(&marked);
    assert_eq!(relations.classification, Some(Classification::SecurityUpdates));
    assert_eq!(relations.products, ["11111111-2222-4333-8444-555555555514".parse().unwrap()]);
    let files: Vec<_> = relations.files.iter().map(|file| (file.name.as_str(), file.licence)).collect();
    assert_eq!(files, [("example.exe", false), ("eula.en.txt", true)]);
    assert_eq!(relations.supersedes.len(), 1);
    assert!(relations.explicitly_deployable);
}
