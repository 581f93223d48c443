//! Real devices: Debian roots with real pending updates, the real agent in each, and a real site
//! that synchronizes from the mirror this machine is configured with.
//!
//! Nothing here names a version: what the site says is compared with what apt and dpkg say.
//! Everything a device is made of ends with the test, however that ends.

mod assess;
mod command;
mod deploy;
mod device;
mod fleet;
mod place;
mod relay;
mod root;
mod scenario;

use std::rc::Rc;

use tokio::task::LocalSet;

use fleet::Fleet;

/// An older release, with one-line package sources.
#[tokio::test]
async fn bookworm() {
    all_scenarios("bookworm").await;
}

/// A newer one, with deb822 package sources.
#[tokio::test]
async fn trixie() {
    all_scenarios("trixie").await;
}

/// Each on a device of its own, all at the same time.
async fn all_scenarios(suite: &str) {
    let fleet = Rc::new(Fleet::of(suite).await);
    let set = LocalSet::new();
    let mut running = Vec::new();
    macro_rules! start {
        ($($scenario:ident)*) => {$({
            let fleet = Rc::clone(&fleet);
            let task = set.spawn_local(async move { scenario::$scenario(&fleet).await });
            running.push((stringify!($scenario), task));
        })*};
    }
    start! {
        what_is_deployed_is_installed_and_nothing_else
        a_held_package_is_shown_and_left_alone
        a_broken_database_is_reported_and_its_repair_is_enough
        a_full_disk_is_reported_and_room_is_enough
        an_interrupted_installation_is_finished
        reports_wait_for_the_link
    }
    set.await;
    let mut failed = Vec::new();
    for (name, task) in running {
        if task.await.is_err() {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "failed on {suite}, each with its message above: {failed:?}");
}
