//! What is noted of clients on the way of their requests, and stored soon after: sights of the
//! computers behind client ids, and attributes that came with scans.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use sluice_model::DeviceId;
use sluice_store::windows_client::{self, PackedWindowsClient};
use tokio::sync::Notify;

use super::clean;
use super::machines::{self, Sight};
use crate::error::{SiteResult, chain};
use crate::site::Site;
use crate::windows::known::KnownClient;

/// Notes that may wait; what comes beyond is lost, and comes again with later scans.
const MAX_NOTES: usize = 20_000;

/// What waits to be stored.
#[derive(Default)]
pub(super) struct Notes {
    waiting: Mutex<VecDeque<(DeviceId, Note)>>,
    news: Notify,
}

enum Note {
    Seen { name: String, hardware: String },
    Attributes(Vec<(String, String)>),
}

impl Notes {
    /// Whether there was room for it.
    fn add(&self, device: DeviceId, note: Note) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let is_room = waiting.len() < MAX_NOTES;
        if is_room {
            waiting.push_back((device, note));
        }
        drop(waiting);
        self.news.notify_one();
        is_room
    }

    /// Attributes for which there is no room are news again when they come again.
    fn add_attributes(&self, client: &KnownClient, attributes: Vec<(String, String)>) {
        if !self.add(client.device, Note::Attributes(attributes)) {
            client.forget_attributes();
        }
    }

    fn next(&self) -> Option<(DeviceId, Note)> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

/// What a registered computer's hardware is called, to tell it from others.
pub(super) fn hardware(manufacturer: &str, model: &str) -> String {
    format!("{manufacturer} {model}").trim().to_owned()
}

impl Site {
    /// Notes under which name a registered client was authorized. Costs a look at the snapshot
    /// when the name is the known one.
    pub(crate) fn note_windows_identity(&self, device: DeviceId, dns_name: &str, _peer: IpAddr) {
        let fleet = self.fleet.load();
        let windows = fleet.number(device).and_then(|number| fleet.device(number)).and_then(|row| row.windows.as_ref());
        if windows.is_some_and(|windows| !windows.particulars.dns_name.eq_ignore_ascii_case(dns_name)) {
            self.reporting.notes.add(device, Note::Seen { name: clean::word(dns_name), hardware: String::new() });
        }
    }

    /// Notes what a client says it runs on when it reports events.
    pub(super) fn note_windows_hardware(
        &self,
        client: &KnownClient,
        dns_name: Option<&str>,
        manufacturer: &str,
        model: &str,
    ) {
        let (seen, name) = (hardware(&clean::word(manufacturer), &clean::word(model)), dns_name.unwrap_or_default());
        let fleet = self.fleet.load();
        let Some(windows) = fleet.device(client.number).and_then(|row| row.windows.as_ref()) else { return };
        let known = &windows.particulars;
        let same = hardware(&known.computer.manufacturer, &known.computer.model).eq_ignore_ascii_case(&seen);
        let is_news = !seen.is_empty() && (!same || known.doubt.is_some());
        if is_news || (!name.is_empty() && !known.dns_name.eq_ignore_ascii_case(name)) {
            self.reporting.notes.add(client.device, Note::Seen { name: clean::word(name), hardware: seen });
        }
    }

    /// Notes the attributes that came with a scan of a registered client; to be called when they
    /// are others than before.
    pub(crate) fn note_windows_attributes(&self, device: DeviceId, attributes: Vec<(String, String)>) {
        if let Some(client) = self.windows.known.get(device) {
            self.reporting.notes.add_attributes(&client, attributes);
        }
    }

    /// Stores every note there is, and returns when it is served.
    ///
    /// # Errors
    /// The first, when some cannot be stored; those are lost, and come again with later scans.
    pub async fn store_windows_notes(&self) -> SiteResult<()> {
        let mut result = Ok(());
        while let Some((device, note)) = self.reporting.notes.next() {
            let Some(client) = self.windows.known.get(device) else { continue };
            if let Err(error) = self.store_note(&client, note).await {
                client.forget_attributes();
                result = result.and(Err(error));
            }
        }
        result
    }

    async fn store_note(&self, client: &KnownClient, note: Note) -> SiteResult<()> {
        let now = self.now();
        let _turn = client.turn.lock().await;
        let stored = windows_client::get(&mut self.store.reader().await?, client.device).await?;
        let Some(mut record) = stored else { return Ok(()) };
        let changed = match note {
            Note::Attributes(attributes) => {
                let changed = record.attributes != attributes;
                record.attributes = attributes;
                changed
            }
            Note::Seen { name, hardware } => {
                machines::note(&mut record.identities, Sight { name: &name, hardware: &hardware }, now)
            }
        };
        if !changed {
            return Ok(());
        }
        let packed = PackedWindowsClient::new(&record)?;
        self.store.write(move |tx| Box::pin(async move { windows_client::upsert(tx, packed).await })).await?;
        self.serve_client(client.number, record, now).await
    }
}

/// Stores notes until the site stops.
pub(super) async fn run(site: Arc<Site>) {
    loop {
        tokio::select! {
            () = site.stop.cancelled() => return,
            () = site.reporting.notes.news.notified() => {}
        }
        if let Err(error) = site.store_windows_notes().await {
            tracing::warn!(error = chain(&error), "what was noted of a Windows device was not stored");
        }
    }
}

#[cfg(test)]
mod tests {
    use sluice_model::DeviceNumber;

    use super::*;

    #[test]
    fn attributes_without_room_come_again() {
        let (notes, device) = (Notes::default(), DeviceId::of_windows_client("a"));
        let client = KnownClient::new(device, DeviceNumber(1), Vec::new());
        assert!(client.changes_attributes(5));
        notes.add_attributes(&client, Vec::new());
        assert!(!client.changes_attributes(5), "noted");
        while notes.add(device, Note::Attributes(Vec::new())) {}
        assert!(client.changes_attributes(6));
        notes.add_attributes(&client, Vec::new());
        assert!(client.changes_attributes(6), "not noted");
    }
}
