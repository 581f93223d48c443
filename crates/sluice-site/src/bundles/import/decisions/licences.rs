//! Accepted licence terms.

use std::collections::HashSet;

use sluice_bundle::AcceptedLicence;
use sluice_store::licence::{self, LicenceAcceptance};
use uuid::Uuid;

use super::Changes;
use super::marks::Marks;
use crate::licences::with_licences;
use crate::site::Site;

/// Accepts what is accepted at the other site. What earlier bundles brought and is not accepted there any more is
/// withdrawn; what was accepted here stays.
pub(super) fn accept(site: &Site, changes: &mut Changes<'_>, marks: &mut Marks, wanted: Vec<AcceptedLicence>) {
    let catalog = site.catalog();
    let before: HashSet<Uuid> = std::mem::take(&mut changes.brought.licences).into_iter().collect();
    let there: HashSet<Uuid> = wanted.iter().map(|one| one.licence).collect();
    let ours = |id: &&Uuid| before.contains(*id) || !catalog.is_licence_accepted(**id);
    changes.brought.licences = there.iter().filter(ours).copied().collect();
    changes.brought.licences.sort_unstable();
    let mut over: Vec<Uuid> =
        before.difference(&there).filter(|id| catalog.is_licence_accepted(**id)).copied().collect();
    over.sort_unstable();
    let new = wanted.into_iter().filter(|one| !catalog.is_licence_accepted(one.licence));
    let new: Vec<_> = new.map(|one| LicenceAcceptance { licence: one.licence, at: one.at, by: one.by }).collect();
    if new.is_empty() && over.is_empty() {
        return;
    }
    marks.licences.extend(new.iter().map(|one| (one.licence, true)));
    marks.licences.extend(over.iter().map(|id| (*id, false)));
    let changed: HashSet<Uuid> = marks.licences.iter().map(|(id, _)| *id).collect();
    let concerned = with_licences(&catalog).filter(|(.., licences)| licences.iter().any(|id| changed.contains(id)));
    marks.touched.extend(concerned.map(|(update, ..)| update));
    let count = changed.len() as u64;
    changes.write(move |tx| {
        Box::pin(async move {
            licence::put(tx, &new).await?;
            licence::remove(tx, &over).await
        })
    });
    changes.decided.changed += count - 1;
}
