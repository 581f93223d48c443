//! Leaving the hierarchy: the site stands alone from then on, with everything it has.

use std::sync::Arc;
use std::time::Duration;

use sluice_wire::site::{LeaveRequest, LeaveResponse};

use super::link::ParentClient;
use super::{ParentSite, Place};
use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult, chain};
use crate::site::Site;

/// How long the site above may take to hear of it.
const GOODBYE: Duration = Duration::from_secs(10);

impl Site {
    /// Leaves the site above, whether that is reached or not. Groups, deployments and settings that came from there
    /// become this site's own; the source is kept, disabled.
    ///
    /// # Errors
    /// `Forbidden`; `Conflict` when the site stands alone.
    pub async fn leave_site(self: &Arc<Self>, caller: &Caller) -> SiteResult<()> {
        caller.require(Permission::ManageSite)?;
        let _moving = self.sites.moving.lock().await;
        let place = self.sites.place();
        let Some(parent) = &place.parent else {
            return Err(SiteError::conflict("this site stands below no other one", "There is nothing to leave."));
        };
        let entry = self.audit_entry(caller, "site.leave", parent.name.as_str(), "");
        let moved = self.sources.get(parent.source).map(|known| {
            let record = self.detached_source(&known)?;
            Ok::<_, SiteError>((Some(known), record))
        });
        self.settle(Place::default(), moved.transpose()?, entry).await?;
        say_goodbye(self, parent).await;
        Ok(())
    }
}

/// Tells the site above that this one left. One that is not reached shows it as silent until it is removed there.
pub(super) async fn say_goodbye(site: &Site, parent: &ParentSite) {
    let proxy = site.proxy_of(parent.source);
    let goodbye = async {
        let credential = Some(&parent.credential);
        let client = ParentClient::new(&parent.url, parent.authority_sha256, proxy.as_deref(), credential)?;
        client.post::<LeaveResponse>("leave", &LeaveRequest {}).await
    };
    match tokio::time::timeout(GOODBYE, goodbye).await {
        Ok(Ok(LeaveResponse {})) => {}
        Ok(Err(error)) => {
            tracing::warn!(site = %parent.name, error = chain(&error), "the site above was not told that this one left");
        }
        Err(_) => tracing::warn!(site = %parent.name, "the site above was not told in time that this one left"),
    }
}
