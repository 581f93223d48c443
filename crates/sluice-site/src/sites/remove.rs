//! Removing a site below this one.

use std::sync::Arc;

use sluice_model::SiteId;

use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

impl Site {
    /// Removes a site below this one, with the devices it reported. It may not synchronize from here any more; it goes
    /// on serving its devices until it leaves or joins elsewhere.
    ///
    /// # Errors
    /// `Forbidden`; `NotFound` when none directly below is it.
    pub async fn remove_site(self: &Arc<Self>, caller: &Caller, id: SiteId) -> SiteResult<()> {
        caller.require(Permission::ManageSite)?;
        let turn = self.directory_turn().await;
        let known = self.sites.children.get(id).ok_or_else(|| SiteError::not_found("site", id))?.record();
        let entry = self.audit_entry(caller, "site.remove", known.node.name.as_str(), &id.to_string());
        self.remove_below(turn, known.server, Some(id), entry).await
    }
}

#[cfg(test)]
mod tests {
    use sluice_model::{DeviceFigures, Name, ServerId, SiteMode, SiteNode, SiteType};
    use sluice_store::child_site::{self, ChildSiteRecord, PackedChildSite};
    use uuid::Uuid;

    use super::*;
    use crate::error::ErrorKind;
    use crate::windows::import::tests::world::World;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_removal_that_fails_changes_nothing_and_can_be_repeated() {
        let world = World::new().await;
        let (site, admin) = (&world.site, &world.admin);
        let id = SiteId(Uuid::from_u128(7));
        let node = SiteNode {
            id,
            parent: None,
            name: Name::new("Branch").unwrap(),
            site_type: SiteType::Secondary,
            mode: SiteMode::Replica,
            version: "1".into(),
            catalog_version: 0,
            holds: None,
            last_sync: None,
            last_error: None,
            devices: DeviceFigures::default(),
            unheard: None,
        };
        let record = ChildSiteRecord {
            node,
            server: ServerId(Uuid::from_u128(8)),
            secret_hash: [1; 32],
            joined_at: site.now(),
            last_contact: None,
            left_at: None,
            below: Vec::new(),
        };
        // The store refuses: it has no such site.
        site.sites.children.insert(record.clone());
        assert!(site.remove_site(admin, id).await.is_err());
        assert!(site.sites.children.get(id).is_some(), "it is still there");

        let packed = PackedChildSite::new(&record).unwrap();
        site.store.write(move |tx| Box::pin(async move { child_site::put(tx, &[packed]).await })).await.unwrap();
        site.remove_site(admin, id).await.unwrap();
        assert_eq!(site.remove_site(admin, id).await.unwrap_err().kind, ErrorKind::NotFound);
    }
}
