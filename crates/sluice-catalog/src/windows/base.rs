//! What all clients of a catalog have in common: the revisions in scope, numbered for the rounds.

use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;
use sluice_model::{RevisionId, UpdateId, UpdateKind};

use super::bits::Bits;
use super::budget::{MAX_LEVELS, RoundTripBudget};
use super::conditions::Conditions;
use super::deployment::ClientDeployment;
use super::drivers::DriverIndex;
use super::levels::{Node, levels};
use super::lists::Lists;
use super::members::{Role, members};
use super::order::{Placed, order};
use crate::catalog::Catalog;

/// No place.
const NONE: u32 = u32::MAX;

/// The revisions that clients are told of, prepared for rounds; the same for all clients of a
/// catalog. Whatever is deployed to whom is a [`Scope`](super::Scope) on top.
///
/// Building one reads the whole catalog once. Afterwards a round costs in proportion to the ids a
/// client sends and to the revisions in scope, a bit each, and reads no update at all.
///
/// Revisions have *places*: dense numbers in the order of pages, that is what others need first, by
/// level; then bundles, each with its members; then the rest.
#[derive(Debug)]
pub struct ScopeBase {
    catalog: Arc<Catalog>,
    revisions: RoaringBitmap,
    budget: RoundTripBudget,
    /// By place.
    pub(super) rows: Vec<Row>,
    /// Places below have revisions that others need.
    pub(super) first_leaf: u32,
    /// By revision.
    places: Vec<Known>,
    pub(super) conditions: Conditions,
    /// By condition: software that is in scope by itself, by place.
    software: Lists,
    /// By place: members of the bundle.
    pub(super) children: Lists,
    bundles: Bits,
    /// Updates that are in scope or named by what is, by ordinal.
    ordinals: FxHashMap<UpdateId, u32>,
    /// By ordinal: places of its revisions.
    pub(super) of_update: Lists,
    /// By ordinal: place of its current revision.
    current: Vec<u32>,
    /// By ordinal: places that name it as prerequisite or category.
    pub(super) naming: Lists,
    pub(super) drivers: DriverIndex,
}

/// A revision in scope.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) revision: RevisionId,
    pub(super) kind: UpdateKind,
    pub(super) condition: u32,
    /// Change counter of its update.
    pub(super) change: u64,
    pub(super) standing: ClientDeployment,
    pub(super) leaf: bool,
    /// There by itself, not only as a member of bundles.
    pub(super) own: bool,
}

/// What is known of a revision, in scope or not.
#[derive(Clone, Copy, Debug)]
struct Known {
    place: u32,
    update: u32,
}

impl ScopeBase {
    /// Reads a catalog: 10 ms for the 5,000 revisions of one product, half a second for 150,000.
    /// Not for async threads.
    #[must_use]
    pub fn build(catalog: &Arc<Catalog>) -> Self {
        Builder::new(catalog).build()
    }

    /// The catalog.
    #[must_use]
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// The revisions in scope.
    #[must_use]
    pub fn revisions(&self) -> &RoaringBitmap {
        &self.revisions
    }

    /// What a scan costs at most.
    #[must_use]
    pub fn budget(&self) -> RoundTripBudget {
        self.budget
    }

    /// The place of a revision in scope.
    pub(super) fn place(&self, revision: RevisionId) -> Option<u32> {
        self.places.get(revision.0 as usize).map(|known| known.place).filter(|place| *place != NONE)
    }

    /// The place of a revision that a client names.
    pub(super) fn named_place(&self, id: i32) -> Option<u32> {
        self.place(RevisionId(u32::try_from(id).ok()?))
    }

    /// The place of the current revision of the update that a client names by any revision.
    pub(super) fn current_place(&self, id: i32) -> Option<u32> {
        self.current_at(self.update_of(id)?)
    }

    /// The place of the current revision of an update.
    pub(super) fn current_place_of(&self, update: UpdateId) -> Option<u32> {
        self.current_at(self.ordinal(update)?)
    }

    fn current_at(&self, ordinal: u32) -> Option<u32> {
        self.current.get(ordinal as usize).copied().filter(|place| *place != NONE)
    }

    fn update_of(&self, id: i32) -> Option<u32> {
        self.ordinal_of(RevisionId(u32::try_from(id).ok()?))
    }

    /// The ordinal of the update of a revision.
    pub(super) fn ordinal_of(&self, revision: RevisionId) -> Option<u32> {
        self.places.get(revision.0 as usize).map(|known| known.update).filter(|update| *update != NONE)
    }

    /// Ordinals are below.
    pub(super) fn update_count(&self) -> usize {
        self.current.len()
    }

    /// The ordinal of an update.
    pub(super) fn ordinal(&self, update: UpdateId) -> Option<u32> {
        self.ordinals.get(&update).copied()
    }

    /// The conditions that a client meets: any revision of an update counts (protocols.md §3.5).
    pub(super) fn met(&self, installed_non_leaf: &[i32]) -> Bits {
        let mut have = Bits::new(self.current.len());
        for update in installed_non_leaf.iter().filter_map(|id| self.update_of(*id)) {
            have.insert(update);
        }
        self.conditions.met(&have)
    }

    /// The software that is needed under these conditions: what is there by itself, and members of
    /// bundles that are needed.
    pub(super) fn needed(&self, met: &Bits) -> Bits {
        let mut needed = Bits::new(self.rows.len());
        let mut bundles = Vec::new();
        for condition in met.iter() {
            for place in self.software.get(condition) {
                needed.insert(*place);
                if self.bundles.contains(*place) {
                    bundles.push(*place);
                }
            }
        }
        while let Some(bundle) = bundles.pop() {
            for place in self.children.get(bundle) {
                let counts = |row: &Row| row.kind != UpdateKind::Driver && met.contains(row.condition);
                if self.row(*place).is_some_and(counts) && needed.insert(*place) && self.bundles.contains(*place) {
                    bundles.push(*place);
                }
            }
        }
        needed
    }

    pub(super) fn row(&self, place: u32) -> Option<&Row> {
        self.rows.get(place as usize)
    }
}

/// A base in the making. Members are numbered by ascending revision until their places are known.
struct Builder<'a> {
    catalog: &'a Arc<Catalog>,
    members: Vec<(RevisionId, Role)>,
    ordinals: FxHashMap<UpdateId, u32>,
    conditions: Conditions,
    nodes: Vec<Node>,
}

impl<'a> Builder<'a> {
    fn new(catalog: &'a Arc<Catalog>) -> Self {
        let mut builder = Self {
            catalog,
            members: members(catalog),
            ordinals: FxHashMap::default(),
            conditions: Conditions::default(),
            nodes: Vec::new(),
        };
        for (revision, role) in builder.members.clone() {
            let Some(update) = catalog.revision(revision) else { continue };
            let number = builder.ordinal(update.id);
            let prerequisites = update.content.windows().map_or(&[][..], |content| &content.prerequisites);
            let mut clauses = Vec::with_capacity(prerequisites.len());
            for clause in prerequisites {
                let known = clause.iter().filter(|update| catalog.current(**update).is_some());
                clauses.push(known.map(|update| builder.ordinal(*update)).collect());
            }
            let condition = builder.conditions.number(clauses.into_iter());
            builder.nodes.push(Node { update: number, condition, only_member: !role.own });
        }
        builder.conditions.seal();
        builder
    }

    fn ordinal(&mut self, update: UpdateId) -> u32 {
        let next = u32::try_from(self.ordinals.len()).unwrap_or(NONE);
        *self.ordinals.entry(update).or_insert(next)
    }

    /// The members of each member, by number.
    fn children(&self) -> Lists {
        let mut lists = Lists::default();
        for (revision, _) in &self.members {
            let content = self.catalog.revision(*revision).and_then(|update| update.content.windows());
            let exact = content.into_iter().flat_map(|content| content.bundled.iter().flatten());
            let known = exact.filter_map(|member| self.catalog.exact(*member));
            let mut numbers: Vec<_> = known.filter_map(|revision| self.number(revision)).collect();
            numbers.sort_unstable();
            numbers.dedup();
            lists.push(numbers);
        }
        lists
    }

    fn number(&self, revision: RevisionId) -> Option<u32> {
        let number = self.members.binary_search_by_key(&revision, |(known, _)| *known).ok()?;
        u32::try_from(number).ok()
    }

    fn row(&self, number: u32) -> Option<Row> {
        let (revision, role) = self.members.get(number as usize)?;
        let update = self.catalog.revision(*revision)?;
        Some(Row {
            revision: *revision,
            kind: update.kind,
            condition: self.nodes.get(number as usize)?.condition,
            change: self.catalog.change_of(update.id),
            standing: ClientDeployment::standing(*revision, update, *role),
            leaf: self.catalog.is_leaf(*revision),
            own: role.own,
        })
    }

    fn build(self) -> ScopeBase {
        let children = self.children();
        let levels = levels(&self.nodes, self.ordinals.len(), &self.conditions, &children);
        let placed: Vec<_> = (0u32..)
            .zip(&levels)
            .filter(|(_, level)| **level < MAX_LEVELS)
            .filter_map(|(number, level)| Some(Placed { number, level: *level, row: self.row(number)? }))
            .collect();
        let left_out = u32::try_from(self.members.len() - placed.len()).unwrap_or(u32::MAX);
        let software = placed.iter().filter(|placed| placed.row.kind != UpdateKind::Driver);
        let deepest = software.clone().map(|placed| placed.level + 1).max().unwrap_or_default();
        let budget = RoundTripBudget::new(software.count(), deepest, left_out);
        let placed = order(placed, &children);

        let mut place_of = vec![NONE; self.members.len()];
        for (place, placed) in (0u32..).zip(&placed) {
            if let Some(slot) = place_of.get_mut(placed.number as usize) {
                *slot = place;
            }
        }
        let place = |number: u32| place_of.get(number as usize).copied().filter(|place| *place != NONE);
        let mut children_by_place = Lists::default();
        for placed in &placed {
            children_by_place.push(children.get(placed.number).iter().filter_map(|child| place(*child)));
        }
        let rows: Vec<Row> = placed.into_iter().map(|placed| placed.row).collect();
        let first_leaf = rows.iter().position(|row| row.leaf).unwrap_or(rows.len());
        let by_place = || (0u32..).zip(&rows);
        let own = by_place().filter(|(_, row)| row.own && row.kind != UpdateKind::Driver);
        let own: Vec<_> = own.map(|(place, row)| (row.condition, place)).collect();
        let software = Lists::of(self.conditions.len(), &own);
        let naming = by_place().flat_map(|(place, row)| self.conditions.named(row.condition).map(move |o| (o, place)));
        let naming = Lists::of(self.ordinals.len(), &naming.collect::<Vec<_>>());
        let updates = self.nodes.iter().zip(&place_of).filter(|(_, place)| **place != NONE);
        let updates: Vec<_> = updates.map(|(node, place)| (node.update, *place)).collect();
        let of_update = Lists::of(self.ordinals.len(), &updates);
        let (places, current) = self.places(&rows);
        ScopeBase {
            catalog: Arc::clone(self.catalog),
            revisions: rows.iter().map(|row| row.revision.0).collect(),
            budget,
            first_leaf: u32::try_from(first_leaf).unwrap_or(NONE),
            places,
            software,
            bundles: (0u32..).take(rows.len()).filter(|place| !children_by_place.get(*place).is_empty()).collect(),
            children: children_by_place,
            of_update,
            current,
            naming,
            drivers: DriverIndex::build(self.catalog, &rows),
            ordinals: self.ordinals,
            conditions: self.conditions,
            rows,
        }
    }

    /// What is known of each revision, and the place of each update's current one.
    fn places(&self, rows: &[Row]) -> (Vec<Known>, Vec<u32>) {
        let mut places: Vec<Known> = Vec::new();
        let slot = |places: &mut Vec<Known>, revision: RevisionId| {
            let at = revision.0 as usize;
            if places.len() <= at {
                places.resize(at + 1, Known { place: NONE, update: NONE });
            }
            at
        };
        for (place, row) in (0u32..).zip(rows) {
            let at = slot(&mut places, row.revision);
            if let Some(known) = places.get_mut(at) {
                known.place = place;
            }
        }
        let mut current = vec![NONE; self.ordinals.len()];
        for (id, ordinal) in &self.ordinals {
            for revision in self.catalog.revisions_of(*id) {
                let at = slot(&mut places, *revision);
                if let Some(known) = places.get_mut(at) {
                    known.update = *ordinal;
                }
            }
            let newest = self.catalog.current(*id).and_then(|revision| places.get(revision.0 as usize));
            if let (Some(newest), Some(slot)) = (newest, current.get_mut(*ordinal as usize)) {
                *slot = newest.place;
            }
        }
        (places, current)
    }
}
