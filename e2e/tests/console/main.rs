//! The console in a real browser: an administrator makes an account, finds out that a real device
//! needs an update, and why, deploys it, and sees it installed.
//!
//! Nothing outside this machine is needed once there is a Debian root: the update is of a
//! repository of the test's own.

mod browser;
#[path = "../devices/command.rs"]
mod command;
mod device;
mod journey;
mod pages;
mod pictures;
mod repository;
mod scene;

use browser::{Browser, DESK, PHONE, Screen};
use scene::Scene;

/// On a desk's screen, with the keyboard through all pages afterwards.
#[tokio::test]
async fn on_a_desk() {
    patch_a_device(DESK, true).await;
}

/// On a phone's screen.
#[tokio::test]
async fn on_a_phone() {
    patch_a_device(PHONE, true).await;
}

/// In a browser that runs no scripts.
#[tokio::test]
async fn without_scripts() {
    patch_a_device(DESK, false).await;
}

/// Takes the pictures of the documentation.
#[tokio::test]
#[ignore = "needs a mirror and minutes: make screenshots"]
async fn screenshots() {
    pictures::take().await;
}

async fn patch_a_device(screen: Screen, scripts: bool) {
    let scene = Scene::set().await;
    let browser = Browser::open(&scene.site.admin_url(), screen, scripts).await;
    journey::create_the_first_administrator(&browser, &scene.site).await;
    journey::sign_out_and_in(&browser).await;
    assert_eq!(journey::compliance(&browser).await, "0%");
    journey::find_the_update(&browser).await;
    journey::read_why(&browser).await;
    journey::deploy_it(&browser).await;
    journey::watch_it_finish(&browser).await;
    assert_eq!(journey::compliance(&browser).await, "100%");
    assert_eq!(scene.device.shell("cat /usr/share/greeting/version").await, "greeting 1.1\n");
    if scripts {
        pages::all_are_in_order(&browser).await;
    }
}
