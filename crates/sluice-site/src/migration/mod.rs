//! Taking over a WSUS (NEW-09): this site joins it as a replica, gets what it has, is compared with it, and is then
//! detached. Until then the WSUS goes on serving its clients, and nothing is changed there at any time.
//!
//! | Part | Does |
//! |---|---|
//! | `plan` | a dry run: is the server there, what has it, what would be done |
//! | `start`, `advance` | the first steps, and going on by itself after each |
//! | `compare`, `report` | what is there and not here, and what the protocol does not bring |
//! | `finish` | the cut-over: what was inherited becomes the site's own |
//! | `words`, `clients` | what the protocol does not bring; how clients are moved |
//! | `record`, `status` | where it stands, from the store |
//!
//! Every step can be repeated: it looks at what is stored and does what is missing.

mod advance;
mod clients;
mod compare;
mod finish;
mod plan;
mod record;
mod report;
mod start;
mod status;
mod words;

pub use compare::{Counted, Difference, DifferenceKind};
pub use finish::{AfterMigration, MigrationEnd};
pub use plan::{Found, MigrationPlan};
pub use report::MigrationReport;
pub use status::{MigrationState, MigrationStatus, MigrationStep, StepState};
pub use words::NotBrought;

pub(crate) use advance::advance;
