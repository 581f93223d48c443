//! Products and classifications that Windows devices are offered, or not.

use sluice_model::{CategoryId, Classification};
use sluice_site::ErrorKind;
use sluice_site::selection::{SelectableKind, SelectionChange};
use uuid::Uuid;

use crate::windows_catalog::{COMPANY, WINDOWS_10, WINDOWS_11, publish};
use crate::world::World;

fn deselected(world: &World) -> Vec<String> {
    let all = world.site.selection(&world.admin).unwrap();
    all.into_iter().filter(|category| !category.selected).map(|category| category.title).collect()
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

    let change = |select: Vec<CategoryId>, deselect: Vec<CategoryId>, only_say| {
        let (site, admin) = (world.site.clone(), world.admin.clone());
        async move { site.change_selection(&admin, select, deselect, only_say).await.unwrap() }
    };
    // The driver is for Windows 11, too, and stays.
    let expected = SelectionChange { selected: 0, deselected: 1, offered: 0, withdrawn: 1 };
    assert_eq!(change(vec![], vec![WINDOWS_10], true).await, expected);
    assert_eq!(deselected(&world), Vec::<String>::new());
    assert_eq!(change(vec![], vec![WINDOWS_10], false).await, expected);
    assert_eq!(deselected(&world), ["Windows 10"]);
    assert_eq!(change(vec![], vec![WINDOWS_10], false).await, SelectionChange::default());

    let drivers = Classification::Drivers.id();
    let change_both = change(vec![WINDOWS_10], vec![drivers], false).await;
    assert_eq!(change_both, SelectionChange { selected: 1, deselected: 1, offered: 1, withdrawn: 1 });
    assert_eq!(deselected(&world), ["Drivers"]);
    let all = change(vec![], vec![COMPANY], false).await;
    assert_eq!(all, SelectionChange { selected: 0, deselected: 1, offered: 0, withdrawn: 3 });
    world.restart().await;
    assert_eq!(deselected(&world), ["Microsoft", "Windows 10", "Windows 11", "Drivers"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_is_refused() {
    let mut world = World::new().await;
    publish(&mut world).await;
    let refused = world.site.change_selection(&world.admin, vec![WINDOWS_10], vec![WINDOWS_10], false).await;
    assert_eq!(refused.unwrap_err().kind, ErrorKind::Invalid);
    let unknown = CategoryId(Uuid::from_u128(99));
    let refused = world.site.change_selection(&world.admin, vec![], vec![unknown], false).await;
    assert_eq!(refused.unwrap_err().kind, ErrorKind::NotFound);
}
