//! What one set of groups is told: the base with its deployments.

use std::sync::Arc;

use jiff::Timestamp;
use rustc_hash::FxHashMap;
use sluice_model::{CollectionId, Deployment, RevisionId, RevisionRef, UpdateId};

use super::base::ScopeBase;
use super::bits::Bits;
use super::deployment::ClientDeployment;
use super::members::can_be_deployed;
use crate::planner::{Claim, strongest};

/// A deployment to one of a client's collections.
#[derive(Clone, Debug)]
pub struct ScopedDeployment {
    /// The deployment.
    pub deployment: Arc<Deployment>,
    /// The updates of its target.
    pub updates: Vec<UpdateId>,
    /// The collections above its collection.
    pub ancestors: Arc<[CollectionId]>,
}

/// What all clients with the same groups are told. All scopes of a base have the same revisions and
/// differ in deployments only, because also what is blocked or not approved is sent, to be
/// evaluated (protocols.md §3.5: Block). So a scope is small, and one more costs next to nothing.
#[derive(Clone, Debug)]
pub struct Scope {
    base: Arc<ScopeBase>,
    /// By place, sorted: where it differs from the standing deployment.
    deployed: Arc<[(u32, ClientDeployment)]>,
    /// Places of what is deployed, each with the members of its bundle: they come before what is
    /// only evaluated.
    pub(super) first: Arc<[u32]>,
}

impl Scope {
    /// The scope of all clients to which exactly these deployments apply. Those that are not active
    /// at this time do not count; of several that deploy one update the
    /// [`strongest`](crate::planner::strongest) does. Nothing whose licence terms are not accepted yet is
    /// to be installed.
    #[must_use]
    pub fn build(base: &Arc<ScopeBase>, deployments: &[ScopedDeployment], now: Timestamp) -> Self {
        let catalog = base.catalog();
        let mut claims: FxHashMap<UpdateId, Vec<Claim<'_>>> = FxHashMap::default();
        for scoped in deployments.iter().filter(|scoped| scoped.deployment.is_active(now)) {
            let claim = Claim { deployment: &scoped.deployment, ancestors: &scoped.ancestors };
            for update in &scoped.updates {
                claims.entry(*update).or_default().push(claim);
            }
        }
        let deployed = claims.into_iter().filter_map(|(id, claims)| {
            let (revision, update) = catalog.update(id)?;
            let place = base.place(revision).filter(|_| can_be_deployed(catalog, revision, update))?;
            let winner = claims.get(strongest(&claims)?)?;
            if winner.deployment.spec.intent.installs() && catalog.awaits_licence(revision) {
                return None;
            }
            Some((place, ClientDeployment::of(revision, update, winner.deployment)?))
        });
        let mut deployed: Vec<_> = deployed.collect();
        deployed.sort_unstable_by_key(|(place, _)| *place);
        let first = first(base, deployed.iter().map(|(place, _)| *place));
        Self { base: Arc::clone(base), deployed: deployed.into(), first: first.into() }
    }

    /// What it is built on.
    #[must_use]
    pub fn base(&self) -> &Arc<ScopeBase> {
        &self.base
    }

    /// What clients are told to do with a revision; `None` if it is not in scope.
    #[must_use]
    pub fn deployment(&self, revision: RevisionId) -> Option<ClientDeployment> {
        let place = self.base.place(revision)?;
        let deployed = self.deployed.binary_search_by_key(&place, |(place, _)| *place).ok();
        match deployed.and_then(|at| self.deployed.get(at)) {
            Some((_, deployment)) => Some(*deployment),
            None => self.base.row(place).map(|row| row.standing),
        }
    }

    /// Whether nothing in the whole catalog needs the update of a revision (`IsLeaf`). Of what is
    /// not in scope: yes.
    #[must_use]
    pub fn is_leaf(&self, revision: RevisionId) -> bool {
        self.base.place(revision).and_then(|place| self.base.row(place)).is_none_or(|row| row.leaf)
    }

    /// Of the revisions in a client's cache those in scope, by their ids here, each once, in the order
    /// given (RefreshCache, protocols.md §3.7).
    #[must_use]
    pub fn refresh(&self, cached: &[RevisionRef]) -> Vec<RevisionId> {
        let catalog = self.base.catalog();
        let mut taken = Bits::new(self.base.rows.len());
        let known = cached.iter().filter_map(|cached| catalog.exact(*cached));
        known.filter(|revision| self.base.place(*revision).is_some_and(|place| taken.insert(place))).collect()
    }

    /// Whether there are drivers in scope; if not, clients need no driver pass.
    #[must_use]
    pub fn has_drivers(&self) -> bool {
        !self.base.drivers.is_empty()
    }
}

/// Places with the members of their bundles after each, each once.
fn first(base: &ScopeBase, places: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut taken = Bits::new(base.rows.len());
    let (mut first, mut at) = (Vec::new(), 0);
    for place in places {
        if taken.insert(place) {
            first.push(place);
        }
        while let Some(place) = first.get(at).copied() {
            first.extend(base.children.get(place).iter().copied().filter(|child| taken.insert(*child)));
            at += 1;
        }
    }
    first
}
