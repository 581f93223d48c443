//! What a site at the top is: a primary site that stands alone, or the central administration site of others.

use std::sync::Arc;

use sluice_model::SiteType;
use sluice_store::audit;

use super::Place;
use super::place::store;
use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::events::SiteEvent;
use crate::site::Site;

impl Site {
    /// Makes a site that has none above it central, or a stand-alone primary site again.
    ///
    /// # Errors
    /// `Forbidden`; `Invalid` for a type that only joining gives; `Conflict` below another site, with sites below that
    /// could not stand there, or with devices where none may be.
    pub async fn set_site_type(self: &Arc<Self>, caller: &Caller, site_type: SiteType) -> SiteResult<()> {
        caller.require(Permission::ManageSite)?;
        if !site_type.is_top() {
            let message = format!("a site becomes {} by joining below another", site_type.phrase());
            return Err(SiteError::invalid("site_type", message, "Join: `sluice site join TOKEN --type …`."));
        }
        let turn = self.directory_turn().await;
        let place = self.sites.place();
        if let Some(parent) = &place.parent {
            let message = format!("this site stands below {}", parent.name);
            return Err(SiteError::conflict(message, "Leave first: `sluice site leave`."));
        }
        if place.site_type == site_type {
            return Ok(());
        }
        if let Some(child) =
            self.sites.children.present().into_iter().find(|node| !node.site_type.may_be_below(site_type))
        {
            let message =
                format!("{} stands below this site, and could not stand below {}", child.name, site_type.phrase());
            return Err(SiteError::conflict(message, "Let it leave, or remove it: `sluice site remove`."));
        }
        if site_type == SiteType::Central && self.fleet().devices().any(|row| row.origin().is_none()) {
            return Err(SiteError::conflict(
                "the site has devices, and a central administration site has none of its own",
                "Move them to a primary site and remove them here, or make another site central.",
            ));
        }
        let entry = self.audit_entry(caller, "site.type", &self.config.name, site_type.slug());
        self.set_place(turn, Place { site_type, ..Place::default() }, entry).await
    }

    /// Stores a place and is there from then on.
    async fn set_place(
        self: &Arc<Self>,
        turn: crate::directory::DirectoryTurn,
        place: Place,
        entry: audit::AuditEntry,
    ) -> SiteResult<()> {
        let bytes = place.to_bytes()?;
        let site = Arc::clone(self);
        self.to_the_end(async move {
            let _turn = turn;
            let write = site.store.write(move |tx| {
                Box::pin(async move {
                    store(tx, &bytes).await?;
                    audit::append(tx, entry).await.map(drop)
                })
            });
            write.await?;
            site.sites.place.send_replace(Arc::new(place));
            site.sites.news.raise();
            site.emit(SiteEvent::Sites);
            Ok(())
        })
        .await
    }
}
