//! Collections of devices.

use std::sync::Arc;

use sluice_catalog::Fleet;
use sluice_model::{CollectionId, DeviceId, Name};
use sluice_store::collection;
use sluice_store::collection::{CollectionKind, CollectionRecord};
use sluice_store::inherited::InheritedKind;
use uuid::Uuid;

use crate::caller::{Caller, Permission};
use crate::devices::{DeviceFilter, DeviceRow, DeviceSort};
use crate::directory::{CollectionEntry, Directory, MAX_DEPTH, above, room_for_one};
use crate::error::{SiteError, SiteResult};
use crate::page::{Page, PageRequest};
use crate::site::Site;

/// The built-in collection of every device.
pub const ALL_DEVICES: CollectionId = CollectionId(Uuid::from_u128(0xa11d_e71c_e500_4000_8000_0000_0000_0001));

/// A collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// Identity.
    pub id: CollectionId,
    /// Unique name.
    pub name: String,
    /// Made by Sluice; cannot be changed.
    pub built_in: bool,
    /// Number of devices, counting those of the collections below.
    pub members: u64,
    /// The collection it is a part of: its members are that one's members, too.
    pub parent: Option<CollectionId>,
}

/// Most members named in one request.
const MAX_CHANGE: usize = 100_000;

impl Site {
    /// All collections, by name.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn list_collections(&self, caller: &Caller) -> SiteResult<Vec<Collection>> {
        caller.require(Permission::Read)?;
        let (directory, fleet) = (self.directory.load(), self.fleet());
        Ok(directory.collections.iter().map(|c| view(c, &fleet)).collect())
    }

    /// One collection.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn collection(&self, caller: &Caller, id: CollectionId) -> SiteResult<Collection> {
        caller.require(Permission::Read)?;
        let directory = self.directory.load();
        Ok(view(directory.collection(id).ok_or_else(|| SiteError::not_found("collection", id))?, &self.fleet()))
    }

    /// The members of a collection, by name.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid` for a bad cursor.
    pub async fn collection_members(
        &self,
        caller: &Caller,
        id: CollectionId,
        page: &PageRequest,
    ) -> SiteResult<Page<DeviceRow>> {
        self.collection(caller, id).await?;
        let filter = DeviceFilter { collection: Some(id), ..DeviceFilter::default() };
        self.list_devices(caller, &filter, DeviceSort::Name, false, page)
    }

    /// Makes a collection.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid`, `NotFound` for an unknown device or parent, `Conflict` when the name is
    /// taken or the parent is too deep.
    pub async fn create_collection(
        self: &Arc<Self>,
        caller: &Caller,
        name: &str,
        members: Vec<DeviceId>,
        parent: Option<CollectionId>,
    ) -> SiteResult<Collection> {
        caller.require(Permission::Deploy)?;
        let turn = self.directory_turn().await;
        room_for_one("collections", self.directory.load().collections.len())?;
        let name = valid_name(name)?;
        self.known_devices(&members)?;
        let id = CollectionId(self.host.new_id());
        check_parent(&self.directory.load(), id, parent)?;
        let entry = self.audit_entry(caller, "collection.create", name.as_str(), &format!("{} devices", members.len()));
        let record = CollectionRecord { id, name, kind: CollectionKind::Static, created_at: self.now(), parent };
        self.change_directory(turn, entry, move |tx| {
            Box::pin(async move {
                collection::insert(tx, &record).await?;
                collection::add_members(tx, id, &members).await
            })
        })
        .await?;
        self.collection(caller, id).await
    }

    /// Adds and removes members.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Conflict` for the built-in collection.
    pub async fn change_collection(
        self: &Arc<Self>,
        caller: &Caller,
        id: CollectionId,
        add: Vec<DeviceId>,
        remove: Vec<DeviceId>,
    ) -> SiteResult<Collection> {
        caller.require(Permission::Deploy)?;
        let turn = self.directory_turn().await;
        let name = self.changeable(caller, id).await?;
        self.known_devices(&add)?;
        let detail = format!("{} added, {} removed", add.len(), remove.len());
        let entry = self.audit_entry(caller, "collection.change", &name, &detail);
        self.change_directory(turn, entry, move |tx| {
            Box::pin(async move {
                collection::remove_members(tx, id, &remove).await?;
                collection::add_members(tx, id, &add).await
            })
        })
        .await?;
        self.collection(caller, id).await
    }

    /// Makes a collection a part of another one, or of none. Its members become members of that one
    /// and of all above it; a deployment to the part wins over one to the whole.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Conflict` for the built-in collection, when it would become a part of
    /// itself, or when there would be too many levels.
    pub async fn set_collection_parent(
        self: &Arc<Self>,
        caller: &Caller,
        id: CollectionId,
        parent: Option<CollectionId>,
    ) -> SiteResult<Collection> {
        caller.require(Permission::Deploy)?;
        let turn = self.directory_turn().await;
        let name = self.changeable(caller, id).await?;
        self.is_ours(InheritedKind::Collection, id.0)?;
        let directory = self.directory.load();
        check_parent(&directory, id, parent)?;
        let whole = parent.and_then(|parent| directory.collection(parent)).map(|c| c.record.name.to_string());
        let entry = self.audit_entry(caller, "collection.move", &name, whole.as_deref().unwrap_or("no parent"));
        self.change_directory(turn, entry, move |tx| Box::pin(collection::set_parent(tx, id, parent))).await?;
        self.collection(caller, id).await
    }

    /// Renames a collection.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid`, `Conflict`.
    pub async fn rename_collection(
        self: &Arc<Self>,
        caller: &Caller,
        id: CollectionId,
        name: &str,
    ) -> SiteResult<Collection> {
        caller.require(Permission::Deploy)?;
        let turn = self.directory_turn().await;
        let old = self.changeable(caller, id).await?;
        self.is_ours(InheritedKind::Collection, id.0)?;
        let name = valid_name(name)?;
        let entry = self.audit_entry(caller, "collection.rename", &old, name.as_str());
        self.change_directory(turn, entry, move |tx| Box::pin(async move { collection::rename(tx, id, &name).await }))
            .await?;
        self.collection(caller, id).await
    }

    /// Deletes a collection.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Conflict` for the built-in one, while deployments target it and while
    /// others are parts of it.
    pub async fn delete_collection(self: &Arc<Self>, caller: &Caller, id: CollectionId) -> SiteResult<()> {
        caller.require(Permission::Deploy)?;
        let turn = self.directory_turn().await;
        let name = self.changeable(caller, id).await?;
        self.is_ours(InheritedKind::Collection, id.0)?;
        if let Some(user) = self.directory.load().deployments.iter().find(|d| d.spec.collection == id) {
            return Err(SiteError::conflict(
                format!("the deployment {} targets this collection", user.spec.name),
                "Cancel and delete the deployment first.",
            ));
        }
        if let Some(part) = self.directory.load().collections.iter().find(|c| c.record.parent == Some(id)) {
            return Err(SiteError::conflict(
                format!("the collection {} is a part of this collection", part.record.name),
                "Make it a part of another collection, or of none, first.",
            ));
        }
        let entry = self.audit_entry(caller, "collection.delete", &name, "");
        self.change_directory(turn, entry, move |tx| Box::pin(async move { collection::remove(tx, id).await })).await
    }

    async fn changeable(&self, caller: &Caller, id: CollectionId) -> SiteResult<String> {
        let collection = self.collection(caller, id).await?;
        if collection.built_in {
            return Err(SiteError::conflict("this collection is built in", "Make a collection of your own."));
        }
        Ok(collection.name)
    }

    fn known_devices(&self, devices: &[DeviceId]) -> SiteResult<()> {
        if devices.len() > MAX_CHANGE {
            return Err(SiteError::invalid(
                "devices",
                format!("more than {MAX_CHANGE} devices"),
                "Send fewer at a time.",
            ));
        }
        let fleet = self.fleet();
        match devices.iter().find(|id| fleet.number(**id).is_none()) {
            Some(id) => Err(SiteError::not_found("device", id)),
            None => Ok(()),
        }
    }
}

/// Whether a collection can become a part of another one: that exists, is not below it, and there
/// are not too many levels.
fn check_parent(directory: &Directory, id: CollectionId, parent: Option<CollectionId>) -> SiteResult<()> {
    let Some(parent) = parent else { return Ok(()) };
    if directory.collection(parent).is_none() {
        return Err(SiteError::not_found("collection", parent));
    }
    let mut parents = directory.parents();
    if parent == id || above(&parents, parent).any(|above| above == id) {
        return Err(SiteError::conflict(
            "the collection would become a part of itself",
            "Choose a parent that is not below it.",
        ));
    }
    parents.insert(id, parent);
    // What is below it moves along.
    let ids = parents.keys().filter(|at| **at == id || above(&parents, **at).any(|above| above == id));
    if ids.into_iter().any(|at| above(&parents, *at).count() >= MAX_DEPTH) {
        return Err(SiteError::conflict(
            format!("there would be more than {MAX_DEPTH} levels of collections"),
            "Choose a parent higher up.",
        ));
    }
    Ok(())
}

/// A name, or what is wrong with it.
pub(crate) fn valid_name(text: &str) -> SiteResult<Name> {
    Name::new(text).map_err(|e| SiteError::invalid("name", e.to_string(), "Give another name."))
}

fn view(entry: &CollectionEntry, fleet: &Fleet) -> Collection {
    Collection {
        id: entry.record.id,
        name: entry.record.name.to_string(),
        built_in: entry.record.kind != CollectionKind::Static,
        members: entry.devices(fleet).len(),
        parent: entry.record.parent,
    }
}
