//! The keys of encrypted files (\[MS-WSUSSS\] 3.2.4.2, protocols.md §5.1, step 9): which are wanted is noted with the
//! documents, so that a run may end anywhere; they are asked for at the end of each run until they come. Nothing that
//! goes wrong here stops a run.

use std::collections::VecDeque;

use sluice_model::RevisionRef;
use sluice_wsus::messages::server_sync::{GetUpdateDecryptionData, GetUpdateDecryptionDataResponse};

use super::error::UpstreamError;
use super::pending;
use super::session::{Asking, MAX_SMALL, Session};
use crate::error::chain;
use crate::site::Site;
use crate::windows::file_keys::{MAX_FILES, MAX_KEY};

/// The operation.
const OPERATION: &str = "GetUpdateDecryptionData";
/// Revisions a server may refuse in a run before the others wait for the next.
const MAX_REFUSED: usize = 32;

/// Notes whose keys are wanted.
pub(super) async fn want(site: &Site, files: Vec<([u8; 20], RevisionRef)>) {
    if files.is_empty() {
        return;
    }
    match site.windows.file_keys.want(&site.store, files).await {
        Ok(true) => {}
        Ok(false) => tracing::error!(most = MAX_FILES, "too many encrypted files; the keys of more are not asked for"),
        Err(error) => tracing::error!(error = chain(&error), "what keys of files are wanted could not be stored"),
    }
}

/// Asks for the keys that are still to come. The answer is a warning when some did not.
pub(super) async fn fetch(site: &Site, session: &Session, asking: &Asking<'_>) -> Option<String> {
    let keys = &site.windows.file_keys;
    let before = keys.wanted();
    if before == 0 {
        return None;
    }
    let done = ask(site, session, asking).await;
    let left = keys.wanted();
    if left < before {
        // Sites below ask for them as well.
        site.sites.news.raise();
    }
    let why = match done {
        Ok(()) if left == 0 => return None,
        Ok(()) => "the upstream does not have them".to_owned(),
        Err(why) => why,
    };
    Some(format!("The keys of {left} encrypted files did not come: {why}. They are asked for again with the next run."))
}

async fn ask(site: &Site, session: &Session, asking: &Asking<'_>) -> Result<(), String> {
    let said = |error: UpstreamError| chain(&error);
    let known = session.known(asking.me, (asking.now)(), &|_| {}).await.map_err(said)?;
    let batch = known.keys_batch().ok_or("the upstream gives no keys")?;
    let revisions = site.windows.file_keys.revisions();
    let mut open: VecDeque<Vec<RevisionRef>> = revisions.chunks(batch).map(<[_]>::to_vec).collect();
    let (mut refused, mut last) = (0, None);
    while let Some(batch) = open.pop_front() {
        let update_ids: Vec<_> = batch.iter().map(|revision| pending::identity(*revision)).collect();
        let request = |cookie| GetUpdateDecryptionData { cookie: Some(cookie), update_ids: update_ids.clone() };
        let body = session.ask_known(asking, OPERATION, MAX_SMALL, request).await;
        match body.and_then(|body| session.read(OPERATION, &body)) {
            Ok(answer) => take(site, &batch, answer).await?,
            // One that the server does not have fails all.
            Err(error) if error.may_be_of_one() && batch.len() > 1 => {
                let (front, back) = batch.split_at(batch.len() / 2);
                open.push_front(back.to_vec());
                open.push_front(front.to_vec());
            }
            Err(error) if error.may_be_of_one() && refused < MAX_REFUSED => {
                refused += 1;
                last = Some(said(error));
            }
            Err(error) => return Err(said(error)),
        }
    }
    last.map_or(Ok(()), Err)
}

/// Keeps what was asked for and is wanted.
async fn take(site: &Site, asked: &[RevisionRef], answer: GetUpdateDecryptionDataResponse) -> Result<(), String> {
    let updates = answer.update_file_decryption_data.into_iter();
    let of_asked = updates.filter(|update| pending::revision(&update.update_id).is_some_and(|r| asked.contains(&r)));
    let keys = of_asked.flat_map(|update| update.file_decryption_data).filter_map(|file| {
        let sha1: [u8; 20] = file.file_digest.try_into().ok()?;
        let fits = (1..=MAX_KEY).contains(&file.decryption_key.len());
        (fits && site.windows.file_keys.is_wanted(&sha1)).then_some((sha1, file.decryption_key))
    });
    let keys: Vec<_> = keys.collect();
    if keys.is_empty() {
        return Ok(());
    }
    site.windows.file_keys.put(&site.store, keys).await.map_err(|error| chain(&error))
}
