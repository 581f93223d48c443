//! Which drivers fit which devices (\[MS-WUSP\] 3.1.5.7; protocols.md §3.6).
//!
//! A driver is offered if it is the best of all for a device, and better than the one it has.
//! Better is, in this order:
//!
//! 1. the more specific computer hardware id, of those the driver was distributed for or its
//!    package names; a driver for any computer comes after all;
//! 2. the lower feature score for the operating system;
//! 3. the device id that the device lists earlier, hardware ids before compatible ids;
//! 4. the newer date;
//! 5. the higher version.
//!
//! Drivers of the class Extension add to a device's driver instead of replacing it. Metadata does
//! not say which installed extension they would replace, so they are not offered.

mod fit;
mod index;
mod request;
mod round;
#[cfg(test)]
mod tests;

pub(super) use index::DriverIndex;
pub use request::{DriverOffer, DriverRequest, DriverRound, InstalledDriver, PrinterRequest, SystemDevice};
