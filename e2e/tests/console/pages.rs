//! Every page there is, found by its links.

use std::collections::{BTreeSet, VecDeque};

use serde::Deserialize;
use sluice_e2e::eventually;
use thirtyfour::Key;

use crate::browser::Browser;

/// Addresses in the page that lead to other pages of the site, without query and fragment.
const LINKS: &str = "return [...document.querySelectorAll('a[href]:not([download])')]
    .filter(a => a.origin === location.origin).map(a => a.pathname)";

/// Numbers what the focus can reach in `main`, in the order of the document, notes from now on
/// where it comes, and says how many there are. Of radio buttons the focus reaches one a group.
const NOTE: &str = "const all = [...document.querySelectorAll(
        'main a[href], main button, main input, main select, main textarea, main summary, main pre[tabindex]')]
    .filter(e => !e.disabled && e.checkVisibility({ visibilityProperty: true })
        && !(e.type === 'radio' && !e.checked) && e.type !== 'hidden');
    window.seen = [];
    document.addEventListener('focusin', ({ target: e }) => {
        const box = e.getBoundingClientRect();
        window.seen.push({
            order: all.indexOf(e),
            what: e.outerHTML.slice(0, 200),
            visible: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
                && getComputedStyle(e).outlineStyle !== 'none',
        });
    });
    return all.length";

/// At most so many parts has a field for a time: year to second, half of the day, calendar.
const TIME_PARTS: usize = 8;

/// A thing that had the focus.
#[derive(Debug, Deserialize)]
struct Focused {
    /// Its number; -1: it is not in `main`.
    order: i64,
    what: String,
    visible: bool,
}

/// Goes to every page that a link leads to, beginning with the overview; each fits the screen,
/// gives the browser no reason to complain and, with a keyboard, can be used with it.
pub async fn all_are_in_order(browser: &Browser) {
    let mut known = BTreeSet::from(["/".to_owned()]);
    let mut ahead = VecDeque::from(["/".to_owned()]);
    while let Some(path) = ahead.pop_front() {
        browser.go(&path).await;
        browser.is_content().await;
        assert_eq!(browser.count("h1").await, 1, "{path}");
        for link in browser.evaluate::<Vec<String>>(LINKS).await {
            if known.insert(link.clone()) {
                ahead.push_back(link);
            }
        }
        if !browser.screen.phone {
            works_with_the_keyboard(browser, &path).await;
        }
    }
    for path in [
        "/updates",
        "/devices",
        "/devices/enroll",
        "/deployments",
        "/deployments/new",
        "/sync",
        "/sync/runs",
        "/sync/sites",
        "/sync/take-over",
        "/selection",
    ] {
        assert!(known.contains(path), "a link leads to {path}: {known:#?}");
    }
    for below in ["/updates/", "/devices/", "/deployments/", "/collections/"] {
        assert!(known.iter().any(|path| path.starts_with(below)), "a link leads below {below}: {known:#?}");
    }
}

/// The first thing reached leads past the navigation, and from there the focus goes through
/// everything that can be used, in the order of the page, and can be seen all the way.
async fn works_with_the_keyboard(browser: &Browser, path: &str) {
    let seen = async || browser.evaluate::<Vec<Focused>>("return window.seen.splice(0)").await;
    let number: i64 = browser.evaluate(NOTE).await;
    browser.press(Key::Tab).await;
    let first = seen().await;
    let skips = first.iter().all(|one| one.visible && one.what.contains("class=\"skip\""));
    assert!(first.len() == 1 && skips, "{path}: first comes the link past the navigation: {first:?}");
    browser.press(Key::Enter).await;
    eventually("the focus is past the navigation", async || {
        let past: bool = browser.evaluate("return document.activeElement === document.querySelector('main')").await;
        if past { Ok(()) } else { Err(path.to_owned()) }
    })
    .await;
    seen().await;
    // A field for a time has the focus once for each of its parts.
    let parts = TIME_PARTS * browser.count("main input[type=datetime-local]").await;
    let tabs = (0..=number).map(|_| Key::Tab).chain((0..parts).map(|_| Key::Tab)).map(char::from).collect::<String>();
    browser.press(tabs).await;
    let after = seen().await;
    let orders: Vec<_> = after.iter().map(|one| one.order).take_while(|order| *order >= 0).collect();
    assert_eq!(orders, (0..number).collect::<Vec<_>>(), "{path}: the focus goes through all of it: {after:#?}");
    assert!(after.iter().all(|one| one.order < 0 || one.visible), "{path}: the focus can be seen: {after:#?}");
}
