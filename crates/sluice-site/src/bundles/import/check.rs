//! Whether a bundle may be imported here and now.

use jiff::SignedDuration;
use sluice_bundle::{Header, Part, PublicKey};
use sluice_store::bundle_import;

use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// How far the clocks of two sites may be apart.
const CLOCKS: SignedDuration = SignedDuration::from_hours(24);

/// Says why what was chosen of a bundle may not be imported, and what to do.
pub(super) async fn policy(site: &Site, header: &Header, signer: PublicKey, chosen: &[Part]) -> SiteResult<()> {
    let (now, here) = (site.now(), site.bundles.identity.site);
    if let Some(intended) = header.intended
        && intended != here
    {
        return Err(SiteError::conflict(
            format!("the bundle is for the site {intended}, and this is the site {here}"),
            "Import it there, or export one for this site: `sluice bundle export --for SITE`.",
        ));
    }
    if now > header.expires {
        return Err(SiteError::conflict(
            format!("the bundle expired at {:.0}", header.expires),
            "Export a new one; what has changed since is not in this one.",
        ));
    }
    if header.created > now.checked_add(CLOCKS).unwrap_or(now) {
        return Err(SiteError::conflict(
            format!("the bundle was made at {:.0}, which is in the future", header.created),
            "Check the clocks of this machine and of the site it comes from.",
        ));
    }
    let last = bundle_import::last(&mut site.store.reader().await?, signer.0).await?;
    let number = header.sequence;
    if let Some(last) = &last {
        if last.id == header.bundle {
            // What was left out before may follow.
            let new = |part: &&Part| header.parts.contains(part) && !last.parts.split(' ').any(|p| p == part.slug());
            if chosen.iter().any(|part| new(&part)) {
                return Ok(());
            }
            return Err(SiteError::conflict(
                format!("the bundle {number} of {} was imported already", header.site_name),
                "Nothing is to be done. Import the next one.",
            ));
        }
        if number <= last.sequence {
            return Err(SiteError::conflict(
                format!(
                    "the bundle {number} of {} is older than number {}, which was imported already",
                    header.site_name, last.sequence
                ),
                "Importing it would bring back what was changed since. Export a new one.",
            ));
        }
    }
    match (header.previous, last) {
        (None, _) => Ok(()),
        (Some(previous), Some(last)) if last.id == previous => Ok(()),
        (Some(previous), last) => {
            let last = last.map_or_else(|| "none".to_owned(), |last| format!("{} ({})", last.sequence, last.id));
            Err(SiteError::conflict(
                format!("the bundle goes on from {previous}, and the last one imported here is {last}"),
                "Import those between first, in order, or export a whole one: without --since.",
            ))
        }
    }
}
