//! The hierarchy of sites with the real program: joining, what comes down and what goes up, a cut link, leaving.

#[path = "../windows/catalog.rs"]
#[expect(dead_code, reason = "shared with the tests of Windows devices, which use more of it")]
mod catalog;
mod cut;
#[path = "../chain/device.rs"]
#[expect(dead_code, reason = "the tests of chains use the rest")]
mod device;
mod joining;
mod killed;
mod place;
#[path = "../sync/random.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod random;
