use crate::captures::{documents, shared_text};
use crate::messages::server_sync::GetUpdateDataResponse;
use crate::soap::read_response;

const LIMIT: usize = 1 << 20;

/// The recorded answers with documents; those that are among the recorded documents too are equal to them.
#[test]
fn recorded_documents_come_out() {
    let known = documents();
    for folder in ["000013", "000015"] {
        let Some(text) = shared_text(&format!("captures/wsus-upstream/{folder}/response.body")) else { return };
        let response: GetUpdateDataResponse = read_response(&text).unwrap();
        let [update] = &response.updates[..] else { panic!("{} updates", response.updates.len()) };
        let document = update.blob.as_ref().unwrap().to_document(LIMIT).unwrap();
        crate::update::UpdateDocument::parse(&document).unwrap();
        let name = format!("{}-r{}", update.id.update_id, update.id.revision_number);
        if let Some((_, expected)) = known.iter().find(|(known, _)| *known == name) {
            assert_eq!(&document, expected);
        }
    }
}
