//! `POST report`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use sluice_model::{DeploymentId, EnforcementState, ErrorCode, UpdateId};
use sluice_site::Site;
use sluice_site::agents::{DeviceReport, ReportedEnforcement};
use sluice_site::devices::DeviceEvent;
use sluice_wire::{EnforcementReport, Event, MAX_REPORT_ITEMS, ReportRequest, ReportResponse};

use super::authenticated::Device;
use super::bounds::{at_most, line, output};
use crate::extract::ApiJson;
use crate::problem::{Problem, WebResult};

/// Takes what a device did; it is stored for good before the answer.
pub(super) async fn report(
    Device(device): Device,
    State(site): State<Arc<Site>>,
    ApiJson(request): ApiJson<ReportRequest>,
) -> WebResult<Json<ReportResponse>> {
    let report = convert(request, site.now())?;
    let acknowledged = site.ingest_report(&device, report).await?;
    Ok(Json(ReportResponse { acknowledged }))
}

fn convert(request: ReportRequest, now: Timestamp) -> Result<DeviceReport, Problem> {
    at_most("enforcement", &request.enforcement, MAX_REPORT_ITEMS)?;
    at_most("events", &request.events, MAX_REPORT_ITEMS)?;
    Ok(DeviceReport {
        serial: request.serial,
        enforcement: request.enforcement.into_iter().map(|item| enforcement(item, now)).collect(),
        events: request.events.into_iter().map(|item| event(&item, now)).collect(),
    })
}

/// Words of a newer agent become the general ones: a refused report would be sent for ever.
fn enforcement(item: EnforcementReport, now: Timestamp) -> ReportedEnforcement {
    ReportedEnforcement {
        deployment: DeploymentId(item.deployment),
        update: UpdateId(item.update),
        state: EnforcementState::from_slug(&item.state).unwrap_or(EnforcementState::Unknown),
        error: item.error.map(|symbol| ErrorCode::from_symbol(&symbol).unwrap_or(ErrorCode::OTHER)),
        detail: line(&item.detail),
        output: output(&item.output),
        at: past(item.at, now),
    }
}

fn event(item: &Event, now: Timestamp) -> DeviceEvent {
    DeviceEvent { at: past(item.at, now), kind: line(&item.kind), text: line(&item.text) }
}

/// What was reported has happened, whatever the device's clock says.
fn past(seconds: i64, now: Timestamp) -> Timestamp {
    Timestamp::from_second(seconds).map_or(now, |at| at.min(now))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn claims_are_bounded() {
        let now = Timestamp::from_second(1_000).unwrap();
        let item = EnforcementReport {
            deployment: Uuid::nil(),
            update: Uuid::nil(),
            state: "from-the-future".into(),
            error: Some("unheard-of".into()),
            detail: "a\nb".into(),
            output: "x\u{1b}y\n".into(),
            at: i64::MAX,
        };
        let kept = enforcement(item.clone(), now);
        assert_eq!(kept.state, EnforcementState::Unknown);
        assert_eq!(kept.error, Some(ErrorCode::OTHER));
        assert_eq!((kept.detail.as_str(), kept.output.as_str(), kept.at), ("a b", "x y\n", now));
        let request = ReportRequest { serial: 1, enforcement: vec![item; MAX_REPORT_ITEMS + 1], events: Vec::new() };
        assert_eq!(convert(request, now).unwrap_err().field.as_deref(), Some("enforcement"));
    }
}
