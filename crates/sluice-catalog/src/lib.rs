//! The immutable in-memory snapshot and everything computed from it.
//!
//! | Part | Is |
//! |---|---|
//! | [`Catalog`] | every update, category and package index: one immutable snapshot, the next made from the one before |
//! | [`device`] | what devices have, numbered, independent of the catalog |
//! | [`evaluate`] | which updates a device needs: apt's own choice, remembered per distinct package |
//! | [`Fleet`] | all devices with what each needs and has: the second snapshot, which carries its catalog |
//! | [`explain()`] | why an update is required or not, from the code that decides |
//! | [`query`] | the lists and figures of console and API |
//! | [`planner`] | what deployments ask of devices, and how far they have come |
//! | [`downstream`] | what servers further down are told there is |
//! | [`windows`] | what agents of Windows are told in each round of a scan, and of which drivers |
//!
//! Everything here is pure and synchronous: no input or output, clock, lock or task. Whoever owns
//! a snapshot shares it by `Arc` and swaps it for the next; readers never wait.
//!
//! ```text
//! CatalogChange ──> Catalog::apply ──> Catalog ──> Evaluator ─┐
//! DeviceChange ───────────────────────> Fleet::apply ─────────┴──> Fleet ──> query, explain, planner
//! ```

mod catalog;
mod cow;
pub mod device;
pub mod downstream;
pub mod evaluate;
mod explain;
mod fleet;
pub mod planner;
pub mod query;
#[cfg(test)]
mod testing;
pub mod windows;

pub use catalog::{Catalog, CatalogChange, CatalogProblem, Categories, IndexContent, Offer, Package};
pub use evaluate::{DeviceCompliance, Evaluator, UpgradablePackage};
pub use explain::{
    ConsideredVersion, Explanation, Failure, IndexPriority, NotAsked, PackageConclusion, PackageExplanation,
    PackageReasons, Reasons, UnseenOffer, WindowsReasons, explain, explain_facts,
};
pub use fleet::{
    DeviceChange, DeviceOrigin, DeviceRecord, DeviceRow, EnforcementRecord, Fleet, FleetProblem, IdentityDoubt, NEVER,
    ReportedStates, RevisionDevices, WindowsDevice, WindowsParticulars, WindowsStatus,
};
