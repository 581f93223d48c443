//! GetExtendedUpdateInfo and its second form: what a client needs to show, download and install the
//! updates that apply to it (\[MS-WUSP\] 3.1.5.9, 3.1.5.10; protocols.md §3.8).

use sluice_model::{RevisionId, RevisionRef};

use super::fault::{ClientFault, ClientResult};
use super::fragments::{FragmentBytes, StoredFragment};
use super::locations::{ContentLocation, Locations};
use super::memory::{AnswerShare, LOCATION_BYTES, MOST_BYTES, Recipient};
use super::session::MAX_EXTENDED;
use super::sync::{number, revision, unreadable};
use crate::site::Site;

/// Most languages in one request; agents ask for the user's and English.
const MAX_LOCALES: usize = 32;

/// What a client wants to know of updates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WantedInfo {
    /// The Core fragment again.
    pub core: bool,
    /// The Extended fragment.
    pub extended: bool,
    /// Titles and descriptions in its languages.
    pub localized: bool,
    /// Licence terms in its languages. None are given: licences are accepted at the site, before an
    /// update is deployed.
    pub licence: bool,
}

impl WantedInfo {
    fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// What a client is told of updates.
#[derive(Debug, Default)]
pub struct ExtendedAnswer {
    /// Fragments with the number of their revision, by kind and then in the order asked.
    pub fragments: Vec<(i32, FragmentBytes)>,
    /// Where the files are.
    pub files: Vec<ContentLocation>,
    /// Numbers that the client is not offered (any more).
    pub out_of_scope: Vec<i32>,
    /// To be kept until the answer has been sent.
    pub memory: Option<AnswerShare>,
}

impl Site {
    /// More about updates that a client was offered.
    ///
    /// # Errors
    /// Those of the cookie, `RegistrationRequired`, `InvalidParameters`, also for more metadata than
    /// fits into memory; `ServerBusy`; `Internal` when metadata cannot be read.
    pub async fn windows_extended(
        &self,
        recipient: Recipient,
        cookie: &[u8],
        ids: &[i32],
        wanted: WantedInfo,
        locales: &[String],
    ) -> ClientResult<ExtendedAnswer> {
        let open = self.open_cookie(cookie)?;
        let client = open.registered()?;
        if ids.is_empty() || ids.len() > MAX_EXTENDED {
            return Err(ClientFault::InvalidParameters("revisionIDs"));
        }
        if wanted.is_nothing() {
            return Err(ClientFault::InvalidParameters("infoTypes"));
        }
        if locales.len() > MAX_LOCALES || ((wanted.localized || wanted.licence) && locales.is_empty()) {
            return Err(ClientFault::InvalidParameters("locales"));
        }
        let view = self.windows.views.load();
        let scope = view.scope(&view.groups(client));
        let mut answer = ExtendedAnswer::default();
        let mut found = Vec::with_capacity(ids.len());
        // A repeated number is answered once.
        let first = |(at, id): &(usize, &i32)| !ids.iter().take(*at).any(|before| before == *id);
        for (_, id) in ids.iter().enumerate().filter(first) {
            if scope.deployment(revision(*id)).is_some() {
                found.push(revision(*id));
            } else {
                answer.out_of_scope.push(*id);
            }
        }
        let cache = &self.windows.fragments;
        let mut fragments: Vec<(RevisionId, StoredFragment)> = Vec::new();
        if wanted.core {
            fragments.extend(found.iter().filter_map(|id| Some((*id, cache.core(*id)?))));
        }
        if wanted.extended {
            fragments.extend(found.iter().filter_map(|id| Some((*id, cache.extended(*id)?))));
        }
        if wanted.localized {
            let locales: Vec<_> = locales.iter().map(String::as_str).collect();
            for id in &found {
                fragments.extend(cache.localized(*id, &locales).into_iter().map(|fragment| (*id, fragment)));
            }
        }
        let mut files = Locations::default();
        for revision in found {
            let content = view.catalog().revision(revision).and_then(|update| update.content.windows());
            content.into_iter().flat_map(|content| &content.files).for_each(|file| files.add(file));
        }
        answer.files = files.list;
        let metadata: u64 = fragments.iter().map(|(_, fragment)| fragment.size_for(recipient)).sum();
        let size = metadata + answer.files.len() as u64 * LOCATION_BYTES;
        if size > MOST_BYTES {
            return Err(ClientFault::InvalidParameters("revisionIDs"));
        }
        answer.memory = Some(self.windows.memory.take(recipient.peer, size).await?);
        for (id, fragment) in fragments {
            let bytes = fragment.read().await.map_err(|error| unreadable(id, &error))?;
            answer.fragments.push((number(id), bytes));
        }
        Ok(answer)
    }

    /// Where the files of revisions are, by their names for all servers. Nothing here is encrypted.
    ///
    /// # Errors
    /// Those of the cookie, `RegistrationRequired`, `InvalidParameters`.
    pub fn windows_file_urls(
        &self,
        cookie: &[u8],
        identities: &[RevisionRef],
    ) -> ClientResult<(Vec<RevisionRef>, Vec<ContentLocation>)> {
        let open = self.open_cookie(cookie)?;
        let client = open.registered()?;
        if identities.is_empty() || identities.len() > MAX_EXTENDED {
            return Err(ClientFault::InvalidParameters("updateIDs"));
        }
        let view = self.windows.views.load();
        let scope = view.scope(&view.groups(client));
        let mut files = Locations::default();
        let mut found = Vec::new();
        for revision in scope.refresh(identities) {
            let Some(update) = view.catalog().revision(revision) else { continue };
            found.push(RevisionRef { update: update.id, number: update.number });
            let content = update.content.windows();
            content.into_iter().flat_map(|content| &content.files).for_each(|file| files.add(file));
        }
        Ok((found, files.list))
    }
}
