//! GetExtendedUpdateInfo and its second form: what a client needs to show, download and install the
//! updates that apply to it (\[MS-WUSP\] 3.1.5.9, 3.1.5.10; protocols.md §3.8).

use sluice_model::{RevisionId, RevisionRef};

use super::answers::{After, AnswerPlace, AskedBytes, Circumstances, Section, SectionKey, runs};
use super::fault::{ClientFault, ClientResult};
use super::file_keys::FileKey;
use super::fragments::{FragmentBytes, StoredFragment};
use super::locations::{ContentLocation, Locations};
use super::memory::{AnswerShare, LOCATION_BYTES, MOST_BYTES, Recipient, is_counted};
use super::round::Told;
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
    /// Fragments with the number of their revision, by kind and then in the order asked; for a client that unpacks in
    /// runs.
    pub sections: Vec<Section<(i32, FragmentBytes)>>,
    /// The same for others.
    pub fragments: Vec<(i32, FragmentBytes)>,
    /// Where the files are.
    pub files: Vec<ContentLocation>,
    /// Numbers that the client is not offered (any more).
    pub out_of_scope: Vec<i32>,
    /// To be kept until the answer has been sent.
    pub memory: Option<AnswerShare>,
    /// Where the answer is to be kept for others.
    pub place: Option<AnswerPlace>,
}

/// What a client is told of the files of updates.
#[derive(Debug, Default)]
pub struct FileAnswer {
    /// The revisions that the client is offered, and whether files of theirs are encrypted.
    pub found: Vec<(RevisionRef, bool)>,
    /// Where the files are.
    pub files: Vec<ContentLocation>,
    /// SHA-1 and key of those that are encrypted, as far as keys came.
    pub keys: Vec<([u8; 20], FileKey)>,
}

impl Site {
    /// More about updates that a client was offered. `asked` is the request as it came, if its answer may be kept.
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
        asked: Option<&AskedBytes<'_>>,
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
        let groups = view.groups(client);
        let scope = view.scope(&groups);
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
        let (mut fragments, whole) = self.fragments(&found, wanted, locales).await?;
        let mut files = Locations::default();
        for revision in found.iter().copied() {
            let content = view.catalog().revision(revision).and_then(|update| update.content.windows());
            content.into_iter().flat_map(|content| &content.files).for_each(|file| files.add(file));
        }
        answer.files = files.list;
        let metadata: u64 = fragments.iter().map(|(_, fragment)| fragment.size_for(recipient)).sum();
        let size = metadata + answer.files.len() as u64 * LOCATION_BYTES;
        if size > MOST_BYTES {
            return Err(ClientFault::InvalidParameters("revisionIDs"));
        }
        let share = if is_counted(size) {
            // Who waits keeps nothing in memory meanwhile.
            drop(fragments);
            let share = self.windows.memory.take(recipient.peer, size).await?;
            (fragments, _) = self.fragments(&found, wanted, locales).await?;
            share
        } else {
            self.windows.memory.take(recipient.peer, size).await?
        };
        if recipient.unpacks {
            let key = SectionKey::more();
            for (small, run) in runs(fragments, |(revision, fragment)| (*revision, !fragment.is_packed())) {
                let mut section = Section::default();
                if small {
                    let names = run.iter().map(|(revision, fragment)| {
                        let (kind, language) = fragment.name();
                        (*revision, kind, language)
                    });
                    match key.with(names).find(&view) {
                        Ok(ready) => section.ready = Some(ready),
                        Err(place) => section.place = Some(place),
                    }
                }
                if section.ready.is_none() {
                    section.updates = read(run).await?;
                }
                answer.sections.push(section);
            }
        } else {
            answer.fragments = read(fragments).await?;
        }
        let told = Told::of(&open.cookie, groups.fingerprint());
        let place = |asked| {
            let key = view.key(&groups);
            let circumstances = Circumstances::new(asked, &key, told, &open.cookie, recipient);
            AnswerPlace::new(&view, asked, circumstances, After::Nothing)
        };
        answer.place = asked.filter(|_| whole && !share.is_counted()).and_then(place);
        answer.memory = Some(share);
        Ok(answer)
    }

    /// The fragments of revisions that are wanted, first all of one kind; and whether each has some.
    async fn fragments(
        &self,
        revisions: &[RevisionId],
        wanted: WantedInfo,
        locales: &[String],
    ) -> ClientResult<(Vec<(RevisionId, StoredFragment)>, bool)> {
        let mut fragments = Vec::new();
        if !(wanted.core || wanted.extended || wanted.localized) {
            return Ok((fragments, true));
        }
        let found = self.windows.fragments.of(revisions).await;
        let found = found.map_err(|error| unreadable(revisions.first().copied(), &error))?;
        let found: Vec<_> = revisions.iter().copied().zip(found).filter_map(|(id, found)| Some((id, found?))).collect();
        let whole = found.len() == revisions.len();
        if !whole {
            tracing::error!(asked = revisions.len(), found = found.len(), "some updates have no metadata");
        }
        if wanted.core {
            fragments.extend(found.iter().map(|(id, found)| (*id, found.core())));
        }
        if wanted.extended {
            fragments.extend(found.iter().map(|(id, found)| (*id, found.extended())));
        }
        if wanted.localized {
            let locales: Vec<_> = locales.iter().map(String::as_str).collect();
            for (id, found) in &found {
                fragments.extend(found.localized(&locales).into_iter().map(|fragment| (*id, fragment)));
            }
        }
        Ok((fragments, whole))
    }

    /// Where the files of revisions are, by their names for all servers, and the keys of encrypted ones.
    ///
    /// # Errors
    /// Those of the cookie, `RegistrationRequired`, `InvalidParameters`.
    pub fn windows_file_urls(&self, cookie: &[u8], identities: &[RevisionRef]) -> ClientResult<FileAnswer> {
        let open = self.open_cookie(cookie)?;
        let client = open.registered()?;
        if identities.is_empty() || identities.len() > MAX_EXTENDED {
            return Err(ClientFault::InvalidParameters("updateIDs"));
        }
        let view = self.windows.views.load();
        let scope = view.scope(&view.groups(client));
        let mut files = Locations::default();
        let mut answer = FileAnswer::default();
        for revision in scope.refresh(identities) {
            let Some(update) = view.catalog().revision(revision) else { continue };
            let mut encrypted = false;
            for file in update.content.windows().into_iter().flat_map(|content| &content.files) {
                files.add(file);
                encrypted |= self.windows.file_keys.is_encrypted(&file.sha1);
                if let Some(key) = self.windows.file_keys.key(&file.sha1)
                    && !answer.keys.iter().any(|(sha1, _)| *sha1 == file.sha1)
                {
                    answer.keys.push((file.sha1, key));
                }
            }
            answer.found.push((RevisionRef { update: update.id, number: update.number }, encrypted));
        }
        answer.files = files.list;
        Ok(answer)
    }
}

async fn read(fragments: Vec<(RevisionId, StoredFragment)>) -> ClientResult<Vec<(i32, FragmentBytes)>> {
    let mut read = Vec::with_capacity(fragments.len());
    for (id, fragment) in fragments {
        let bytes = fragment.read().await.map_err(|error| unreadable(Some(id), &error))?;
        read.push((number(id), bytes));
    }
    Ok(read)
}
