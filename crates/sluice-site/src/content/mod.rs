//! The files of updates: what is wanted here, from where it is fetched, and what may go.
//!
//! A reconciler compares what is wanted with what is here and fetches the difference, a few files at
//! a time, not faster than allowed. What somebody asks for is handed out while it arrives. Nothing is believed: a file is here when its bytes have the digests that the metadata
//! gives it.

mod alarm;
mod asked;
pub mod collect;
pub mod demand;
mod download;
mod fetch;
mod limiter;
pub mod origin;
mod range;
mod reconcile;
pub(crate) mod room;
pub mod settings;
mod state;
pub mod status;
mod turns;
mod undeployed;
pub mod verify;
mod wanted;

pub use asked::Asker;
pub use origin::{ContentOrigin, Place, WantedContent, recorded_places};
pub(crate) use reconcile::{COLLECT_TICK, start, tidy};
pub(crate) use state::Fetching;
