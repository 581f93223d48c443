use std::borrow::Cow;

use bytes::Bytes;
use sluice_site::downstream::{DocumentBody, DocumentForm, ReadyDocument, ServerFault, UpdateDocuments};
use sluice_wsus::messages::server_sync::{
    GetUpdateData, GetUpdateDataResponse, ServerSyncUpdateData, ServerSyncUrlData, UpdateBlob,
};
use sluice_wsus::soap::{ContentEncoding, Fragment, SoapVersion};

use super::super::ask::{Answer, Answered, Ask};
use super::super::convert::data;

/// The address of a file at this site follows from its digest and extension, so `UssUrl` is empty,
/// as WSUS leaves it (C).
pub(super) async fn answer(ask: &Ask<'_>, request: GetUpdateData) -> Answered {
    let wanted: Vec<_> = request.update_ids.into_iter().map(super::revision).collect();
    let writing = ask.writing;
    let form = DocumentForm {
        soap12: writing.version == SoapVersion::Soap12,
        xpress: writing.encoding == ContentEncoding::Xpress,
    };
    let write = move |documents: &UpdateDocuments| {
        let urls: Vec<_> = documents.documents.iter().flat_map(|document| urls(document)).collect();
        let updates = documents.documents.iter().map(|document| update(document));
        let written = GetUpdateDataResponse::write_updates(updates, &urls, writing.version, writing.encoding);
        written.map_err(|error| {
            tracing::error!(%error, "an answer with documents could not be written");
            ServerFault::Internal
        })
    };
    let bytes = ask.site.downstream_documents(&data(request.cookie), &wanted, form, write).await?;
    Ok(Answer { pieces: [bytes, Bytes::new(), Bytes::new()], memory: None })
}

fn update(document: &ReadyDocument) -> ServerSyncUpdateData<'_> {
    let blob = match &document.body {
        DocumentBody::Plain(bytes) => UpdateBlob::Plain(Fragment::escaped(bytes)),
        // Base64 is text.
        DocumentBody::Packed(bytes) => UpdateBlob::Packed(Cow::Borrowed(str::from_utf8(bytes).unwrap_or_default())),
    };
    ServerSyncUpdateData {
        id: super::identity(document.revision),
        blob: Some(blob),
        file_digest_list: document.digests.iter().map(|digest| digest.to_vec()).collect(),
    }
}

fn urls(document: &ReadyDocument) -> impl Iterator<Item = ServerSyncUrlData> {
    let url = |digest: &[u8; 20]| ServerSyncUrlData { file_digest: digest.to_vec(), ..ServerSyncUrlData::default() };
    document.digests.iter().map(url)
}
