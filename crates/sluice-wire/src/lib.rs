//! The agent protocol, version 1: what `sluice agent` and a site say to each other.
//!
//! JSON over TLS below [`BASE_PATH`]. Only types, their canonical bytes and the checks both sides
//! must do alike live here; agent, server and simulator share them and convert them by hand into
//! their own types. Unknown fields are ignored, so that either side may be newer.
//!
//! | Request | Path | Answer |
//! |---|---|---|
//! | [`EnrollRequest`] | `POST enroll` | [`EnrollResponse`] |
//! | [`CheckInRequest`] | `POST check-in` | [`CheckInResponse`] |
//! | [`InventoryUpload`] | `POST inventory` | [`InventoryResponse`] |
//! | [`ReportRequest`] | `POST report` | [`ReportResponse`] |
//!
//! Every request but the first carries `Authorization: Bearer <device id>.<secret>`
//! ([`DeviceCredential`]). A refusal is a [`Problem`] (RFC 9457).
//!
//! Between sites another protocol is spoken, [`site`].

pub mod check_in;
pub mod credential;
pub mod enroll;
pub mod inventory;
pub mod policy;
pub mod problem;
pub mod report;
pub mod site;

pub use check_in::{AgentStatus, CheckInRequest, CheckInResponse, InventoryWish};
pub use credential::DeviceCredential;
pub use enroll::{EnrollRequest, EnrollResponse, EnrollmentToken, TokenError};
pub use inventory::{
    DeltaError, Index, Inventory, InventoryResponse, InventoryUpload, Kernel, OperatingSystem, Package, Pin, Restart,
    StaleLibrary,
};
pub use policy::{AssignedPackage, Assignment, Policy, PolicyError, PolicySettings, SignedPolicy};
pub use problem::Problem;
pub use report::{EnforcementReport, Event, ReportRequest, ReportResponse};

/// Where the protocol lives on a site's client listener.
pub const BASE_PATH: &str = "/agent/v1";

/// Largest request body, bytes: a full inventory of 20,000 packages is below 5 MB.
pub const MAX_BODY: usize = 8 << 20;

/// Largest number of packages in one inventory; the largest Debian release has 70,000 in all.
pub const MAX_PACKAGES: usize = 100_000;

/// Largest number of enforcement reports or events in one report.
pub const MAX_REPORT_ITEMS: usize = 2_000;

/// Most bytes of a package manager's output in one enforcement report.
pub const MAX_OUTPUT: usize = 16 << 10;
