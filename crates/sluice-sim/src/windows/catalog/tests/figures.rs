//! Counts and sizes (`captures/windows-servicing/catalog-stats.json`).

use sluice_wsus::update::UpdateDocument;

use super::{Known, needed, read};
use crate::windows::catalog::{Catalog, CatalogShape, DocumentKind};

/// Within a share of the real figure.
#[track_caller]
fn about(what: &str, figure: u64, real: u64, percent: u64) {
    assert!(figure.abs_diff(real) * 100 <= real * percent, "{what}: {figure}, really {real} (±{percent} %)");
}

#[test]
fn a_windows_11_catalog_has_the_counts_of_a_real_one() {
    let known = read(CatalogShape::windows11(), 1);
    assert_eq!(known.len(), 5253);
    let needed = needed(&known);
    // One product is there in two revisions.
    let count =
        |kind, leaf| known.iter().filter(|one| one.kind == kind && needed.contains(&one.revision.id) != leaf).count();
    assert_eq!(count(DocumentKind::Detectoid, true), 3433);
    assert_eq!(count(DocumentKind::Detectoid, false), 277);
    assert_eq!(count(DocumentKind::Category, true), 199);
    assert_eq!(count(DocumentKind::Category, false), 249 + 1);
    assert_eq!(count(DocumentKind::Member, true), 561);
    assert_eq!(count(DocumentKind::Bundle, true) + count(DocumentKind::Standalone, true), 441 + 92);
    assert_eq!(count(DocumentKind::Bundle, true), 525);
    let handler = |name: &str| known.iter().filter(|one| one.handler == name).count();
    assert_eq!(handler("OSInstallerMetadata"), 297);
    assert_eq!(handler("Cbs"), 180);
    assert_eq!(handler("CommandLineInstallation"), 84);
    assert_eq!(handler("WindowsInstaller"), 8);
    let sections = |has: fn(&Known) -> bool| known.iter().filter(|one| has(one)).count() as u64;
    about("documents with prerequisites", sections(|one| !one.prerequisites.is_empty()), 5143, 1);
    about("documents that supersede", sections(|one| !one.superseded.is_empty()), 633, 2);
    about("supersedence", known.iter().map(|one| one.superseded.len() as u64).sum(), 16_664, 1);
    let releases = |one: &&Known| one.handler == "OSInstallerMetadata";
    let files = known.iter().filter(releases).map(|one| one.files as u64).sum();
    about("files of OSInstaller", files, 2114 + 854 + 698 + 173, 3);
    let named = |extension: &str| {
        known.iter().filter(releases).map(|one| one.extended.matches(extension).count() as u64).sum::<u64>()
    };
    about("cab files", named(".cab\""), 2114, 3);
    about("wim files", named(".wim\""), 854, 3);
    about("psf files", named(".psf\""), 698, 3);
    about("msu files", named(".msu\""), 173, 3);
    let attribute = |name: &str| {
        let name = format!("DeviceAttribute Name=\"{name}\"");
        known.iter().filter(releases).map(|one| one.core.matches(&name).count() as u64).sum::<u64>()
    };
    about("OSSkuId", attribute("OSSkuId"), 747, 10);
    about("OSVersion", attribute("OSVersion"), 604, 5);
    about("ProductType", attribute("ProductType"), 198, 5);
    let mut downloads: Vec<u64> = known.iter().filter(releases).map(max_download).collect();
    downloads.sort_unstable();
    about("median download", downloads[downloads.len() / 2], 9_620_000_000, 15);
}

fn max_download(one: &Known) -> u64 {
    let xml = format!("{}{}", one.core, one.extended);
    UpdateDocument::parse_fragments(&xml).unwrap().properties.max_download_size.unwrap()
}

#[test]
fn core_fragments_have_the_sizes_of_real_ones() {
    let known = read(CatalogShape::windows11(), 1);
    let mut sizes: Vec<u64> = known.iter().map(|one| one.core_bytes).collect();
    sizes.sort_unstable();
    let over = |bytes: u64| sizes.iter().filter(|size| **size > bytes).count();
    about("all", sizes.iter().sum(), 1_184_000_000, 1);
    about("median", sizes[sizes.len() / 2], 563, 10);
    about("p99", sizes[sizes.len() * 99 / 100], 413_358, 3);
    assert_eq!(over(1_000_000), 46);
    assert_eq!(over(32 << 20), 10);
    about("largest", sizes[sizes.len() - 1], 46_887_043, 1);
    let mut manifests: Vec<u64> = known.iter().filter(|one| one.handler == "Cbs").map(|one| one.core_bytes).collect();
    manifests.sort_unstable();
    about("smallest with manifest", manifests[0], 50_662, 3);
    about("median with manifest", manifests[90], 167_067, 3);
}

#[test]
fn manifests_have_the_planned_size() {
    let catalog = Catalog::new(CatalogShape::small(), 5);
    let mut large = 0;
    for document in catalog.documents().filter(|document| document.manifest_bytes() > 0) {
        let xml = document.to_xml();
        let read = UpdateDocument::parse(&xml).unwrap();
        let manifest = read.applicability.as_ref().unwrap().metadata.unwrap().len() as u64;
        let planned = document.manifest_bytes();
        assert!(manifest.abs_diff(planned) < 1500, "{manifest} instead of {planned}");
        let core = read.fragments().unwrap().core;
        assert!(core.len() as u64 > planned);
        large += u64::from(planned > 1_000_000);
    }
    assert!(large > 0);
    let bytes: usize = catalog.documents().map(|document| document.to_xml().len()).sum();
    assert!((2_000_000..8_000_000).contains(&bytes), "{bytes}");
    assert!((280..380).contains(&catalog.documents().len()), "{}", catalog.documents().len());
}

#[test]
fn manifests_compress_as_text_with_numbers_does() {
    let catalog = Catalog::new(CatalogShape::small(), 5);
    let largest = catalog.documents().max_by_key(super::super::Document::manifest_bytes).unwrap().to_xml();
    let packed = sluice_wsus::xpress::compress(largest.as_bytes());
    let ratio = largest.len() as f64 / packed.len() as f64;
    assert!((3.0..20.0).contains(&ratio), "{ratio}");
}
