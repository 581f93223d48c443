//! Deployments with their groups and collections resolved.

use std::sync::Arc;

use roaring::RoaringBitmap;
use sluice_model::{CollectionId, Deployment, UpdateId};

use crate::catalog::Catalog;

use super::precedence::Claim;

/// A deployment with what its update group and collection hold now.
#[derive(Clone, Debug)]
pub struct ResolvedDeployment {
    /// The deployment.
    pub deployment: Arc<Deployment>,
    /// Sorted, each once.
    updates: Vec<UpdateId>,
    /// By device number.
    pub devices: RoaringBitmap,
    /// The collections above its collection.
    ancestors: Arc<[CollectionId]>,
}

impl ResolvedDeployment {
    /// A deployment of some updates to some devices; nothing is above its collection.
    #[must_use]
    pub fn new(deployment: Arc<Deployment>, mut updates: Vec<UpdateId>, devices: RoaringBitmap) -> Self {
        updates.sort_unstable();
        updates.dedup();
        Self { deployment, updates, devices, ancestors: Arc::default() }
    }

    /// The same with the collections above its collection.
    #[must_use]
    pub fn with_ancestors(self, ancestors: Arc<[CollectionId]>) -> Self {
        Self { ancestors, ..self }
    }

    pub(super) fn claim(&self) -> Claim<'_> {
        Claim { deployment: &self.deployment, ancestors: &self.ancestors }
    }

    /// The updates, sorted.
    #[must_use]
    pub fn updates(&self) -> &[UpdateId] {
        &self.updates
    }

    /// Whether it deploys an update.
    #[must_use]
    pub fn deploys(&self, update: UpdateId) -> bool {
        self.updates.binary_search(&update).is_ok()
    }
}

/// The current revisions of all updates in some deployments.
#[must_use]
pub fn deployed_revisions<'a>(
    catalog: &Catalog,
    deployments: impl IntoIterator<Item = &'a ResolvedDeployment>,
) -> RoaringBitmap {
    let updates = deployments.into_iter().flat_map(|deployment| &deployment.updates);
    updates.filter_map(|update| catalog.current(*update)).map(|revision| revision.0).collect()
}
