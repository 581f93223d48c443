//! What is stored of Windows devices, for the first snapshot.

use std::collections::HashMap;
use std::sync::Arc;

use sluice_catalog::{DeviceChange, IdentityDoubt, ReportedStates, WindowsStatus};
use sluice_model::{DeviceId, DeviceNumber};
use sluice_store::windows_client::WindowsClientRecord;
use sluice_store::{Reader, StoreError, windows_client, windows_status};

use super::identity::{is_same_machine, particulars};
use super::machines;
use crate::load::usable;

/// Everything that is stored of the Windows devices among some, as changes after those that made
/// the devices.
pub(crate) async fn load(
    reader: &mut Reader,
    number: impl Fn(DeviceId) -> Option<DeviceNumber> + Send + Sync,
    mut on_change: impl FnMut(DeviceChange) + Send,
) -> Result<(), StoreError> {
    let mut clients: Vec<(DeviceNumber, WindowsClientRecord)> = Vec::new();
    windows_client::load(reader, |row| {
        clients.extend(usable(row).and_then(|client| Some((number(client.device)?, client))));
        Ok(())
    })
    .await?;
    let newer = newer_records(&clients);
    for (device, client) in clients {
        // In doubt as of when it was last seen; its next registration looks again.
        let seen = client.identities.iter().map(|machine| machine.last_at).max().unwrap_or(client.registered_at);
        let shared = machines::shared(&client.identities, seen).map(IdentityDoubt::Shared);
        let doubt = shared.or_else(|| newer.get(&client.device).copied().map(IdentityDoubt::ReplacedBy));
        let scan = client.last_scan_at.map(|at| (at, client.last_scan_error));
        on_change(DeviceChange::Windows { device, particulars: Arc::new(particulars(client, doubt)) });
        if let Some((at, error)) = scan {
            on_change(DeviceChange::WindowsScan { device, at, error });
        }
    }
    windows_status::load(reader, |row| {
        if let Some(status) = usable(row)
            && let Some(device) = number(status.device)
        {
            let states = Arc::new(ReportedStates::new(status.states));
            let status = WindowsStatus { at: status.at, covered: status.covered, states };
            on_change(DeviceChange::WindowsStatus { device, status });
        }
        Ok(())
    })
    .await
}

/// For records of computers that have another one which registered later: that one.
fn newer_records(clients: &[(DeviceNumber, WindowsClientRecord)]) -> HashMap<DeviceId, DeviceId> {
    let mut by_name: HashMap<String, Vec<&WindowsClientRecord>> = HashMap::new();
    for (_, client) in clients.iter().filter(|(_, client)| !client.dns_name.is_empty()) {
        by_name.entry(client.dns_name.to_lowercase()).or_default().push(client);
    }
    let mut newer = HashMap::new();
    for mut namesakes in by_name.into_values().filter(|clients| clients.len() > 1) {
        namesakes.sort_by_key(|client: &&WindowsClientRecord| (client.registered_at, client.device));
        let Some(latest) = namesakes.last().copied() else { continue };
        for client in namesakes.iter().filter(|client| client.device != latest.device) {
            if is_same_machine(&client.computer, &latest.computer) {
                newer.insert(client.device, latest.device);
            }
        }
    }
    newer
}
