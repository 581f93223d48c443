//! What deployments ask of devices, and how far they have come. Pure: the same snapshot and time
//! always give the same plan, and nothing is ever planned without an active deployment.

mod assign;
mod precedence;
mod resolved;
mod status;
#[cfg(test)]
mod tests;

pub use assign::{AssignedPackage, Assignment, assignments};
pub use precedence::{Claim, strongest};
pub use resolved::{ResolvedDeployment, deployed_revisions};
pub use status::{DeploymentCounts, DeploymentStatus, DeviceDeploymentState, DeviceProgress, deployment_status};
