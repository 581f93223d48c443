//! What agents of Windows are told in each round of a scan (\[MS-WUSP\]; protocols.md §2.2, §3.5
//! to §3.7).
//!
//! | Part | Is |
//! |---|---|
//! | [`WindowsGraph`] | who needs and supersedes whom in the whole catalog; kept by the catalog |
//! | [`ScopeBase`] | the revisions in scope, prepared for rounds; one per catalog |
//! | [`RoundTripBudget`] | the proof that no scan takes more round trips than agents make |
//! | [`Scope`] | the base with the deployments of one set of groups; answers rounds |
//! | `drivers` | which drivers fit which devices |

mod base;
mod bits;
mod budget;
mod conditions;
mod deployment;
mod drivers;
mod filter;
mod graph;
mod levels;
mod lists;
mod members;
#[cfg(test)]
mod naive;
mod order;
mod round;
mod scope;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use base::ScopeBase;
pub use budget::RoundTripBudget;
pub use deployment::{ClientAction, ClientDeployment};
pub use drivers::{DriverOffer, DriverRequest, DriverRound, InstalledDriver, PrinterRequest, SystemDevice};
pub use graph::WindowsGraph;
pub use round::{Round, RoundRequest};
pub use scope::{Scope, ScopedDeployment};
