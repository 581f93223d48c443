use sluice_model::{RevisionRef, UpdateId};
use sluice_site::windows::refresh::RefreshedUpdate;
use sluice_wsus::messages::client::{RefreshCache, RefreshCacheResponse, RefreshCacheResult};
use sluice_wsus::messages::shared::UpdateIdentity;

use super::super::ask::{Answered, Ask};
use super::super::convert::{data, deployment};

pub(super) fn answer(ask: &Ask<'_>, request: RefreshCache) -> Answered {
    // A negative number is none that any revision has.
    let revision = |id: &UpdateIdentity| {
        Some(RevisionRef { update: UpdateId(id.update_id), number: u32::try_from(id.revision_number).ok()? })
    };
    let cached: Vec<_> = request.global_ids.iter().filter_map(revision).collect();
    let refreshed = ask.site.windows_refresh(&data(request.cookie), &cached)?;
    let result = |update: RefreshedUpdate| RefreshCacheResult {
        revision_id: update.id,
        global_id: UpdateIdentity {
            update_id: update.identity.update.0,
            revision_number: i32::try_from(update.identity.number).unwrap_or(i32::MAX),
        },
        is_leaf: update.leaf,
        deployment: Some(deployment(update.deployment)),
    };
    ask.write(&RefreshCacheResponse { results: refreshed.into_iter().map(result).collect() })
}
