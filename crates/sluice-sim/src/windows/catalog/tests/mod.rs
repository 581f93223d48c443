//! Catalogs against the figures of a real one.

mod figures;
mod scan;

use std::collections::{HashMap, HashSet};

use sluice_model::id::UpdateId;
use sluice_wsus::update::UpdateDocument;
use sluice_wsus::update::document::Revision;

use super::{Catalog, CatalogShape, DocumentKind};

/// What a test needs to know of a document.
struct Known {
    revision: Revision,
    kind: DocumentKind,
    prerequisites: Vec<Vec<UpdateId>>,
    bundled: Vec<Revision>,
    superseded: Vec<UpdateId>,
    core: String,
    extended: String,
    /// Bytes of the Core fragment with the planned manifest.
    core_bytes: u64,
    files: usize,
    handler: String,
}

/// Reads all documents; manifests are as short as they can be, and counted with their planned sizes.
fn read(shape: CatalogShape, seed: u64) -> Vec<Known> {
    let planned = Catalog::new(shape.clone(), seed);
    let short = Catalog::new(shape.scaled(0.0), seed);
    assert_eq!(planned.documents().len(), short.documents().len());
    let read = planned.documents().zip(short.documents()).map(|(planned, short)| {
        assert_eq!(planned.revision(), short.revision());
        let xml = short.to_xml();
        let document = UpdateDocument::parse(&xml).unwrap_or_else(|error| panic!("{error}: {xml}"));
        assert_eq!(document.revision, planned.revision());
        let fragments = document.fragments().unwrap();
        assert_eq!(fragments.localized.len(), document.localized.len());
        Known {
            revision: document.revision,
            kind: planned.kind(),
            prerequisites: document.relationships.prerequisites.iter().map(|clause| clause.any_of.clone()).collect(),
            bundled: document.relationships.bundled.iter().flat_map(|clause| clause.any_of.clone()).collect(),
            superseded: document.relationships.superseded.clone(),
            core_bytes: fragments.core.len() as u64 + planned.manifest_bytes(),
            core: fragments.core,
            extended: fragments.extended,
            files: document.files.len(),
            handler: document.handler.map(|handler| handler.kind.to_owned()).unwrap_or_default(),
        }
    });
    read.collect()
}

/// Updates that some revision names as a prerequisite.
fn needed(known: &[Known]) -> HashSet<UpdateId> {
    known.iter().flat_map(|one| one.prerequisites.iter().flatten()).copied().collect()
}

#[test]
fn relations_are_closed_and_free_of_cycles() {
    for shape in [CatalogShape::small(), CatalogShape::windows11()] {
        let known = read(shape, 7);
        // Everything named comes before, so there is no cycle either.
        let mut before: HashMap<UpdateId, HashSet<u32>> = HashMap::new();
        let all: HashSet<UpdateId> = known.iter().map(|one| one.revision.id).collect();
        let mut revisions = HashSet::new();
        for one in &known {
            assert!(one.prerequisites.iter().flatten().all(|id| before.contains_key(id)), "{:?}", one.revision);
            assert!(one.bundled.iter().all(|r| before.get(&r.id).is_some_and(|n| n.contains(&r.number))));
            assert!(one.superseded.iter().all(|id| all.contains(id) && *id != one.revision.id), "{:?}", one.revision);
            let earlier = one.superseded.iter().all(|id| before.contains_key(id));
            assert!(earlier, "{:?} supersedes what comes later", one.revision);
            assert!(revisions.insert(one.revision), "{:?} is there twice", one.revision);
            before.entry(one.revision.id).or_default().insert(one.revision.number);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let stream = |shape: CatalogShape, seed| {
        let mut out = Vec::new();
        Catalog::new(shape, seed).write_stream(&mut out).unwrap();
        out
    };
    let shape =
        CatalogShape { core_sizes: super::SizeCurve(vec![(0.0, 2_000), (1.0, 9_000)]), ..CatalogShape::small() };
    let first = stream(shape.clone(), 1);
    assert_eq!(first, stream(shape.clone(), 1));
    let second = stream(shape.clone(), 2);
    assert_ne!(first, second);
    assert_eq!(first.iter().filter(|byte| **byte == b'\n').count(), Catalog::new(shape, 1).documents().len());
}

#[test]
fn a_folder_holds_each_document() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::new(CatalogShape::small().scaled(0.05), 3);
    catalog.write_directory(folder.path()).unwrap();
    for document in catalog.documents() {
        let revision = document.revision();
        let path = folder.path().join(format!("{}-r{}.xml", revision.id, revision.number));
        assert_eq!(std::fs::read_to_string(path).unwrap(), document.to_xml());
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), catalog.documents().len());
}

#[test]
fn files_have_the_digests_of_their_contents() {
    let catalog = Catalog::new(CatalogShape::small(), 3);
    let mut checked = 0;
    for document in catalog.documents() {
        let xml = document.to_xml();
        for file in UpdateDocument::parse(&xml).unwrap().files {
            let content = catalog.content(&file.sha1).unwrap();
            assert_eq!(content.len() as u64, file.size);
            let sha256 = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &content);
            assert_eq!(sha256.as_ref(), file.sha256.unwrap());
            checked += 1;
        }
    }
    assert!(checked > 100, "{checked}");
    assert_eq!(Catalog::new(CatalogShape::windows11(), 3).content(&[0; 20]), None);
}
