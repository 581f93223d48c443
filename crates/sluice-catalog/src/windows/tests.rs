use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use roaring::RoaringBitmap;
use sluice_model::{
    CategoryId, CollectionId, Deployment, DeploymentId, DeploymentPriority, DeploymentSpec, DeploymentTarget, Intent,
    Name, RestartBehaviour, RevisionId, Update, UpdateKind, UserNotification, WindowsCategory, WindowsContent,
};
use uuid::Uuid;

use super::naive::{Client, Naive};
use super::testing::*;
use super::*;
use crate::catalog::{Catalog, CatalogChange};
use crate::testing::at;

fn scope(catalog: &Arc<Catalog>) -> Scope {
    Scope::build(&Arc::new(ScopeBase::build(catalog)), &[], at(0))
}

fn apply(catalog: &Catalog, change: CatalogChange) -> Arc<Catalog> {
    let (next, problems) = catalog.apply(change);
    assert_eq!(problems, []);
    Arc::new(next)
}

fn revisions(ids: &[u32]) -> Vec<RevisionId> {
    ids.iter().copied().map(RevisionId).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_round_is_what_the_specification_says(
        picks in picks(25, 90),
        rings in any::<bool>(),
        installed in prop::collection::vec(-2i32..100, 0..40),
        other in prop::collection::vec(-2i32..100, 0..40),
        filter in prop::option::weighted(0.3, prop::collection::vec(0usize..26, 1..4)),
        declined in prop::collection::vec(0usize..25, 0..3),
        changes in prop::collection::vec((0usize..25, 1u64..9), 0..5),
        since in 0u64..10,
    ) {
        let all = world(&picks, rings);
        let declined: Vec<_> = declined.into_iter().map(id).collect();
        let catalog = apply(&Catalog::default(), CatalogChange {
            updates: all.clone(),
            declined: declined.iter().map(|id| (*id, true)).collect(),
            changes: changes.iter().map(|(n, counter)| (id(*n), *counter)).collect(),
            ..CatalogChange::default()
        });
        let scope = scope(&catalog);
        let naive = Naive { all: &all, declined: &declined };
        let (own, members) = naive.scope();
        let inside: RoaringBitmap = own.union(&members).map(|r| r.0).collect();
        prop_assert_eq!(scope.base().revisions(), &inside);
        prop_assert_eq!(scope.base().budget().left_out, 0);
        prop_assert!(inside.iter().all(|r| scope.is_leaf(RevisionId(r)) == naive.is_leaf(naive.update(RevisionId(r)).id)));

        let filter: Vec<_> = filter.unwrap_or_default().into_iter().map(|n| CategoryId(id(n).0)).collect();
        let without = naive.needed(&installed);
        let needed: BTreeSet<_> = if filter.is_empty() { without.clone() } else {
            without.intersection(&naive.related(&filter)).copied().collect()
        };
        let ids = |revisions: &BTreeSet<RevisionId>| revisions.iter().map(|r| i32::try_from(r.0).unwrap()).collect::<BTreeSet<_>>();
        let cached: BTreeSet<i32> = installed.iter().chain(&other).copied().collect();
        let (needed_ids, without_ids) = (ids(&needed), ids(&without));

        let round = scope.unbounded_round(&RoundRequest { installed_non_leaf: &installed, other_cached: &other, filter: &filter, since });
        let new: BTreeSet<_> = round.new.iter().copied().collect();
        prop_assert_eq!(new.len(), round.new.len());
        let expected: BTreeSet<RevisionId> = needed.iter().filter(|r| !cached.contains(&i32::try_from(r.0).unwrap())).copied().collect();
        prop_assert_eq!(round.truncated, expected.len() > 30);
        prop_assert_eq!(new.len(), expected.len().min(30));
        prop_assert!(new.is_subset(&expected));
        let later: Vec<_> = expected.difference(&new).map(|r| naive.update(*r).id).collect();
        let later_has = |gone: &i32| all.iter().any(|(r, u)| i64::from(r.0) == i64::from(*gone) && later.contains(&u.id));
        let gone: BTreeSet<i32> = cached.difference(&needed_ids).filter(|gone| !without_ids.contains(gone)).copied().collect();
        // Of exact members an older and the current revision can wait; only the current one holds back.
        prop_assert!(round.out_of_scope.iter().all(|id| gone.contains(id)));
        prop_assert!(gone.iter().all(|id| round.out_of_scope.contains(id) || later_has(id)));
        prop_assert!(round.truncated || round.out_of_scope.len() == gone.len());
        let outside: BTreeSet<i32> = cached.difference(&needed_ids).filter(|gone| without_ids.contains(gone)).copied().collect();
        prop_assert_eq!(round.outside_filter.iter().copied().collect::<BTreeSet<_>>(), outside);
        let changed: BTreeSet<RevisionId> = needed.iter().filter(|r| cached.contains(&i32::try_from(r.0).unwrap()))
            .filter(|r| since == 0 || catalog.change_of(naive.update(**r).id) > since).copied().collect();
        prop_assert_eq!(round.changed.iter().copied().collect::<BTreeSet<_>>(), changed);
        // What others need comes first.
        prop_assert!(round.new.is_sorted_by_key(|r| scope.is_leaf(*r)));
    }

    #[test]
    fn large_metadata_stays_in_the_budget(
        picks in picks(40, 120),
        facts in any::<u64>(),
        sizes in prop::collection::vec(prop_oneof![4 => 0u64..(1 << 20), 1 => (1u64 << 20)..(200 << 20)], 120),
    ) {
        let all = world(&picks, false);
        let catalog = apply(&Catalog::default(), CatalogChange { updates: all.clone(), ..CatalogChange::default() });
        let scope = scope(&catalog);
        let installed = |update: &Update| facts >> (update.id.0.as_u128() % 64) & 1 == 1;
        let size = |revision: RevisionId| sizes[revision.0 as usize % sizes.len()];
        let mut client = Client::default();
        let trips = client.scan_by_size(&scope, installed, size);
        let budget = scope.base().budget();
        // Three trips of those accounted for are of the driver pass.
        prop_assert!(trips + 3 <= budget.worst_case, "{trips} trips, {budget:?}");
        let cached = client.cached.keys().map(|id| RevisionId(u32::try_from(*id).unwrap())).collect::<BTreeSet<_>>();
        prop_assert_eq!(cached, Naive { all: &all, declined: &[] }.fixpoint(installed));
    }

    #[test]
    fn an_honest_client_gets_all_it_needs_within_the_budget(
        picks in picks(40, 120),
        split in 0usize..120,
        facts in any::<u64>(),
        later_facts in any::<u64>(),
    ) {
        let all = world(&picks, false);
        let (first, rest) = all.split_at(split.min(all.len()));
        let installed = |facts: u64| move |update: &Update| facts >> (update.id.0.as_u128() % 64) & 1 == 1;
        let cached = |client: &Client| client.cached.keys().map(|id| RevisionId(u32::try_from(*id).unwrap())).collect::<BTreeSet<_>>();
        let before = apply(&Catalog::default(), CatalogChange { updates: first.to_vec(), ..CatalogChange::default() });
        let mut client = Client::default();
        let scope_before = scope(&before);
        let trips = client.scan(&scope_before, installed(facts));
        prop_assert!(trips < scope_before.base().budget().worst_case, "{trips} trips, {:?}", scope_before.base().budget());
        prop_assert_eq!(cached(&client), Naive { all: first, declined: &[] }.fixpoint(installed(facts)));
        prop_assert_eq!(client.clone().scan(&scope_before, installed(facts)), 1, "nothing new is one trip");

        // New metadata, and the machine has changed too.
        let flipped = before.new_non_leaves(rest.iter().map(|(_, update)| &**update));
        let changes = flipped.into_iter().map(|id| (id, before.last_change() + 1)).collect();
        let after = apply(&before, CatalogChange { updates: rest.to_vec(), changes, changes_to: 1, ..CatalogChange::default() });
        let scope_after = scope(&after);
        let naive = Naive { all: &all, declined: &[] };
        for _ in 0..40 {
            let trips = client.scan(&scope_after, installed(later_facts));
            prop_assert!(trips < scope_after.base().budget().worst_case, "{trips} trips, {:?}", scope_after.base().budget());
        }
        prop_assert_eq!(cached(&client), naive.fixpoint(installed(later_facts)));
        prop_assert!(client.cached.iter().all(|(id, leaf)| *leaf == after.is_leaf(RevisionId(u32::try_from(*id).unwrap()))));
    }
}

/// A line of updates, each needing the one before; each but the last is needed by leaves.
fn chain(length: usize, leaves: usize) -> Arc<Catalog> {
    let mut updates: Vec<_> =
        (0..length).map(|n| if n == 0 { software(0, &[]) } else { software(n, &[n - 1]) }).collect();
    for n in 0..length {
        updates.extend((0..leaves).map(|leaf| software(1_000_000 + n * leaves + leaf, &[n])));
    }
    catalog_of(&updates)
}

fn catalog_of(updates: &[Arc<Update>]) -> Arc<Catalog> {
    super::testing::catalog(updates)
}

#[test]
fn deep_and_wide_catalogs_stay_in_the_budget() {
    for (length, leaves) in [(1, 12_000), (12, 1_000), (90, 100), (95, 1)] {
        let scope = scope(&chain(length, leaves));
        let budget = scope.base().budget();
        let trips = Client::default().scan(&scope, |_| true);
        assert!(trips < budget.worst_case && budget.worst_case < 200, "{trips} trips, {budget:?}");
        assert_eq!((budget.levels as usize, budget.left_out), (length + 1, 0));
    }
    let too_deep = scope(&chain(200, 1));
    let budget = too_deep.base().budget();
    assert_eq!((budget.levels, budget.left_out), (96, 104 + 105));
    assert!(Client::default().scan(&too_deep, |_| true) < budget.worst_case);
}

#[test]
fn circles_of_prerequisites_end() {
    let ring = |n: usize, count: usize| software(n, &[(n + 1) % count]);
    let small: Vec<_> = (0..10).map(|n| ring(n, 10)).chain([software(20, &[3])]).collect();
    let small = scope(&catalog_of(&small));
    assert_eq!(small.base().budget().left_out, 0);
    assert_eq!(Client::default().scan(&small, |_| true), 1, "nothing can be the first");
    let large: Vec<_> = (0..500).map(|n| ring(n, 500)).chain([software(700, &[3]), software(800, &[])]).collect();
    let large = scope(&catalog_of(&large));
    assert_eq!(large.base().budget().left_out, 501);
    assert_eq!(large.base().revisions().len(), 1);
}

#[test]
fn bundles_bring_their_members_in_the_exact_revision() {
    let hidden = |needs: &[usize]| WindowsContent { explicitly_deployable: false, ..content(needs) };
    let member = |number, revision, needs| made(number, revision, UpdateKind::Software, hidden(needs));
    let bundle = |number, needs: &[usize], bundled| {
        made(number, 1, UpdateKind::Software, WindowsContent { bundled, ..content(needs) })
    };
    let catalog = catalog_of(&[
        made(1, 1, UpdateKind::Detectoid, hidden(&[])),
        member(2, 1, &[]),
        member(2, 2, &[]),
        member(3, 1, &[1]),
        bundle(4, &[], vec![vec![exact(2, 1), exact(3, 1)], vec![exact(9, 1)]]),
        bundle(5, &[1], vec![vec![exact(6, 1)]]),
        member(6, 1, &[]),
    ]);
    let scope = scope(&catalog);
    assert_eq!(scope.base().revisions().iter().collect::<Vec<_>>(), [1, 2, 4, 5, 6, 7]);
    let round = |installed: &[i32]| {
        scope.unbounded_round(&RoundRequest { installed_non_leaf: installed, ..RoundRequest::default() }).new
    };
    assert_eq!(round(&[]), revisions(&[1, 5, 2]), "the bundle, then the member that is possible");
    assert_eq!(round(&[1]), revisions(&[5, 2, 4, 6, 7]), "each bundle with its members");
    let action = |id| scope.deployment(RevisionId(id)).map(|deployment| deployment.action);
    assert_eq!(action(1), Some(ClientAction::Evaluate));
    assert_eq!(action(2), Some(ClientAction::Bundle));
    assert_eq!(action(3), None);
    assert_eq!(action(5), Some(ClientAction::PreDeploymentCheck));
}

fn deployment(number: u128, collection: u128, intent: Intent, updates: &[usize]) -> ScopedDeployment {
    let updates: Vec<_> = updates.iter().map(|n| id(*n)).collect();
    let spec = DeploymentSpec {
        name: Name::new("x").unwrap(),
        target: DeploymentTarget::Updates(updates.clone()),
        collection: CollectionId(Uuid::from_u128(collection)),
        intent,
        available_at: at(100),
        deadline: matches!(intent, Intent::Required | Intent::Uninstall).then(|| at(200)),
        restart: RestartBehaviour::Suppressed,
        notification: UserNotification::ShowAll,
        priority: DeploymentPriority::Normal,
    };
    let deployment = Deployment::new(DeploymentId(Uuid::from_u128(number)), spec, at(50), "ada".into()).unwrap();
    ScopedDeployment { deployment: Arc::new(deployment), updates, ancestors: Arc::default() }
}

#[test]
fn deployments_lie_over_the_standing_ones() {
    let removable = WindowsContent { uninstallable: true, ..content(&[]) };
    let expired = WindowsContent { expired: true, ..content(&[]) };
    let catalog = catalog_of(&[
        software(0, &[]),
        software(1, &[]),
        made(2, 1, UpdateKind::Software, removable),
        software(3, &[]),
        made(4, 1, UpdateKind::Software, expired),
        software(5, &[]),
    ]);
    let declined = CatalogChange { declined: vec![(id(5), true)], ..CatalogChange::default() };
    let base = Arc::new(ScopeBase::build(&apply(&catalog, declined)));
    let mut below = deployment(4, 8, Intent::Block, &[0]);
    below.ancestors = [CollectionId(Uuid::from_u128(7))].into();
    let deployments = [
        deployment(1, 7, Intent::Required, &[0, 1, 4, 5, 77]),
        deployment(2, 7, Intent::Available, &[1, 3]),
        deployment(3, 7, Intent::Uninstall, &[2, 3]),
        below,
    ];
    let told = |now| {
        let scope = Scope::build(&base, &deployments, at(now));
        (1..=6).map(|n| scope.deployment(RevisionId(n)).map(|d| (d.action, d.deadline, d.id))).collect::<Vec<_>>()
    };
    let check = |n: i32| Some((ClientAction::PreDeploymentCheck, None, (2 << 26) + n));
    assert_eq!(told(99), [check(1), check(2), check(3), check(4), None, None]);
    assert_eq!(
        told(100),
        [
            check(1),
            Some((ClientAction::Install, Some(at(200)), (3 << 26) + 2)),
            Some((ClientAction::Uninstall, Some(at(200)), (5 << 26) + 3)),
            Some((ClientAction::OptionalInstall, None, (4 << 26) + 4)),
            None,
            None,
        ]
    );
    let scope = Scope::build(&base, &deployments, at(100));
    let optional = scope.deployment(RevisionId(4)).unwrap();
    let plain = optional.without_optional();
    assert_eq!((plain.action, plain.id), (ClientAction::PreDeploymentCheck, (2 << 26) + 4));
    assert_eq!(scope.deployment(RevisionId(2)).unwrap().without_optional().action, ClientAction::Install);
    let cached = [exact(3, 1), exact(4, 1), exact(0, 2), exact(0, 1), exact(3, 1)];
    assert_eq!(scope.refresh(&cached), revisions(&[4, 1]), "each once");
}

#[test]
fn clients_are_told_the_priority_of_the_deployment_that_counts() {
    let base = Arc::new(ScopeBase::build(&catalog_of(&[software(0, &[]), software(1, &[])])));
    let with = |number, priority| {
        let mut scoped = deployment(number, 7, Intent::Required, &[0]);
        let mut changed = Deployment::clone(&scoped.deployment);
        changed.spec.priority = priority;
        scoped.deployment = Arc::new(changed);
        scoped
    };
    let deployments = [with(1, DeploymentPriority::Low), with(2, DeploymentPriority::High)];
    let told = |of: &[ScopedDeployment]| {
        let scope = Scope::build(&base, of, at(100));
        [1, 2].map(|n| scope.deployment(RevisionId(n)).unwrap().priority)
    };
    assert_eq!(told(&deployments[..1]), [DeploymentPriority::Low, DeploymentPriority::Normal]);
    assert_eq!(told(&deployments), [DeploymentPriority::High, DeploymentPriority::Normal]);
}

#[test]
fn terms_of_members_count_for_the_bundle() {
    let [own, inner] = [1, 2].map(Uuid::from_u128);
    let member = WindowsContent { licence: Some(inner), explicitly_deployable: false, ..content(&[]) };
    let bundle = WindowsContent { licence: Some(own), bundled: vec![vec![exact(1, 1)]], ..content(&[]) };
    let around = WindowsContent { bundled: vec![vec![exact(2, 1), exact(9, 9)]], ..content(&[]) };
    let catalog = catalog_of(&[
        made(1, 1, UpdateKind::Software, member),
        made(2, 1, UpdateKind::Software, bundle),
        made(3, 1, UpdateKind::Software, around),
        software(4, &[]),
    ]);
    assert_eq!([1, 2, 3, 4].map(|n| catalog.licences_of(RevisionId(n)).len()), [1, 2, 2, 0]);
    let deployments = [deployment(1, 7, Intent::Required, &[2, 4]), deployment(2, 7, Intent::Available, &[3])];
    let told = |licences: &[(Uuid, bool)]| {
        let change = CatalogChange { licences: licences.to_vec(), ..CatalogChange::default() };
        assert!(change.is_of_counters());
        let base = Arc::new(ScopeBase::build(&apply(&catalog, change)));
        let scope = Scope::build(&base, &deployments, at(150));
        [2, 3, 4].map(|n| scope.deployment(RevisionId(n)).unwrap().action)
    };
    use ClientAction::{Install, OptionalInstall, PreDeploymentCheck};
    assert_eq!(told(&[]), [PreDeploymentCheck, PreDeploymentCheck, Install]);
    assert_eq!(told(&[(own, true)]), [PreDeploymentCheck, PreDeploymentCheck, Install]);
    assert_eq!(told(&[(own, true), (inner, true)]), [Install, OptionalInstall, Install]);
    assert_eq!(told(&[(own, true), (inner, true), (own, false)]), [PreDeploymentCheck, PreDeploymentCheck, Install]);
}

#[test]
fn what_is_deployed_comes_before_what_is_only_evaluated() {
    let many: Vec<_> = (0..100).map(|n| software(n, &[])).collect();
    let base = Arc::new(ScopeBase::build(&catalog_of(&many)));
    let scope = Scope::build(&base, &[deployment(1, 7, Intent::Required, &[90, 95])], at(150));
    let round = scope.unbounded_round(&RoundRequest::default());
    assert_eq!((round.new.len(), round.truncated), (30, true));
    assert_eq!(round.new[..3], revisions(&[91, 96, 1])[..]);
}

#[test]
fn a_new_revision_replaces_the_old_one_in_one_answer() {
    let mut updates = vec![category(0, WindowsCategory::Product, &[]), software(1, &[0])];
    updates.extend((2..60).map(|n| category(n, WindowsCategory::Company, &[])));
    let newer = made(
        0,
        2,
        UpdateKind::Category,
        WindowsContent { category: Some(WindowsCategory::Product), ..WindowsContent::default() },
    );
    updates.extend((100..160).map(|n| software(n, &[n - 98])));
    updates.push(newer);
    let scope = scope(&catalog_of(&updates));
    let request = RoundRequest { installed_non_leaf: &[1], other_cached: &[2], filter: &[], since: 1 };
    let first = scope.unbounded_round(&request);
    assert!(first.truncated && first.out_of_scope.is_empty() && !first.new.contains(&RevisionId(121)));
    let installed: Vec<i32> = [1].into_iter().chain(first.new.iter().map(|r| i32::try_from(r.0).unwrap())).collect();
    let second = scope.unbounded_round(&RoundRequest { installed_non_leaf: &installed, ..request });
    assert_eq!(second.out_of_scope, [1]);
    assert!(second.new.contains(&RevisionId(121)));
}

#[test]
fn a_restricted_scan_gets_its_categories_one_level_per_round() {
    let catalog = catalog_of(&[
        category(1, WindowsCategory::Company, &[]),
        category(2, WindowsCategory::ProductFamily, &[1]),
        category(3, WindowsCategory::Product, &[2]),
        category(4, WindowsCategory::Product, &[2]),
        software(5, &[4]),
    ]);
    let scope = scope(&catalog);
    let filter = [CategoryId(id(3).0)];
    let round = |installed: &[i32], other: &[i32]| {
        scope.unbounded_round(&RoundRequest {
            installed_non_leaf: installed,
            other_cached: other,
            filter: &filter,
            since: 1,
        })
    };
    assert_eq!(round(&[], &[]).new, revisions(&[1]));
    assert_eq!(round(&[1], &[]).new, revisions(&[2]));
    assert_eq!(round(&[1, 2], &[]).new, revisions(&[3]));
    let last = round(&[1, 2, 4], &[3, 5, 9]);
    assert_eq!((last.new, last.outside_filter, last.out_of_scope), (vec![], vec![4, 5], vec![9]));
}

#[test]
fn a_page_ends_with_the_update_that_fills_it() {
    let updates: Vec<_> = (0..20).map(|number| software(number, &[])).collect();
    let scope = scope(&catalog(&updates));
    let page = |cached: &[i32], most: u64, bytes: u64| {
        let request = RoundRequest { other_cached: cached, ..RoundRequest::default() };
        let round = scope.round(&request, most, |_| bytes);
        (round.new.len(), round.truncated)
    };
    assert_eq!(page(&[], 160, 10), (16, true));
    assert_eq!(page(&[], 161, 10), (17, true));
    assert_eq!(page(&[], 200, 10), (20, false));
    assert_eq!(page(&[], 1, u64::MAX), (1, true), "one always goes");

    let (mut cached, mut rounds) = (Vec::new(), 0);
    while cached.len() < 20 {
        let request = RoundRequest { other_cached: &cached, ..RoundRequest::default() };
        let new = scope.round(&request, 25, |_| 10).new;
        cached.extend(new.iter().map(|revision| i32::try_from(revision.0).unwrap()));
        rounds += 1;
    }
    assert_eq!((rounds, cached.len()), (7, 20), "each once");
}
