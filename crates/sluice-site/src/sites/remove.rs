//! Removing a site below this one.

use std::sync::Arc;

use sluice_model::SiteId;
use sluice_store::{audit, child_site};

use crate::caller::{Caller, Permission};
use crate::error::{ErrorKind, SiteError, SiteResult};
use crate::events::SiteEvent;
use crate::site::Site;

impl Site {
    /// Removes a site below this one, with the devices it reported. It may not synchronize from here any more; it goes
    /// on serving its devices until it leaves or joins elsewhere.
    ///
    /// # Errors
    /// `Forbidden`; `NotFound` when none directly below is it.
    pub async fn remove_site(self: &Arc<Self>, caller: &Caller, id: SiteId) -> SiteResult<()> {
        caller.require(Permission::ManageSite)?;
        let known = self.sites.children.get(id).ok_or_else(|| SiteError::not_found("site", id))?.record();
        let entry = self.audit_entry(caller, "site.remove", known.node.name.as_str(), &id.to_string());
        let site = Arc::clone(self);
        self.to_the_end(async move {
            // Its credential first: nothing comes from it any more.
            site.sites.children.remove(id);
            let write = site.store.write(move |tx| {
                Box::pin(async move {
                    child_site::remove(tx, id).await?;
                    audit::append(tx, entry).await.map(drop)
                })
            });
            write.await?;
            // A request that it holds here is answered, so that it asks again and learns it.
            site.sites.news.raise();
            site.emit(SiteEvent::Sites);
            Ok(())
        })
        .await?;
        match self.remove_downstream(caller, known.server).await {
            Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }
}
