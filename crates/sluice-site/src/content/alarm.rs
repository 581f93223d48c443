//! Files that do not come are remembered, and an alert says so until they are here.

use std::sync::Arc;

use jiff::Timestamp;
use sluice_content::ContentName;
use sluice_model::AlertId;
use sluice_store::content_failure::ContentFailureRecord;
use sluice_store::{alert, content_failure};

use crate::error::SiteResult;
use crate::events::SiteEvent;
use crate::site::Site;

/// The kind of the alert.
pub(super) const ALERT: &str = "content-failed";
/// What it is about; there is one for all files.
const SUBJECT: &str = "content";
/// Failures from which on a person is told: once is nothing, networks are like that.
const TOLD_FROM: u32 = 2;

/// Stores how it stands with a file.
pub(super) async fn record(site: &Arc<Site>, name: String, failure: Option<ContentFailureRecord>) -> SiteResult<()> {
    site.store
        .write(move |tx| {
            Box::pin(async move {
                match failure {
                    Some(failure) => content_failure::put(tx, &failure).await,
                    None => content_failure::remove(tx, &name).await.map(drop),
                }
            })
        })
        .await?;
    settle(site).await
}

/// Raises or clears the alert as the failures are.
pub(super) async fn settle(site: &Arc<Site>) -> SiteResult<()> {
    let mut last = site.fetching.alarm.lock().await;
    let message = message(&site.fetching.standing().failures);
    if last.as_ref() == Some(&message) {
        return Ok(());
    }
    let (id, now, text) = (AlertId(site.host.new_id()), site.now(), message.clone());
    let changed = site.store.write(move |tx| {
        Box::pin(async move {
            if text.is_empty() {
                return alert::clear(tx, ALERT, SUBJECT, now).await;
            }
            alert::raise(tx, id, ALERT, SUBJECT, &text, now).await.map(|_| true)
        })
    });
    if changed.await? {
        site.emit(SiteEvent::Alerts);
    }
    *last = Some(message);
    Ok(())
}

/// What a person is told; empty: nothing.
fn message(failures: &[ContentFailureRecord]) -> String {
    let told: Vec<_> = failures.iter().filter(|failure| failure.wrong || failure.attempts >= TOLD_FROM).collect();
    match told.as_slice() {
        [] => String::new(),
        [one] => format!("The file {} of an update cannot be fetched: {}", one.name, one.reason),
        [first, ..] => format!(
            "{} files of updates cannot be fetched, among them {}: {} See all: `sluice content status`.",
            told.len(),
            first.name,
            first.reason
        ),
    }
}

/// Forgets failures of files that would be tried again and that nobody wants any more.
pub(super) async fn forget(site: &Arc<Site>, now: Timestamp, wanted: impl Fn(&ContentName) -> bool) -> SiteResult<()> {
    let due: Vec<_> = site.fetching.due_failures(now).into_iter().filter(|name| !wanted(name)).collect();
    let gone = site.fetching.forget_failures(&due);
    if gone.is_empty() {
        return Ok(());
    }
    site.store
        .write(move |tx| {
            Box::pin(async move {
                for name in &gone {
                    content_failure::remove(tx, name).await?;
                }
                Ok(())
            })
        })
        .await?;
    settle(site).await
}
