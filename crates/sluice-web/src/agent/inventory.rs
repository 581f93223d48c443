//! `POST inventory`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use sluice_site::Site;
use sluice_wire::{Inventory, InventoryResponse, InventoryUpload, MAX_PACKAGES};

use super::authenticated::Device;
use super::bounds::at_most;
use super::convert::{from_wire, to_wire};
use crate::extract::ApiJson;
use crate::problem::{Problem, WebResult};

/// Takes a whole inventory, or the difference to the one the site holds.
pub(super) async fn inventory(
    Device(device): Device,
    State(site): State<Arc<Site>>,
    ApiJson(upload): ApiJson<InventoryUpload>,
) -> WebResult<Json<InventoryResponse>> {
    at_most("packages_set", &upload.packages_set, MAX_PACKAGES)?;
    let hash = hash_bytes("hash", &upload.hash)?;
    let base = match upload.base {
        Some(_) => site.held_inventory(&device).await?.map(to_wire),
        None => None,
    };
    let Some(whole) = apply(upload, base.as_ref())? else {
        let held = base.map(|base| base.hash());
        return Ok(Json(InventoryResponse { held, send_whole: true }));
    };
    site.ingest_inventory(&device, from_wire(whole)?, hash).await?;
    Ok(Json(InventoryResponse { held: Some(hex::encode(hash)), send_whole: false }))
}

/// The inventory an upload describes; `None` when it is a difference that does not fit, which the
/// whole inventory mends. A whole inventory with a wrong hash nothing mends.
fn apply(upload: InventoryUpload, base: Option<&Inventory>) -> Result<Option<Inventory>, Problem> {
    let whole = upload.base.is_none();
    match upload.apply(base) {
        Ok(inventory) => Ok(Some(inventory)),
        Err(_) if !whole => Ok(None),
        Err(_) => Err(Problem::invalid(
            "hash",
            "the inventory does not have the announced hash",
            "This is a fault of the agent, or of something between it and the site.",
        )),
    }
}

/// The bytes of a SHA-256 in hexadecimal.
pub(super) fn hash_bytes(field: &'static str, text: &str) -> Result<[u8; 32], Problem> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes)
        .map_err(|_| Problem::invalid(field, "this is not a SHA-256 in hexadecimal", "Send 64 hexadecimal digits."))?;
    Ok(bytes)
}
