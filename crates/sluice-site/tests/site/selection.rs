//! Products and classifications that devices are offered and upstream sources asked for, or not.

use sluice_model::{CategoryId, Choice, Classification, DeploymentTarget};
use sluice_site::selection::{Selectable, SelectableKind, SelectionChange, SelectionEdit, SelectionState};
use sluice_site::{ErrorKind, SiteResult};
use uuid::Uuid;

use crate::deployments::spec;
use crate::windows_catalog::{COMPANY, WINDOWS_10, WINDOWS_11, id, publish};
use crate::windows_documents::{self as documents, category_document, import, patch_of};
use crate::world::World;

fn titles(world: &World, wanted: impl Fn(&Selectable) -> bool) -> Vec<String> {
    let all = world.site.selection(&world.admin).unwrap();
    all.into_iter().filter(wanted).map(|category| category.title).collect()
}

fn deselected(world: &World) -> Vec<String> {
    titles(world, |category| !category.selected)
}

async fn change(world: &World, edit: SelectionEdit) -> SelectionChange {
    try_change(world, edit).await.unwrap()
}

async fn try_change(world: &World, edit: SelectionEdit) -> SiteResult<SelectionChange> {
    world.site.change_selection(&world.admin, edit).await
}

fn select(select: &[CategoryId]) -> SelectionEdit {
    SelectionEdit { select: select.to_vec(), ..SelectionEdit::default() }
}

fn deselect(deselect: &[CategoryId]) -> SelectionEdit {
    SelectionEdit { deselect: deselect.to_vec(), ..SelectionEdit::default() }
}

fn category(number: u128) -> CategoryId {
    CategoryId(documents::id(number).0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_deselected_is_not_offered() {
    let mut world = World::new().await;
    publish(&mut world).await;
    let all = world.site.selection(&world.admin).unwrap();
    let count = |id| all.iter().find(|category| category.id == id).map(|category| category.updates);
    // Members of bundles are not counted; the driver counts for both products and once above them.
    assert_eq!([COMPANY, WINDOWS_10, WINDOWS_11].map(count), [Some(4), Some(2), Some(3)]);
    assert_eq!(count(Classification::Drivers.id()), Some(1));
    assert_eq!(all.iter().filter(|c| c.kind == SelectableKind::Classification).count(), Classification::ALL.len());

    let counts = |change: &SelectionChange| [change.selected, change.deselected, change.offered, change.withdrawn];
    // The driver is for Windows 11, too, and stays.
    let dry = change(&world, SelectionEdit { only_say: true, ..deselect(&[WINDOWS_10]) }).await;
    assert_eq!(counts(&dry), [0, 1, 0, 1]);
    let [family] = &dry.families[..] else { panic!("{dry:?}") };
    assert_eq!((family.title.as_str(), family.offered, family.withdrawn), ("Microsoft", 0, 1));
    assert_eq!(deselected(&world), Vec::<String>::new());
    assert_eq!(change(&world, deselect(&[WINDOWS_10])).await, dry);
    assert_eq!(deselected(&world), ["Windows 10"]);
    assert_eq!(change(&world, deselect(&[WINDOWS_10])).await, SelectionChange::default());

    let both = SelectionEdit { deselect: vec![Classification::Drivers.id()], ..select(&[WINDOWS_10]) };
    assert_eq!(counts(&change(&world, both).await), [1, 1, 1, 1]);
    assert_eq!(deselected(&world), ["Drivers"]);
    // What is deselected takes along what was chosen below it.
    assert_eq!(counts(&change(&world, deselect(&[COMPANY])).await), [0, 1, 0, 3]);
    world.restart().await;
    assert_eq!(deselected(&world), ["Microsoft", "Windows 10", "Windows 11", "Drivers"]);
    // One of them comes back; so does the update of both but for its classification.
    assert_eq!(counts(&change(&world, select(&[WINDOWS_11])).await), [1, 0, 2, 0]);
    assert_eq!(deselected(&world), ["Microsoft", "Windows 10", "Drivers"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_is_refused() {
    let mut world = World::new().await;
    publish(&mut world).await;
    let both = SelectionEdit { deselect: vec![WINDOWS_10], ..select(&[WINDOWS_10]) };
    assert_eq!(try_change(&world, both).await.unwrap_err().kind, ErrorKind::Invalid);
    let unknown = CategoryId(Uuid::from_u128(99));
    assert_eq!(try_change(&world, deselect(&[unknown])).await.unwrap_err().kind, ErrorKind::NotFound);
    let looked_at = SelectionEdit { acknowledge: vec![unknown], ..SelectionEdit::default() };
    assert_eq!(try_change(&world, looked_at).await.unwrap_err().kind, ErrorKind::NotFound);
    assert_eq!(try_change(&world, select(&[unknown; 10_001])).await.unwrap_err().kind, ErrorKind::Invalid);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployment_that_loses_updates_is_named_and_none_can_be_made() {
    let mut world = World::new().await;
    publish(&mut world).await;
    let target = DeploymentTarget::Updates(vec![id(100), id(110)]);
    world.site.create_deployment(&world.admin, spec(&world, "Rollups", target)).await.unwrap();
    let dry = change(&world, SelectionEdit { only_say: true, ..deselect(&[WINDOWS_11]) }).await;
    assert_eq!((dry.deployments, dry.withdrawn), (vec!["Rollups".to_owned()], 2));
    change(&world, deselect(&[WINDOWS_11])).await;
    let target = DeploymentTarget::Updates(vec![id(110)]);
    let refused = world.site.create_deployment(&world.admin, spec(&world, "Again", target)).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Conflict);
    assert!(refused.message.contains("is not selected"), "{}", refused.message);
}

/// Company > family > products; what upstreams are asked for follows the choices alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn upstreams_are_asked_for_what_is_chosen() {
    const OTHER: u128 = 0xdd79;
    const LATER: u128 = 0xdd80;
    let mut world = World::new().await;
    import(&world, &documents::catalog()).await;
    let other = vec![
        category_document(OTHER, "Product", Some(documents::FAMILY)),
        patch_of(0x2001, &[documents::PRODUCT, OTHER]),
        patch_of(0x2002, &[OTHER]),
    ];
    import(&world, &other).await;
    let filter = world.site.selection_filter();
    assert!(filter.is_of_lists_only(), "nothing is selected: {filter}");
    let state = |world: &World, number| {
        let all = world.site.selection(&world.admin).unwrap();
        let one = all.iter().find(|one| one.id == category(number)).unwrap();
        (one.state, one.selected, one.choice, one.new)
    };
    // What was imported is offered; the first list is not new, what comes later is.
    assert_eq!(state(&world, documents::PRODUCT), (SelectionState::Undecided, true, None, false));
    assert_eq!(state(&world, OTHER), (SelectionState::Undecided, true, None, true));
    assert_eq!(world.site.overview(&world.admin, None).await.unwrap().new_categories, 1);

    let security = Classification::SecurityUpdates.id();
    let chosen = change(&world, select(&[category(documents::FAMILY), security])).await;
    // The company is not asked for: not all of it is selected.
    assert_eq!((chosen.selected, chosen.asked, chosen.not_asked), (2, 4, 0));
    let family_as_such = world.site.selection_filter();
    let mut all = vec![category(documents::FAMILY), category(documents::PRODUCT), category(OTHER)];
    all.sort_unstable();
    assert_eq!((&family_as_such.products, &family_as_such.classifications), (&all, &vec![security]));
    assert_eq!(state(&world, OTHER), (SelectionState::Selected, true, None, true), "the family is looked at, not it");

    // An excluded member: neither it nor the family as such, which would bring it.
    let excluded = change(&world, deselect(&[category(OTHER)])).await;
    assert_eq!((excluded.deselected, excluded.asked, excluded.not_asked, excluded.withdrawn), (1, 0, 2, 1));
    assert_eq!(excluded.acknowledged, 1);
    assert_eq!(world.site.selection_filter().products, [category(documents::PRODUCT)]);
    assert_eq!(state(&world, OTHER), (SelectionState::NotSelected, false, Some(Choice::Deselected), false));
    // Selecting the family again leaves the exclusion; nothing happens.
    assert_eq!(change(&world, select(&[category(documents::FAMILY)])).await, SelectionChange::default());
    assert_eq!(world.site.selection_filter().products, [category(documents::PRODUCT)]);

    // A member that comes later follows the family, and is flagged.
    import(&world, &[category_document(LATER, "Product", Some(documents::FAMILY))]).await;
    assert_eq!(state(&world, LATER), (SelectionState::Selected, true, None, true));
    let now = world.site.selection_filter();
    let entries = now.products_since(&family_as_such);
    let new: Vec<_> = entries.iter().filter(|entry| !entry.delta).map(|entry| entry.id).collect();
    assert_eq!(new, [category(LATER)]);
    world.restart().await;
    assert_eq!((world.site.selection_filter(), state(&world, LATER).3), (now, true));

    let looked_at = SelectionEdit { acknowledge_all: true, ..SelectionEdit::default() };
    let dry = change(&world, SelectionEdit { only_say: true, ..looked_at.clone() }).await;
    assert_eq!((dry.acknowledged, state(&world, LATER).3), (1, true));
    assert_eq!(change(&world, looked_at).await.acknowledged, 1);
    world.restart().await;
    assert_eq!(titles(&world, |one| one.new), Vec::<String>::new());
}
