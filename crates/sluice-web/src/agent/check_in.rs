//! `POST check-in`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use sluice_model::Name;
use sluice_site::Site;
use sluice_site::agents::{CheckedIn, Contact};
use sluice_wire::{CheckInRequest, CheckInResponse, InventoryWish};

use super::authenticated::Device;
use super::bounds::{line, word};
use super::inventory::hash_bytes;
use crate::extract::ApiJson;
use crate::problem::{Problem, WebResult};

/// The regular contact: tells what the device is doing, answers with policy and wishes.
pub(super) async fn check_in(
    Device(device): Device,
    State(site): State<Arc<Site>>,
    ApiJson(request): ApiJson<CheckInRequest>,
) -> WebResult<Json<CheckInResponse>> {
    let server_time = site.now().as_second();
    let CheckedIn { policy, held_inventory, same_inventory, next_check_in } =
        site.check_in(&device, contact(request)?)?;
    let inventory = match held_inventory {
        _ if same_inventory => InventoryWish::Nothing,
        Some(held) => InventoryWish::Difference { base: hex::encode(held) },
        None => InventoryWish::Whole,
    };
    Ok(Json(CheckInResponse { policy, inventory, next_check_in, server_time }))
}

fn contact(request: CheckInRequest) -> Result<Contact, Problem> {
    let hostname = Name::new(&request.hostname)
        .map_err(|error| Problem::invalid("hostname", error.to_string(), "Give the device a host name."))?;
    Ok(Contact {
        agent_version: word("agent_version", request.agent_version)?,
        hostname: hostname.as_str().to_owned(),
        inventory_hash: request.inventory_hash.map(|hash| hash_bytes("inventory_hash", &hash)).transpose()?,
        policy_hash: request.policy_hash.map(|hash| word("policy_hash", hash)).transpose()?,
        state: line(&request.status.state),
        detail: line(&request.status.detail),
        can_install: request.status.can_install,
    })
}
