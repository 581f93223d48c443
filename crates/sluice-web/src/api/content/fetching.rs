//! Where the fetching of content stands.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_site::content::status as site;
use sluice_site::content::verify::Verification as Verified;
use utoipa::ToSchema;

/// Where the fetching of content stands.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Fetching {
    /// Where files are kept.
    #[schema(example = "/var/lib/sluice/content")]
    pub place: String,
    /// Bytes that are free where files arrive; null when that cannot be said.
    pub free_bytes: Option<u64>,
    /// Files that should be here by the settings.
    pub wanted: u64,
    /// Their bytes.
    pub wanted_bytes: u64,
    /// Files of them that are not.
    pub missing: u64,
    /// Their bytes.
    pub missing_bytes: u64,
    /// Files that wait for their turn.
    pub waiting: u64,
    /// Files of which no source says where they are; they must be uploaded.
    pub homeless: u64,
    /// Files that are fetched now, oldest first.
    pub running: Vec<RunningFetch>,
    /// Files that could not be fetched.
    pub failing: Vec<FailingFetch>,
    /// The last time that every file was read and compared with its digest, or the one under way.
    pub verification: Option<Verification>,
}

/// A file that is fetched.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RunningFetch {
    /// Its name in addresses.
    pub name: String,
    /// What the update calls it.
    pub file_name: String,
    /// Bytes it has.
    pub size: u64,
    /// Bytes of it that are here.
    pub arrived: u64,
    /// Since when.
    pub since: Timestamp,
    /// Seconds it will still take if it goes on as it did.
    pub remaining_seconds: Option<i64>,
    /// From where, without credentials.
    pub from: String,
}

/// A file that could not be fetched.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FailingFetch {
    /// Its name in addresses.
    pub name: String,
    /// Why, and what to do.
    pub reason: String,
    /// What came was something else: the file is in quarantine.
    pub wrong: bool,
    /// How often it was tried.
    pub attempts: u32,
    /// Since when it fails.
    pub first_at: Timestamp,
    /// When it is tried again.
    pub next_at: Timestamp,
}

/// A reading of all files.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Verification {
    /// When it began.
    pub started: Timestamp,
    /// When it ended; null while it is under way.
    pub ended: Option<Timestamp>,
    /// Files read.
    pub done: u64,
    /// Files there were.
    pub total: u64,
    /// Files that were damaged and removed; at most a hundred.
    pub damaged: Vec<String>,
    /// Files that could not be read, with the reason; at most a hundred.
    pub unreadable: Vec<String>,
}

impl Fetching {
    pub(super) fn at(status: site::FetchStatus, now: Timestamp) -> Self {
        let running = |file: site::RunningFetch| RunningFetch {
            remaining_seconds: file.remaining(now).map(|left| left.as_secs()),
            name: file.name,
            file_name: file.file_name,
            size: file.size,
            arrived: file.arrived,
            since: file.since,
            from: file.from,
        };
        let failing = |file: site::FailingFetch| FailingFetch {
            name: file.name,
            reason: file.reason,
            wrong: file.wrong,
            attempts: file.attempts,
            first_at: file.first_at,
            next_at: file.next_at,
        };
        Self {
            place: status.place,
            free_bytes: status.free_bytes,
            wanted: status.wanted,
            wanted_bytes: status.wanted_bytes,
            missing: status.missing,
            missing_bytes: status.missing_bytes,
            waiting: status.waiting,
            homeless: status.homeless,
            running: status.running.into_iter().map(running).collect(),
            failing: status.failing.into_iter().map(failing).collect(),
            verification: status.verification.map(Into::into),
        }
    }
}

impl From<Verified> for Verification {
    fn from(verified: Verified) -> Self {
        let Verified { started, ended, done, total, damaged, unreadable } = verified;
        Self { started, ended, done, total, damaged, unreadable }
    }
}
