//! A generated catalog of the shape of Microsoft's goes through the import whole.

use std::io;

use sluice_model::RevisionRef;
use sluice_sim::windows::catalog::{Catalog, CatalogShape};
use sluice_site::Caller;

use crate::site::Running;

#[tokio::test]
async fn a_generated_catalog_is_imported_whole() {
    let running = Running::start().await;
    let catalog = Catalog::new(CatalogShape::small(), 1);
    let mut stream = Vec::new();
    catalog.write_stream(&mut stream).expect("a catalog");
    let import = async || {
        let pieces: Vec<_> = stream.chunks(1 << 20).map(|piece| Ok::<_, io::Error>(piece.to_vec().into())).collect();
        let body = tokio_stream::iter(pieces);
        running.site.import_catalog(&Caller::system(), "small.xml", Some(stream.len() as u64), body).await
    };
    let summary = import().await.expect("an import");
    let documents = catalog.documents().len() as u64;
    assert_eq!((summary.documents, summary.quarantined), (documents, 0), "{:?}", summary.problems);
    assert_eq!(summary.new_updates + summary.new_revisions, documents);
    let served = running.site.catalog();
    for document in catalog.documents() {
        let revision = RevisionRef { update: document.revision().id, number: document.revision().number };
        let id = served.exact(revision).unwrap_or_else(|| panic!("{revision:?} is served"));
        let update = served.revision(id).expect("what is served is there");
        assert_eq!(update.title, document.title());
    }
    let again = import().await.expect("the same import");
    assert_eq!((again.unchanged, again.catalog_version), (documents, summary.catalog_version));
    running.stop().await;
}
