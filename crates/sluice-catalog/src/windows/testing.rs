//! Small worlds of Windows updates for tests.

use std::sync::Arc;

use proptest::prelude::*;
use sluice_model::{
    Category, CategoryId, CategoryKind, Classification, RevisionId, RevisionRef, Update, UpdateContent, UpdateId,
    UpdateKind, WindowsCategory, WindowsContent,
};
use uuid::Uuid;

use super::{Round, RoundRequest, Scope};
use crate::catalog::{Catalog, CatalogChange};
use crate::testing::at;

pub(crate) fn id(number: usize) -> UpdateId {
    UpdateId(Uuid::from_u128(0xfeed_0000 + number as u128))
}

pub(crate) fn exact(number: usize, revision: u32) -> RevisionRef {
    RevisionRef { update: id(number), number: revision }
}

pub(crate) fn made(number: usize, revision: u32, kind: UpdateKind, content: WindowsContent) -> Arc<Update> {
    Arc::new(Update {
        id: id(number),
        number: revision,
        kind,
        title: format!("Update {number}"),
        description: String::new(),
        classification: Classification::SecurityUpdates,
        products: vec![],
        released: Some(at(i64::from(revision))),
        advisories: vec![],
        info_url: None,
        content: UpdateContent::Windows(Box::new(content)),
    })
}

/// A product category, or another with this kind.
pub(crate) fn category(number: usize, kind: WindowsCategory, needs: &[usize]) -> Arc<Update> {
    let content = WindowsContent {
        category: Some(kind),
        prerequisites: needs.iter().map(|n| vec![id(*n)]).collect(),
        ..WindowsContent::default()
    };
    made(number, 1, UpdateKind::Category, content)
}

/// Software that people can deploy and that needs some others.
pub(crate) fn software(number: usize, needs: &[usize]) -> Arc<Update> {
    made(number, 1, UpdateKind::Software, content(needs))
}

pub(crate) fn content(needs: &[usize]) -> WindowsContent {
    WindowsContent {
        prerequisites: needs.iter().map(|n| vec![id(*n)]).collect(),
        explicitly_deployable: true,
        ..WindowsContent::default()
    }
}

/// The node of the category tree for a product that is an update too.
pub(crate) fn product_row(number: usize, parent: Option<usize>) -> Category {
    Category {
        id: CategoryId(id(number).0),
        kind: if parent.is_some() { CategoryKind::Product } else { CategoryKind::ProductFamily },
        parent: parent.map(|number| CategoryId(id(number).0)),
        title: format!("category {number}"),
    }
}

/// A catalog of some updates; revision ids count from 1.
pub(crate) fn catalog(updates: &[Arc<Update>]) -> Arc<Catalog> {
    let updates = (1u32..).map(RevisionId).zip(updates.iter().cloned()).collect();
    let (catalog, problems) = Catalog::default().apply(CatalogChange { updates, ..CatalogChange::default() });
    assert_eq!(problems, []);
    Arc::new(catalog)
}

/// Numbers that [`world`] makes a revision from.
#[derive(Clone, Debug)]
pub(crate) struct Pick {
    update: usize,
    kind: u8,
    listed: bool,
    expired: u8,
    clauses: Vec<Vec<usize>>,
    members: Vec<(usize, usize)>,
    supersedes: Vec<usize>,
}

/// Revisions of at most `updates` updates.
pub(crate) fn picks(updates: usize, most: usize) -> impl Strategy<Value = Vec<Pick>> {
    let any = 0..updates + 2;
    let clauses = prop::collection::vec(prop::collection::vec(any.clone(), 1..3), 0..3);
    let members = prop::collection::vec((any.clone(), 0usize..4), 0..4);
    let pick =
        (0..updates, 0u8..8, prop::bool::weighted(0.7), 0u8..8, clauses, members, prop::collection::vec(any, 0..3))
            .prop_map(|(update, kind, listed, expired, clauses, members, supersedes)| Pick {
                update,
                kind,
                listed,
                expired,
                clauses,
                members,
                supersedes,
            });
    prop::collection::vec(pick, 1..most)
}

/// The revisions of some picks, with their numbers. Prerequisites point only at updates with a
/// lower number (or at unknown ones), unless `rings`; bundles at revisions of any update that came
/// before, or unknown ones; without `rings` of updates with a higher number.
pub(crate) fn world(picks: &[Pick], rings: bool) -> Vec<(RevisionId, Arc<Update>)> {
    let mut all: Vec<(RevisionId, Arc<Update>)> = Vec::new();
    let updates = 1 + picks.iter().map(|pick| pick.update).max().unwrap_or_default();
    for pick in picks {
        let revision = RevisionId(1 + u32::try_from(all.len()).unwrap());
        let number = 1 + u32::try_from(all.iter().filter(|(_, known)| known.id == id(pick.update)).count()).unwrap();
        let first = all.iter().find(|(_, known)| known.id == id(pick.update)).map(|(_, known)| known.kind);
        let kind = first.unwrap_or(match pick.kind {
            0 => UpdateKind::Category,
            1 | 2 => UpdateKind::Detectoid,
            3 => UpdateKind::Driver,
            _ => UpdateKind::Software,
        });
        let lower = |n: &usize| if rings || *n >= updates { *n } else { *n % pick.update.max(1) };
        let clauses = pick.clauses.iter().filter(|_| rings || pick.update > 0);
        let is_bundle = kind == UpdateKind::Software && pick.kind >= 6;
        let content = WindowsContent {
            category: (kind == UpdateKind::Category).then_some(WindowsCategory::Product),
            prerequisites: clauses.map(|clause| clause.iter().map(|n| id(lower(n))).collect()).collect(),
            bundled: pick
                .members
                .iter()
                .filter(|_| is_bundle && !all.is_empty())
                .map(|(n, other)| {
                    let known = &all[n % all.len()].1;
                    vec![RevisionRef { update: known.id, number: known.number + u32::from(*other == 0) }]
                })
                .filter(|member| rings || member.iter().all(|member| member.update > id(pick.update)))
                .collect(),
            supersedes: pick.supersedes.iter().map(|n| id(*n)).collect(),
            explicitly_deployable: pick.listed,
            expired: pick.expired == 0,
            uninstallable: pick.expired % 2 == 0,
            ..WindowsContent::default()
        };
        all.push((revision, made(pick.update, number, kind, content)));
    }
    all
}

impl Scope {
    /// A round whose page has no bound in bytes.
    pub(crate) fn unbounded_round(&self, request: &RoundRequest<'_>) -> Round {
        self.round(request, u64::MAX, |_| 0)
    }
}
