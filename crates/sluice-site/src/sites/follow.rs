//! Hearing news from the site above, and acting on them at once.
//!
//! One request is always held there. It is answered when something changed, so a change comes down as fast as it can
//! be fetched; and a site that was cut off learns with its first answer that it has to catch up. When nothing is heard,
//! the schedule of the source asks as well.

use std::sync::Arc;
use std::time::Duration;

use sluice_wire::site::{NewsRequest, NewsResponse};

use super::link::{LinkError, ParentClient};
use super::{ParentSite, TopSettings, inherit, stand_in};
use crate::error::{SiteError, SiteResult, chain};
use crate::events::SiteEvent;
use crate::site::Site;
use crate::sync;

/// The name among the site's background work.
const NAME: &str = "site above";
/// First wait after a failure; doubled up to the longest, with up to half of it added at random.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Longest wait.
const LAST_PAUSE: Duration = Duration::from_secs(30);
/// How often one piece of news may change what is asked for: the lists come, then what is selected of them.
const ROUNDS: u32 = 4;

/// Follows the site above as long as there is one, till the site stops.
pub(super) async fn follow(site: Arc<Site>) {
    let mut places = site.sites.places();
    let mut pause = FIRST_PAUSE;
    // What was acted on of the present site above.
    let mut acted: Option<String> = None;
    loop {
        let parent = places.borrow_and_update().parent.clone();
        let Some(parent) = parent else {
            tokio::select! {
                () = site.stop.cancelled() => return,
                changed = places.changed() => if changed.is_err() { return },
            }
            continue;
        };
        let mut work = std::pin::pin!(once(&site, &parent, acted.clone()));
        let result = loop {
            tokio::select! {
                () = site.stop.cancelled() => return,
                result = work.as_mut() => break Some(result),
                changed = places.changed() => if changed.is_err() || is_another(&site, &parent) { break None },
            }
        };
        let Some(result) = result else {
            (acted, pause) = (None, FIRST_PAUSE);
            continue;
        };
        let result = result.map(|mark| acted = Some(mark));
        site.reconcilers.note(NAME, site.now(), &result);
        let Err(error) = result else {
            pause = FIRST_PAUSE;
            continue;
        };
        tracing::debug!(site = %parent.name, error = chain(&error), "the site above was not followed; trying again");
        tokio::select! {
            () = site.stop.cancelled() => return,
            () = tokio::time::sleep(pause + jitter(&site, pause / 2)) => {}
            changed = places.changed() => if changed.is_err() { return },
        }
        pause = (pause * 2).min(LAST_PAUSE);
    }
}

/// Whether another site is above now, or the same one after joining anew.
fn is_another(site: &Site, parent: &ParentSite) -> bool {
    site.sites.place().parent.as_ref().is_none_or(|now| now.credential != parent.credential)
}

/// Asks once and acts on the answer; the mark of what was acted on.
async fn once(site: &Arc<Site>, parent: &ParentSite, acted: Option<String>) -> SiteResult<String> {
    let news = ask(site, parent, acted.clone()).await.inspect_err(|error| site.sites.link.failed(error))?;
    site.sites.link.heard(site.now());
    if let Some(settings) = news.settings {
        let unreadable = || SiteError::from(LinkError::Answer { url: parent.url.clone() });
        inherit::take(site, parent, TopSettings::from_wire(settings).ok_or_else(unreadable)?).await?;
    }
    stand_in::remember(site, parent, news.stand_in).await?;
    let asks_for_more = inherit::enforce(site).await?;
    if acted.as_deref() == Some(news.mark.as_str()) && !asks_for_more {
        return Ok(news.mark);
    }
    for _ in 0..ROUNDS {
        let run = sync::run_with_parent(site, parent.source).await;
        if run.is_none_or(|run| !run.outcome.is_success()) {
            return Err(SiteError::unavailable(
                "the synchronization with the site above failed",
                "See `sluice sync status`; it is tried again.",
            ));
        }
        if !inherit::enforce(site).await? {
            break;
        }
    }
    site.sites.link.holds_up_to(news.catalog_version);
    site.emit(SiteEvent::Sites);
    Ok(news.mark)
}

async fn ask(site: &Site, parent: &ParentSite, mark: Option<String>) -> Result<NewsResponse, LinkError> {
    let client = site.client_above(parent)?;
    let place = site.sites.place();
    let settings = place.parent.as_ref().and_then(|parent| parent.settings.as_ref());
    let settings_digest = settings.map(|settings| settings.to_wire().digest());
    client.post("news", &NewsRequest { mark, settings_digest }).await
}

fn jitter(site: &Site, most: Duration) -> Duration {
    let mut byte = [0];
    site.host.entropy.fill(&mut byte);
    most * u32::from(byte[0]) / 255
}

impl Site {
    /// The way to the site above.
    pub(super) fn client_above(&self, parent: &ParentSite) -> Result<ParentClient, LinkError> {
        let proxy = self.proxy_of(parent.source);
        ParentClient::new(&parent.url, parent.authority_sha256, proxy.as_deref(), Some(&parent.credential))
    }
}
