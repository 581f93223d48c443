//! From an answer to items that are ready to be stored; on a thread of its own, one document in memory at a time.

use rustc_hash::FxHashSet;
use sluice_model::RevisionRef;
use sluice_wsus::messages::server_sync::{GetUpdateDataResponse, ServerSyncUpdateData, ServerSyncUrlData};
use sluice_wsus::update::{MAX_DOCUMENT, decode};
use sluice_wsus::{blob, soap};

use super::connection::Body;
use super::error::UpstreamError;
use super::pending;
use super::session;
use crate::error::chain;
use crate::windows::import::{DeriveError, Derived, Item, PackedDocument, item_of};

/// The operation.
pub(super) const OPERATION: &str = "GetUpdateData";

/// What came of a request.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) items: Vec<Item>,
    /// The revisions that were answered, whatever came of them.
    pub(super) answered: FxHashSet<RevisionRef>,
    /// What the bundles among them consist of.
    pub(super) parts: Vec<RevisionRef>,
    /// The encrypted files among theirs, each with its revision.
    pub(super) encrypted: Vec<([u8; 20], RevisionRef)>,
    /// Where files are.
    pub(super) urls: Vec<ServerSyncUrlData>,
}

/// Reads the answer to a request for some revisions. A document that is wrong stops no other.
pub(super) fn read(url: &str, body: &Body, asked: &[RevisionRef]) -> Result<Answer, UpstreamError> {
    let text = soap::decode(&body.bytes, None).map_err(|_| UpstreamError::NotSoap { url: url.to_owned() })?;
    let response: GetUpdateDataResponse<'_> =
        soap::read_response(&text).map_err(|error| session::refused(url, OPERATION, error))?;
    let mut answer = Answer { urls: response.file_urls, ..Answer::default() };
    for data in response.updates {
        let Some(revision) = pending::revision(&data.id).filter(|revision| asked.contains(revision)) else {
            tracing::debug!(url, update = %data.id.update_id, "the upstream gave an update that was not asked for");
            continue;
        };
        answer.answered.insert(revision);
        let item = match derive(&data, revision) {
            Ok(derived) => {
                let content = derived.update.content.windows();
                answer.encrypted.extend(derived.encrypted.iter().map(|sha1| (*sha1, revision)));
                answer.parts.extend(content.into_iter().flat_map(|content| content.bundled.iter().flatten()));
                Item::New(derived)
            }
            Err(reason) => Item::Refused { item: item_of(revision), reason },
        };
        answer.items.push(item);
    }
    Ok(answer)
}

fn from_text(document: &str) -> Result<Result<Derived, DeriveError>, String> {
    let text = decode(document.as_bytes()).map_err(|error| chain(&error))?;
    Ok(Derived::from_text(&text))
}

fn derive(data: &ServerSyncUpdateData<'_>, asked: RevisionRef) -> Result<Box<Derived>, String> {
    let Some(blob) = &data.blob else { return Err("the upstream gave no document for it".to_owned()) };
    let derived = match blob.packed().map_err(|error| chain(&error))? {
        // As another Sluice keeps it.
        Some(bytes) if PackedDocument::is(&bytes) => Derived::from_packed(bytes),
        Some(bytes) => from_text(&blob::unpack(&bytes, MAX_DOCUMENT).map_err(|error| chain(&error))?)?,
        None => from_text(&blob.to_document(MAX_DOCUMENT).map_err(|error| chain(&error))?)?,
    };
    let derived = derived.map_err(|error| chain(&error))?;
    let found = derived.revision();
    if found == asked {
        return Ok(Box::new(derived));
    }
    Err(format!("the upstream gave the document of another one: update {} revision {}", found.update, found.number))
}
