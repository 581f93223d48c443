//! The sites directly below this one, in memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use sluice_model::{LinkState, Name, ServerId, SiteId, SiteNode};
use sluice_store::child_site::{self, ChildSiteRecord, PackedChildSite};
use sluice_store::{Reader, StoreError};

use crate::error::SiteResult;
use crate::load::usable;
use crate::site::Site;

/// Most sites directly below one: the established product allows 25 primary or 250 secondary ones.
pub(super) const MAX_CHILDREN: usize = 300;

/// A site below.
pub(crate) struct ChildSite {
    record: Mutex<ChildSiteRecord>,
    /// The record differs from what is stored.
    changed: AtomicBool,
}

impl ChildSite {
    fn new(record: ChildSiteRecord) -> Self {
        Self { record: Mutex::new(record), changed: AtomicBool::new(false) }
    }

    /// What is known of it.
    pub(crate) fn record(&self) -> ChildSiteRecord {
        self.record.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes what is known of it; it is stored soon after.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut ChildSiteRecord) -> T) -> T {
        let changed = change(&mut self.record.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.store(true, Ordering::Release);
        changed
    }

    /// How its link does.
    pub(super) fn state(&self, now: Timestamp) -> LinkState {
        state_of(&self.record.lock().unwrap_or_else(PoisonError::into_inner), now)
    }
}

/// How the link of a site below does.
pub(super) fn state_of(record: &ChildSiteRecord, now: Timestamp) -> LinkState {
    match record.left_at {
        Some(_) => LinkState::Left,
        None => LinkState::of_age(LinkState::age(record.last_contact, now)),
    }
}

/// The sites by identity.
pub(crate) struct Children(ArcSwap<HashMap<SiteId, Arc<ChildSite>>>);

impl Children {
    /// As they are stored. A row that cannot be read is logged and left out.
    pub(super) async fn load(reader: &mut Reader) -> Result<Self, StoreError> {
        let mut sites = HashMap::new();
        child_site::load(reader, |row| {
            sites.extend(usable(row).map(|record| (record.node.id, Arc::new(ChildSite::new(record)))));
            Ok(())
        })
        .await?;
        Ok(Self(ArcSwap::from_pointee(sites)))
    }

    pub(crate) fn get(&self, id: SiteId) -> Option<Arc<ChildSite>> {
        self.0.load().get(&id).map(Arc::clone)
    }

    /// The site below this one that a server is, if it has not left.
    pub(crate) fn of_server(&self, id: ServerId) -> Option<SiteId> {
        let all = self.0.load();
        let mut present = all.values().map(|site| site.record()).filter(|record| record.left_at.is_none());
        present.find(|record| record.server == id).map(|record| record.node.id)
    }

    /// All, by name.
    pub(crate) fn all(&self) -> Vec<Arc<ChildSite>> {
        let mut all: Vec<_> = self.0.load().values().cloned().collect();
        all.sort_by_cached_key(|site| {
            let node = site.record().node;
            (node.name, node.id)
        });
        all
    }

    /// Whether a site of another identity has a name.
    pub(super) fn has_name(&self, name: &Name, except: SiteId) -> bool {
        let all = self.0.load();
        all.values().map(|site| site.record().node).any(|node| node.id != except && node.name == *name)
    }

    /// Those that stand below and have not left.
    pub(crate) fn present(&self) -> Vec<SiteNode> {
        let all = self.all();
        all.iter()
            .map(|site| site.record())
            .filter(|record| record.left_at.is_none())
            .map(|record| record.node)
            .collect()
    }

    pub(super) fn len(&self) -> usize {
        self.0.load().len()
    }

    /// Adds a site, or replaces what is known of it.
    pub(super) fn insert(&self, record: ChildSiteRecord) {
        let id = record.node.id;
        let site = Arc::new(ChildSite::new(record));
        self.0.rcu(|sites| {
            let mut next = HashMap::clone(sites);
            next.insert(id, Arc::clone(&site));
            next
        });
    }

    pub(crate) fn remove(&self, id: SiteId) {
        self.0.rcu(|sites| {
            let mut next = HashMap::clone(sites);
            next.remove(&id);
            next
        });
    }
}

/// The reconciler that stores what changed about sites below: when they were heard, what they told.
pub(crate) async fn write(site: &Site) -> SiteResult<()> {
    // One that is removed meanwhile is not written again.
    let _turn = site.directory_turn().await;
    let all = site.sites.children.all();
    let changed: Vec<_> = all.iter().filter(|child| child.changed.swap(false, Ordering::AcqRel)).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let packed = changed.iter().map(|child| PackedChildSite::new(&child.record())).collect::<Result<Vec<_>, _>>();
    let result = match packed {
        Ok(packed) => site.store.write(move |tx| Box::pin(async move { child_site::put(tx, &packed).await })).await,
        Err(error) => Err(error),
    };
    if result.is_err() {
        changed.iter().for_each(|child| child.changed.store(true, Ordering::Release));
    }
    Ok(result?)
}

#[cfg(test)]
mod tests {
    use sluice_model::{DeviceFigures, SiteMode, SiteType};
    use uuid::Uuid;

    use super::*;
    use crate::windows::import::tests::world::World;

    fn record(now: Timestamp) -> ChildSiteRecord {
        let node = SiteNode {
            id: SiteId(Uuid::from_u128(7)),
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
        ChildSiteRecord {
            node,
            server: ServerId(Uuid::from_u128(8)),
            secret_hash: [1; 32],
            joined_at: now,
            last_contact: None,
            left_at: None,
            below: Vec::new(),
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn one_that_is_removed_meanwhile_is_not_written_again() {
        let world = World::new().await;
        let site = &world.site;
        let record = record(site.now());
        let id = record.node.id;
        site.sites.children.insert(record);
        site.sites.children.get(id).unwrap().change(|_| ());
        // Somebody removes it while it is to be written.
        let turn = site.directory_turn().await;
        let mut written = std::pin::pin!(write(site));
        assert!(futures_util::poll!(&mut written).is_pending());
        site.sites.children.remove(id);
        drop(turn);
        written.await.unwrap();
        let mut stored = 0;
        let count = |_| {
            stored += 1;
            Ok(())
        };
        child_site::load(&mut site.store.reader().await.unwrap(), count).await.unwrap();
        assert_eq!(stored, 0);
    }
}
