//! Ten thousand devices that enrol and send their inventory.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt as _, Full};
use jiff::SignedDuration;
use sluice_sim::{FleetSpec, Shape};
use sluice_site::agents::AuthenticatedDevice;
use sluice_site::{Caller, Site};
use sluice_wire::{BASE_PATH, DeviceCredential, EnrollRequest, EnrollResponse, InventoryResponse};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

/// Requests at a time.
const LANES: u32 = 64;

/// Enrols all devices; who they are.
pub async fn fill(site: &Arc<Site>, shape: &Shape, devices: u32) -> anyhow::Result<Vec<AuthenticatedDevice>> {
    let valid = SignedDuration::from_hours(1);
    let (_, token) = site.create_enrollment_token(&Caller::system(), valid, devices).await?;
    let (shape, spec) = (Arc::new(shape.clone()), FleetSpec::new(devices, 1));
    let mut tasks = JoinSet::new();
    for first in 0..LANES {
        let (site, shape, spec, token) = (Arc::clone(site), Arc::clone(&shape), spec.clone(), token.clone());
        tasks.spawn(async move {
            let mut known = Vec::new();
            for number in (first..devices).step_by(LANES as usize) {
                known.push(one(&site, &shape, &spec, &token, number).await?);
            }
            anyhow::Ok(known)
        });
    }
    let mut known = Vec::new();
    while let Some(lane) = tasks.join_next().await {
        known.extend(lane??);
    }
    Ok(known)
}

async fn one(
    site: &Arc<Site>,
    shape: &Shape,
    spec: &FleetSpec,
    token: &str,
    number: u32,
) -> anyhow::Result<AuthenticatedDevice> {
    let machine = shape.machine(spec, number);
    let request = EnrollRequest { token: token.to_owned(), hostname: machine.hostname, agent_version: "bench".into() };
    let enrolled: EnrollResponse = post(site, "enroll", None, &request).await?;
    let upload = machine.inventory.upload(None);
    let answer: InventoryResponse = post(site, "inventory", Some(&enrolled.credential), &upload).await?;
    anyhow::ensure!(answer.held == Some(upload.hash), "the inventory was not taken");
    let credential = DeviceCredential::decode(&enrolled.credential);
    let credential = credential.ok_or_else(|| anyhow::anyhow!("the credential is none"))?;
    Ok(site.authenticate_device(&credential)?)
}

async fn post<T: serde::de::DeserializeOwned>(
    site: &Arc<Site>,
    operation: &str,
    credential: Option<&str>,
    body: &impl serde::Serialize,
) -> anyhow::Result<T> {
    let mut request =
        Request::post(format!("{BASE_PATH}/{operation}")).header(header::CONTENT_TYPE, "application/json");
    if let Some(credential) = credential {
        request = request.header(header::AUTHORIZATION, format!("Bearer {credential}"));
    }
    let request = request.body(Full::new(Bytes::from(serde_json::to_vec(body)?)))?;
    let response = sluice_web::client_router(Arc::clone(site)).oneshot(request).await?;
    let status = response.status();
    let bytes = response.into_body().collect().await.map_err(|e| anyhow::anyhow!("{e}"))?.to_bytes();
    anyhow::ensure!(status.is_success(), "{operation}: {status} {}", String::from_utf8_lossy(&bytes));
    Ok(serde_json::from_slice(&bytes)?)
}
