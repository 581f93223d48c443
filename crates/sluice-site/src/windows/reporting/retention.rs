//! Old events of Windows devices are removed.

use jiff::SignedDuration;
use sluice_store::windows_event;

use crate::error::SiteResult;
use crate::site::Site;

/// How long events are kept: long enough to look into last quarter's rollout.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Events removed in one transaction.
const AT_ONCE: u32 = 5_000;

/// Removes events that are too old, a few at a time, so that nobody waits long for the writer.
pub(crate) async fn prune(site: &Site) -> SiteResult<()> {
    let before = site.now().checked_sub(KEPT).unwrap_or(jiff::Timestamp::MIN);
    loop {
        let gone = site.store.write(move |tx| Box::pin(windows_event::prune(tx, before, AT_ONCE))).await?;
        if gone == 0 {
            return Ok(());
        }
    }
}
