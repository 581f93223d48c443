//! Whether the documents of updates in a store can be read.

use std::collections::HashSet;

use sluice_model::{RevisionId, RevisionRef};
use sluice_store::Store;
use sluice_store::catalog::{self, StoredDocument};
use sluice_wsus::update::UpdateDocument;

use super::import::unpack_document;
use crate::error::{SiteError, SiteResult};

/// Documents read together: some are long.
const AT_ONCE: u32 = 4;

/// Reads every document; what is wrong, in sentences.
///
/// # Errors
/// When the store cannot be read.
pub async fn check_documents(store: &Store) -> SiteResult<Vec<String>> {
    let mut reader = store.reader().await?;
    let mut absent: HashSet<RevisionId> = HashSet::new();
    catalog::load_revisions(&mut reader, None, |row| {
        // A row that cannot be read the check of the store reports.
        let windows = row.ok().filter(|stored| stored.update.content.windows().is_some());
        absent.extend(windows.map(|stored| stored.id));
        Ok(())
    })
    .await?;
    let mut problems = Vec::new();
    let mut after = RevisionId(0);
    loop {
        let documents = match catalog::documents(&mut reader, after, RevisionId(u32::MAX), AT_ONCE).await {
            Ok(documents) => documents,
            Err(error) => {
                // What was found before is told all the same.
                problems.push(format!("table update_document: what is behind row {} cannot be read: {error}", after.0));
                return Ok(problems);
            }
        };
        let Some(last) = documents.last() else { break };
        after = last.id;
        for document in &documents {
            absent.remove(&document.id);
        }
        let check = move || documents.iter().filter_map(problem).collect::<Vec<_>>();
        let found = tokio::task::spawn_blocking(check).await;
        problems.extend(found.map_err(|error| SiteError::internal("reading documents", error))?);
    }
    let mut absent: Vec<_> = absent.into_iter().collect();
    absent.sort_unstable();
    problems.extend(absent.into_iter().map(|id| format!("table update_document, row {}: it does not exist", id.0)));
    Ok(problems)
}

fn problem(document: &StoredDocument) -> Option<String> {
    let found = (|| {
        let text = unpack_document(&document.body, document.plain_size).map_err(|error| error.to_string())?;
        let text = std::str::from_utf8(&text).map_err(|error| error.to_string())?;
        let found = UpdateDocument::parse(text).map_err(|error| error.to_string())?.revision;
        Ok::<_, String>(RevisionRef { update: found.id, number: found.number })
    })();
    let what = match found {
        Ok(found) if found == document.revision => return None,
        Ok(found) => format!("it is the document of update {} revision {}", found.update, found.number),
        Err(error) => format!("it cannot be read: {error}"),
    };
    Some(format!("table update_document, row {}: {what}", document.id.0))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sluice_store::catalog::{CatalogBatch, DocumentWrite, RevisionRef as Place, commit_sync_batch};

    use super::*;
    use crate::windows::import::tests::world::{World, revision, software};

    #[tokio::test]
    async fn documents_that_are_wrong_or_missing_are_told() {
        let world = World::new().await;
        world.import("a.xml", (10..60).map(|id| software(id, 1, "A", &[])).collect::<String>()).await.unwrap();
        let store = &world.site.store;
        assert_eq!(check_documents(store).await.unwrap(), [""; 0]);

        let catalog = world.site.catalog();
        let like = |id| Arc::clone(catalog.revision(catalog.exact(revision(id, 1)).unwrap()).unwrap());
        let revisions = (100..103).zip(10..).map(|(number, id)| {
            let mut update = sluice_model::Update::clone(&like(id));
            update.number = number;
            Arc::new(update)
        });
        let text = software(10, 1, "A", &[]);
        let body = zstd::bulk::compress(text.as_bytes(), 1).unwrap();
        let write = |place, body| DocumentWrite { revision: Place::New(place), plain_size: text.len() as u64, body };
        let documents = vec![write(0, body.clone()), write(1, body[..20].to_vec())];
        let batch = CatalogBatch { revisions: revisions.collect(), documents, ..CatalogBatch::default() };
        let batch = batch.pack().unwrap();
        let now = world.site.now();
        store.write(move |tx| Box::pin(commit_sync_batch(tx, batch, now))).await.unwrap();
        let problems = check_documents(store).await.unwrap();
        assert_eq!(problems.len(), 3, "{problems:#?}");
        let other = format!("row 51: it is the document of update {} revision 1", revision(10, 1).update);
        for (problem, expected) in
            problems.iter().zip([&*other, "row 52: it cannot be read", "row 53: it does not exist"])
        {
            assert!(problem.contains(expected), "{problem}");
        }
    }
}
