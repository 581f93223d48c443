//! Which updates a device needs, decided as apt decides.
//!
//! `weigh` is apt's rule for one package; everything that decides or explains goes through it.
//! [`Evaluator`] remembers its answers, so that over a fleet each distinct (subscription, package,
//! installed version) is weighed once per catalog.

mod compliance;
mod evaluator;
#[cfg(test)]
mod naive;
mod profile;
mod single;
#[cfg(test)]
mod tests;
mod upgradable;
mod weigh;

pub use compliance::DeviceCompliance;
pub use evaluator::Evaluator;
pub use profile::{NotUsable, Profile};
pub(crate) use single::Pins;
pub use single::evaluate_device;
pub use upgradable::{UpgradablePackage, upgradable};
pub use weigh::Verdict;
pub(crate) use weigh::{Slot, Weighed, weigh};
