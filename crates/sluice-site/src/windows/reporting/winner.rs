//! What the ledger asks about updates, answered for one client.

use std::sync::Arc;

use sluice_catalog::Catalog;
use sluice_catalog::planner::{Claim, strongest};
use sluice_catalog::windows::ScopedDeployment;
use sluice_model::{CollectionId, DeploymentId, UpdateId};

use super::ledger::Updates;
use crate::site::Site;
use crate::windows::known::KnownClient;
use crate::windows::view::WindowsView;

/// The deployments that apply to a client, in the snapshot it is served from.
pub(super) struct OfClient {
    view: Arc<WindowsView>,
    collections: Arc<[CollectionId]>,
}

impl OfClient {
    pub(super) fn new(site: &Site, client: &KnownClient) -> Self {
        let view = site.windows.views.load();
        let collections = view.groups(client).collections;
        Self { view, collections }
    }

    pub(super) fn catalog(&self) -> &Catalog {
        self.view.catalog()
    }

    pub(super) fn view(&self) -> &WindowsView {
        &self.view
    }

    fn applies(&self, deployment: &ScopedDeployment, update: UpdateId) -> bool {
        self.collections.binary_search(&deployment.deployment.spec.collection).is_ok()
            && deployment.updates.binary_search(&update).is_ok()
    }
}

impl Updates for OfClient {
    fn title(&self, update: UpdateId) -> Option<&str> {
        let (revision, update) = self.catalog().update(update)?;
        self.catalog().current_revisions().contains(revision.0).then_some(update.title.as_str())
    }

    fn deployment(&self, update: UpdateId) -> Option<DeploymentId> {
        let mine: Vec<_> = self.view.deployments().filter(|deployment| self.applies(deployment, update)).collect();
        let claims: Vec<_> =
            mine.iter().map(|scoped| Claim { deployment: &scoped.deployment, ancestors: &scoped.ancestors }).collect();
        mine.get(strongest(&claims)?).map(|scoped| scoped.deployment.id)
    }
}
