//! Sites below each other, in networks of their own: what the top has arrives at the bottom, whatever happens on the
//! way, and devices at the bottom are served throughout.

#[path = "../windows/catalog.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod catalog;
#[path = "../windows/clock.rs"]
mod clock;
mod cut_off;
mod device;
mod door;
mod first;
mod killed;
mod network;
mod place;
#[path = "../sync/random.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod random;
mod restored;
mod trust;
