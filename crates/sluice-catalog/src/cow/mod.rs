//! Containers whose copies share what did not change.
//!
//! A snapshot is copied at every change. These containers make the copy cost in proportion to the
//! change: a clone only counts references, a write copies the one part it touches.

mod map;
mod slots;

pub(crate) use map::CowMap;
pub(crate) use slots::Slots;
