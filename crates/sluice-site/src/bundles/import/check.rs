//! Whether a bundle may be imported here and now.

use jiff::SignedDuration;
use sluice_bundle::{Header, Part, PublicKey};
use sluice_store::bundle_import::ImportRecord;
use sluice_store::{Reader, bundle_import};

use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// How far the clocks of two sites may be apart.
const CLOCKS: SignedDuration = SignedDuration::from_hours(24);
/// The step from which on the decisions of a bundle may be in force.
pub(super) const DECISIONS: &str = "decisions";
/// Parts of which a delta carries only what the bundles before it did not.
const ADDED_UP: [Part; 2] = [Part::Documents, Part::Content];

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
    let mut reader = site.store.reader().await?;
    let last = bundle_import::last(&mut reader, signer.0).await?;
    let decided = bundle_import::reached(&mut reader, signer.0, DECISIONS).await?;
    let before = before(&mut reader, header).await?;
    drop(reader);
    let number = header.sequence;
    if let Some(last) = &last {
        if last.id == header.bundle {
            // What was left out before may follow.
            let new: Vec<_> = chosen.iter().copied().filter(|p| header.parts.contains(p) && !has(last, *p)).collect();
            if !new.is_empty() {
                return gapless(header, before.as_ref(), &new);
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
    if let Some(decided) = decided.filter(|decided| number < decided.sequence) {
        let (name, later) = (&header.site_name, decided.sequence);
        return Err(SiteError::conflict(
            format!("the bundle {number} of {name} is older than number {later}, whose import broke off"),
            format!("Decisions of number {later} may be in force. Import it again: it goes on from there."),
        ));
    }
    match (header.previous, last) {
        (None, _) => Ok(()),
        (Some(previous), Some(last)) if last.id == previous => gapless(header, before.as_ref(), chosen),
        (Some(previous), last) => {
            let last = last.map_or_else(|| "none".to_owned(), |last| format!("{} ({})", last.sequence, last.id));
            Err(SiteError::conflict(
                format!("the bundle goes on from {previous}, and the last one imported here is {last}"),
                "Import those between first, in order, or export a whole one: without --since.",
            ))
        }
    }
}

/// The import of the bundle that a delta goes on from, if it was done.
async fn before(reader: &mut Reader, header: &Header) -> SiteResult<Option<ImportRecord>> {
    let Some(previous) = header.previous else { return Ok(None) };
    Ok(bundle_import::one(reader, previous).await?.filter(|import| import.ended_at.is_some()))
}

fn has(import: &ImportRecord, part: Part) -> bool {
    import.parts.split(' ').any(|had| had == part.slug())
}

/// A delta does not carry again what the bundles before it had: without these, nothing more of such a part is
/// taken in.
fn gapless(header: &Header, before: Option<&ImportRecord>, chosen: &[Part]) -> SiteResult<()> {
    let added_up = ADDED_UP.into_iter().filter(|part| header.parts.contains(part) && chosen.contains(part));
    let gap = added_up.into_iter().find(|part| !before.is_some_and(|before| has(before, *part)));
    let name = |part| if part == Part::Content { "files" } else { "documents" };
    match gap.filter(|_| header.previous.is_some()) {
        None => Ok(()),
        Some(part) => Err(SiteError::conflict(
            format!(
                "the {} of an earlier bundle were left out here, and this one does not carry them again",
                name(part)
            ),
            "Import a whole one: exported without --since. If the bundle before this one was the last, it can also be \
             imported again, with that part (--only). Or leave it out of this one too.",
        )),
    }
}

/// What of a bundle is here when the import of some of it is done. A part that only adds up is here when nothing of
/// it is missing up to this bundle.
pub(super) async fn parts_done(site: &Site, header: &Header, chosen: &[Part]) -> SiteResult<Vec<Part>> {
    let mut reader = site.store.reader().await?;
    let earlier = bundle_import::one(&mut reader, header.bundle).await?.filter(|import| import.ended_at.is_some());
    let before = before(&mut reader, header).await?;
    let is_here = |part: &Part| {
        let now = chosen.contains(part) || earlier.as_ref().is_some_and(|import| has(import, *part));
        let nothing_to_take = ADDED_UP.contains(part) && !header.parts.contains(part);
        if nothing_to_take { header.previous.is_none() || before.as_ref().is_some_and(|b| has(b, *part)) } else { now }
    };
    Ok(Part::ALL.into_iter().filter(is_here).collect())
}
