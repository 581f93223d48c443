//! `GET /sync`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_site::sync::RunningSync;
use utoipa::ToSchema;
use uuid::Uuid;

use super::runs::SyncRun;
use crate::admin::AdminState;
use crate::api::page::Listing;
use crate::api::sources::list::Source;
use crate::api::words::{SyncExtent, SyncPhase, SyncTrigger};
use crate::auth::Authenticated;
use crate::problem::WebResult;

/// A source and where its synchronization stands.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SyncStatus {
    /// The source.
    pub source: Source,
    /// The run under way.
    pub running: Option<Running>,
    /// The last finished run.
    pub last_run: Option<SyncRun>,
}

/// A synchronization under way.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Running {
    /// Identity of the run.
    pub run: Uuid,
    /// How much it looks at.
    pub extent: SyncExtent,
    /// Who started it.
    pub trigger: SyncTrigger,
    /// When it began.
    pub started: Timestamp,
    /// The phase it is in.
    pub phase: SyncPhase,
    /// What of the phase is done; each phase counts its own things.
    pub done: u64,
    /// What there is to do; 0 when not known.
    pub total: u64,
    /// Share of the phase done, when the total is known.
    pub percent: Option<u8>,
    /// Seconds the phase will still take if it goes on as it did.
    pub remaining_seconds: Option<i64>,
    /// What is being worked on.
    pub item: String,
}

impl Running {
    pub(in crate::api) fn at(running: RunningSync, now: Timestamp) -> Self {
        let progress = running.progress;
        Self {
            run: running.run.0,
            extent: running.extent.into(),
            trigger: running.trigger.into(),
            started: running.started,
            phase: progress.phase.into(),
            done: progress.done,
            total: progress.total,
            percent: progress.percent(),
            remaining_seconds: progress.remaining(now).map(|left| left.as_secs()),
            item: progress.item,
        }
    }
}

impl SyncStatus {
    pub(in crate::api) fn at(status: sluice_site::sync::SyncStatus, now: Timestamp) -> Self {
        Self {
            source: status.source.into(),
            running: status.running.map(|running| Running::at(running, now)),
            last_run: status.last_run.map(Into::into),
        }
    }
}

/// Where synchronization stands, source by source.
#[utoipa::path(get, path = "/sync", tag = "sync", responses((status = 200, body = Listing<SyncStatus>)))]
pub(in crate::api) async fn status(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<Listing<SyncStatus>>> {
    let now = state.site.now();
    let status = state.site.sync_status(&caller).await?.into_iter();
    Ok(Json(Listing::whole(status.map(|status| SyncStatus::at(status, now)).collect())))
}
