//! The lists and figures of console and API, answered from one snapshot of the fleet.
//!
//! Filters are bitmaps where they can be; a page is picked out without sorting the rest. A cursor
//! is the sort key and number of the last row, so a page stays right when rows come and go.

mod devices;
mod overview;
mod page;
#[cfg(test)]
mod tests;
mod updates;

pub use devices::{DeviceFilter, DeviceLine, DeviceQuery, DeviceSort, OriginFilter, devices};
pub use overview::{ClassificationCount, Overview, overview};
pub use page::{Cursor, Page, SortKey};
pub use updates::{UpdateLine, UpdateQuery, UpdateSort, UpdateState, updates};
