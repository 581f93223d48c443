//! Which revisions are in scope at all, and as what.

use rustc_hash::FxHashMap;
use sluice_model::{CategoryId, RevisionId, RevisionRef, Update, UpdateId, UpdateKind};

use crate::catalog::Catalog;

/// As what a revision is in scope; more than one is possible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Role {
    /// Offered by itself: people can deploy it.
    pub(super) offered: bool,
    /// There by itself: offered, a category, or because others need it.
    pub(super) own: bool,
    /// A member of a bundle in scope.
    pub(super) member: bool,
}

/// The revisions in scope, by ascending number:
///
/// * every listed update of a selected product and classification that is neither declined nor
///   withdrawn by its publisher, approved or not, superseded or not (Q29);
/// * every selected category, so that scans can be restricted to it (Q31);
/// * what these need, transitively: the current revision of each prerequisite, unless declined;
/// * the members of bundles, in exactly the revision that the bundle names, and what they need.
pub(super) fn members(catalog: &Catalog) -> Vec<(RevisionId, Role)> {
    let mut work = Work { catalog, roles: FxHashMap::default(), open: Vec::new() };
    for revision in catalog.current_windows().iter().map(RevisionId) {
        let Some(update) = catalog.revision(revision) else { continue };
        if offered(catalog, revision, update) {
            work.add(revision, Role { offered: true, own: true, member: false });
        } else if update.kind == UpdateKind::Category
            && !catalog.is_declined(update.id)
            && !catalog.is_deselected(CategoryId(update.id.0))
        {
            work.add(revision, Role { own: true, ..Role::default() });
        }
    }
    while let Some(revision) = work.open.pop() {
        let Some(content) = catalog.revision(revision).and_then(|update| update.content.windows()) else { continue };
        content.prerequisites.iter().flatten().for_each(|update| work.needs(*update));
        content.bundled.iter().flatten().for_each(|member| work.bundles(*member));
    }
    let mut members: Vec<_> = work.roles.into_iter().collect();
    members.sort_unstable_by_key(|(revision, _)| *revision);
    members
}

fn offered(catalog: &Catalog, revision: RevisionId, update: &Update) -> bool {
    can_be_deployed(catalog, revision, update) && catalog.is_selected(update)
}

/// Whether a deployment of an update may count.
pub(super) fn can_be_deployed(catalog: &Catalog, revision: RevisionId, update: &Update) -> bool {
    update.is_listed() && !catalog.is_expired(revision) && !catalog.is_declined(update.id)
}

struct Work<'a> {
    catalog: &'a Catalog,
    roles: FxHashMap<RevisionId, Role>,
    open: Vec<RevisionId>,
}

impl Work<'_> {
    fn add(&mut self, revision: RevisionId, role: Role) {
        let open = &mut self.open;
        let known = self.roles.entry(revision).or_insert_with(|| {
            open.push(revision);
            Role::default()
        });
        known.offered |= role.offered;
        known.own |= role.own;
        known.member |= role.member;
    }

    fn needs(&mut self, update: UpdateId) {
        if let Some(current) = self.catalog.current(update)
            && self.catalog.current_windows().contains(current.0)
            && !self.catalog.is_declined(update)
        {
            self.add(current, Role { own: true, ..Role::default() });
        }
    }

    fn bundles(&mut self, member: RevisionRef) {
        if let Some(revision) = self.catalog.exact(member) {
            self.add(revision, Role { member: true, ..Role::default() });
        }
    }
}
