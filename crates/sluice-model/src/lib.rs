//! The vocabulary of software update management.
//!
//! Values only: identifiers, enumerations, schedules and the records of an update, a device and a
//! deployment, with constructors that refuse nonsense. Nothing here does I/O, reads a clock, or
//! knows a wire format, a row or a web page; those layers have types of their own and convert.

pub mod catalog;
pub mod compliance;
pub mod deployment;
pub mod device;
pub mod error_code;
pub mod id;
pub mod name;
pub mod protocol_version;
pub mod schedule;
pub mod site;
pub mod sync;
pub mod update;
pub mod windows;
pub mod windows_device;
pub mod windows_error;
mod windows_name;

pub use catalog::{Category, CategoryKind, Choice, IndexKey, PackageIndex, Pocket};
pub use compliance::{ComplianceState, EnforcementState};
pub use deployment::{
    Deployment, DeploymentError, DeploymentPhase, DeploymentPriority, DeploymentSpec, DeploymentTarget, Intent,
    RestartBehaviour, UserNotification,
};
pub use device::{
    DeviceIndex, DeviceKind, InstalledPackage, Inventory, KernelFacts, OperatingSystem, PackagePin, RestartEvidence,
    StaleLibrary,
};
pub use error_code::{ErrorCode, ErrorExplanation};
pub use id::{
    AlertId, CategoryId, CollectionId, DeploymentId, DeviceId, DeviceNumber, IndexId, RevisionId, ServerId, SiteId,
    SourceId, SyncRunId, TokenId, UpdateGroupId, UpdateId, UserId,
};
pub use name::{Name, NameError};
pub use protocol_version::ProtocolVersion;
pub use schedule::Schedule;
pub use site::{DeviceFigures, LinkState, SetWhere, SiteMode, SiteNode, SiteSetting, SiteType, stands_in};
pub use sync::{SyncExtent, SyncPhase, SyncProgress, SyncTrigger};
pub use update::{BinaryPackage, Classification, Sha256, SourcePackage, Update, UpdateContent, UpdateKind};
pub use windows::{DriverTarget, PatchingType, RevisionRef, Severity, WindowsCategory, WindowsContent, WindowsFile};
pub use windows_device::{ReportedState, WindowsComputer};
pub use windows_error::WindowsErrorCode;
