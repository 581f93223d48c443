//! The hierarchy of sites with the real program: joining, what comes down and what goes up, a cut link, leaving.

#[path = "../windows/catalog.rs"]
#[expect(dead_code, reason = "shared with the tests of Windows devices, which use more of it")]
mod catalog;
mod cut;
mod joining;
mod place;
