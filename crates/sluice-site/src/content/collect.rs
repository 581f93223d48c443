//! Removing files that nothing refers to any more.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use rustc_hash::FxHashSet;
use sluice_content::{ContentError, ContentName, Listed, Removal};
use sluice_store::content_file::ContentFileRecord;
use sluice_store::{audit, content_file};

use super::undeployed::Candidate;
use super::{alarm, wanted};
use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// Files that are told by name.
const MAX_TOLD: usize = 1_000;

/// What was removed, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Files removed, or that would be.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Their names; the list ends at a thousand.
    pub names: Vec<String>,
    /// Files that nothing refers to, and whose time to stay is not over.
    pub waiting: u64,
    /// Their bytes.
    pub waiting_bytes: u64,
    /// Files that would have been removed if nobody were reading them.
    pub in_use: u64,
}

impl Site {
    /// Removes files that nothing has referred to for the time that the settings give, and, when those
    /// that no deployment names have no room left, of them the ones that were not asked for the longest;
    /// with `dry_run` it only says which. Uploaded files of current updates stay.
    ///
    /// # Errors
    /// `Forbidden`; `Unavailable` when the content cannot be read; then nothing is removed.
    pub async fn collect_content(self: &Arc<Self>, caller: &Caller, dry_run: bool) -> SiteResult<Collected> {
        caller.require(Permission::ManageSite)?;
        let (site, caller) = (Arc::clone(self), caller.clone());
        self.to_the_end(async move {
            let done = collect(&site, dry_run).await?;
            if !dry_run && done.files > 0 {
                let detail = format!("{} files, {} bytes", done.files, done.bytes);
                let entry = site.audit_entry(&caller, "content.collect", "content", &detail);
                site.store.write(move |tx| Box::pin(async move { audit::append(tx, entry).await })).await?;
            }
            Ok(done)
        })
        .await
    }
}

/// What is to be done about the files that are here.
#[derive(Default)]
struct Verdicts {
    remove: Vec<(ContentName, u64)>,
    /// Nothing refers to them, since now.
    mark: Vec<String>,
    /// Something refers to them again.
    unmark: Vec<String>,
    /// Known, but not here.
    gone: Vec<String>,
    waiting: u64,
    waiting_bytes: u64,
    /// Known as files that no deployment names, and here no longer, or wanted now.
    not_undeployed: HashSet<ContentName>,
}

/// A file that is here.
struct Here {
    file: Listed,
    /// Since when nothing refers to it.
    unwanted: Option<Timestamp>,
    /// An administrator uploaded it for an update that is current.
    uploaded: bool,
    /// No deployment names it, and it came for somebody unknown.
    undeployed: bool,
}

/// Looks again at a bucket, which others may change, and removes what may go.
pub(super) async fn collect(site: &Arc<Site>, dry_run: bool) -> SiteResult<Collected> {
    let _one_at_a_time = site.fetching.collecting.lock().await;
    // Of a bucket that was never read nothing is known to be there: all would count as gone.
    let store = Arc::clone(&site.content);
    let refreshed = tokio::task::spawn_blocking(move || store.refresh()).await;
    unreadable(refreshed.map_err(|error| SiteError::internal("looking at the content", error))?)?;
    let now = site.now();
    let known = content_file::list(&mut site.store.reader().await?).await?;
    let (verdicts, referred) = {
        let site = Arc::clone(site);
        let judging = tokio::task::spawn_blocking(move || judge(&site, known, now));
        unreadable(judging.await.map_err(|error| SiteError::internal("looking at the content", error))?)?
    };
    let mut done =
        Collected { waiting: verdicts.waiting, waiting_bytes: verdicts.waiting_bytes, ..Collected::default() };
    let Verdicts { remove, mark, unmark, mut gone, mut not_undeployed, .. } = verdicts;
    if !dry_run {
        let oldest = now.checked_sub(site.fetching.settings().grace).unwrap_or(Timestamp::MIN);
        let wanted = |name: &ContentName| referred.contains(&name.sha1()) || site.fetching.is_used(name, oldest);
        alarm::forget(site, now, wanted).await?;
    }
    for (name, size) in remove {
        if !dry_run {
            let (store, file) = (Arc::clone(&site.content), name.clone());
            let removed = tokio::task::spawn_blocking(move || store.remove(&file)).await;
            let removed = removed.map_err(|error| SiteError::internal("removing a file of content", error))?;
            if unreadable(removed)? == Removal::InUse {
                done.in_use += 1;
                continue;
            }
            tracing::info!(file = %name, size, "removed a file that no update refers to");
            gone.push(name.to_string());
            not_undeployed.insert(name.clone());
        }
        done.files += 1;
        done.bytes += size;
        if done.names.len() < MAX_TOLD {
            done.names.push(name.to_string());
        }
    }
    if dry_run {
        return Ok(done);
    }
    site.fetching.undeployed(|undeployed| undeployed.forget(&not_undeployed));
    let nothing = mark.is_empty() && unmark.is_empty() && gone.is_empty();
    if !nothing {
        site.store
            .write(move |tx| {
                Box::pin(async move {
                    content_file::unwanted(tx, &mark, now).await?;
                    content_file::wanted(tx, &unmark).await?;
                    content_file::removed(tx, &gone).await
                })
            })
            .await?;
    }
    Ok(done)
}

fn judge(
    site: &Site,
    known: Vec<ContentFileRecord>,
    now: Timestamp,
) -> Result<(Verdicts, FxHashSet<[u8; 20]>), ContentError> {
    let (catalog, directory, settings) = (site.catalog(), site.directory.load_full(), site.fetching.settings());
    let digests =
        |files: Vec<wanted::WantedFile>| -> FxHashSet<_> { files.iter().map(|file| file.name.sha1()).collect() };
    let referred = digests(wanted::referred_to(&catalog, &directory, &settings, now));
    let current = digests(wanted::of_current(&catalog));
    let oldest = now.checked_sub(settings.grace).unwrap_or(Timestamp::MIN);
    let mut known: HashMap<String, ContentFileRecord> = known.into_iter().map(|r| (r.name.clone(), r)).collect();
    let mut verdicts = Verdicts::default();
    let keeps = |name: &ContentName| referred.contains(&name.sha1()) || site.fetching.is_used(name, oldest);
    let needed = |name: &ContentName| referred.contains(&name.sha1()) || site.fetching.is_known_use(name, oldest);
    let mut theirs = site.fetching.undeployed(|undeployed| undeployed.names());
    let mut here = Vec::new();
    for file in site.content.list()? {
        let record = known.remove(&file.name.to_string());
        let uploaded = record.as_ref().is_some_and(|record| record.uploaded_at.is_some());
        let uploaded = uploaded && current.contains(&file.name.sha1());
        let undeployed = !uploaded && !needed(&file.name) && theirs.remove(&file.name);
        here.push(Here { unwanted: record.and_then(|record| record.unwanted_since), uploaded, undeployed, file });
    }
    verdicts.not_undeployed = theirs;
    let crowded_out = crowded_out(site, &here, now);
    for Here { file, unwanted, uploaded, .. } in here {
        if crowded_out.contains(&file.name) {
            verdicts.remove.push((file.name, file.size));
            continue;
        }
        if keeps(&file.name) || uploaded {
            verdicts.unmark.extend(unwanted.map(|_| file.name.to_string()));
            continue;
        }
        match unwanted {
            Some(since) if since <= oldest => verdicts.remove.push((file.name, file.size)),
            // A clock that was put back begins anew.
            Some(since) if since <= now => verdicts.wait(file.size),
            _ => {
                verdicts.mark.push(file.name.to_string());
                verdicts.wait(file.size);
            }
        }
    }
    // An upload may be between its file and its record.
    verdicts.gone.extend(known.into_values().filter(|r| r.uploaded_at.is_none_or(|at| at < oldest)).map(|r| r.name));
    // What only strangers asked for does not stay in parts.
    site.content.prune_parts(|name| needed(name) || site.fetching.is_coming(name))?;
    site.fetching.forget_asked(oldest);
    Ok((verdicts, referred))
}

/// Files that no deployment names and that go so that others find room.
fn crowded_out(site: &Site, here: &[Here], now: Timestamp) -> HashSet<ContentName> {
    let candidate = |here: &Here| {
        let Listed { name, size, .. } = &here.file;
        let used = site.fetching.asked_at(name).unwrap_or(Timestamp::MIN);
        let may_go = here.undeployed && !site.fetching.is_coming(name);
        may_go.then(|| Candidate { used, name: name.clone(), size: *size })
    };
    let all = here.iter().filter_map(candidate).collect();
    let limit = site.fetching.settings().undeployed_bytes;
    let goes = site.fetching.undeployed(|undeployed| undeployed.crowded_out(all, limit, now));
    goes.into_iter().map(|file| file.name).collect()
}

impl Verdicts {
    fn wait(&mut self, size: u64) {
        self.waiting += 1;
        self.waiting_bytes += size;
    }
}

fn unreadable<T>(result: Result<T, ContentError>) -> SiteResult<T> {
    result.map_err(|error| {
        SiteError::unavailable("the content cannot be read", "Check its place: `sluice doctor`.").with_source(error)
    })
}
