//! A batch of events: stored, with what follows from it, in one transaction (protocols.md §4.1).

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use sluice_model::RevisionId;
use sluice_store::windows_event::PackedEvents;
use sluice_store::windows_status::PackedStatus;
use sluice_store::{enforcement, windows_client, windows_event, windows_status};

use super::event::{Event, events};
use super::input::{ClientEvent, ClientHardware};
use super::ledger::{Entries, Ledger};
use super::winner::OfClient;
use crate::agents::enforcement_in_store;
use crate::error::{SiteError, chain};
use crate::site::Site;
use crate::windows::fault::{ClientFault, ClientResult};
use crate::windows::known::KnownClient;

impl Site {
    /// Takes in a batch of events, each once however often it comes. When it returns they are
    /// stored; they are served within a second. Events nobody knows, and events of updates nobody
    /// knows, are kept and harm nothing.
    ///
    /// # Errors
    /// Those of the cookie, `RegistrationRequired`, `ServerBusy` when the device reports too much;
    /// `Internal` when the batch cannot be stored, then nothing of it is.
    pub async fn windows_events(
        self: &Arc<Self>,
        cookie: &[u8],
        client_time: Option<Timestamp>,
        batch: Vec<ClientEvent>,
    ) -> ClientResult<()> {
        let opened = self.open_cookie(cookie)?;
        let client = Arc::clone(opened.registered()?);
        if batch.is_empty() {
            return Ok(());
        }
        let now = self.now();
        let cost = batch.iter().map(ClientEvent::cost).sum();
        if !self.reporting.rates.admit(client.number, cost, now) {
            tracing::warn!(device = %client.device, "the device reports more events than is believable; it is put off");
            return Err(ClientFault::ServerBusy);
        }
        self.room_for_reports().await;
        let hardware = batch.last().map(|event| event.hardware.clone());
        let (site, known) = (Arc::clone(self), Arc::clone(&client));
        let work = async move { site.take_in(&known, batch, client_time, now).await };
        self.to_the_end(work).await.map_err(|error| {
            tracing::error!(device = %client.device, error = chain(&error), "a batch of events could not be stored");
            ClientFault::Internal
        })?;
        if let Some(ClientHardware { manufacturer, model, dns_name }) = hardware {
            self.note_windows_hardware(&client, dns_name.as_deref(), &manufacturer, &model);
        }
        Ok(())
    }

    async fn take_in(
        self: Arc<Self>,
        client: &KnownClient,
        batch: Vec<ClientEvent>,
        client_time: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), SiteError> {
        let (device, number) = (client.device, client.number);
        let _turn = Arc::clone(&client.turn).lock_owned().await;
        if self.windows.known.get(device).is_none() {
            // It was removed meanwhile; there is nothing to store it with.
            return Ok(());
        }
        let (before, of_client) = (self.ledger(number), OfClient::new(&self, client));
        // Without a scan since the start of the site the status is about what is served now.
        let covered = client.scanned().unwrap_or_else(|| of_client.view().newest());
        let prepared = tokio::task::spawn_blocking(move || {
            let events = events(batch, client_time, now, |update| of_client.catalog().current(update).is_some());
            let packed = PackedEvents::new(events.iter().map(Event::stored).collect())?;
            // Nearly always all events are new; then nothing is left to compute in the transaction.
            let expected = Outcome::of(&before, &events, covered, &of_client)?;
            Ok::<_, SiteError>((before, of_client, events, packed, expected))
        });
        let prepared = prepared.await.map_err(|e| SiteError::internal("computing what follows from reports", e))?;
        let (before, of_client, events, packed, expected) = prepared?;
        let outcome = Arc::new(Mutex::new(None));
        let answer = Arc::clone(&outcome);
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let new = windows_event::ingest(tx, device, now, &packed).await?;
                    let outcome = if new.iter().all(|new| *new) {
                        expected
                    } else {
                        let events = events.iter().zip(new).filter(|(_, new)| *new).map(|(event, _)| event);
                        Outcome::of(&before, events, covered, &of_client)?
                    };
                    if let (Some(status), Some(states)) = (&outcome.ledger.status, &outcome.status) {
                        windows_status::replace(tx, device, status.at, status.covered, states.clone()).await?;
                    }
                    if let Some((at, error)) = outcome.ledger.scan.filter(|_| outcome.entries.scanned) {
                        windows_client::scanned(tx, &[(device, at, error)]).await?;
                    }
                    if !outcome.entries.enforcement.is_empty() {
                        let records = outcome.entries.enforcement.iter();
                        let records: Vec<_> = records.map(|record| enforcement_in_store(device, record)).collect();
                        enforcement::put(tx, &records).await?;
                    }
                    *answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
                    Ok(())
                })
            })
            .await?;
        let outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(outcome) = outcome {
            self.reporting.publisher.add(number, outcome.ledger, &outcome.entries);
        }
        Ok(())
    }
}

/// What follows from a batch.
struct Outcome {
    ledger: Ledger,
    entries: Entries,
    /// The status as it is stored, when it is another one.
    status: Option<PackedStatus>,
}

impl Outcome {
    fn of<'e>(
        before: &Ledger,
        events: impl IntoIterator<Item = &'e Event>,
        covered: RevisionId,
        of_client: &OfClient,
    ) -> Result<Self, sluice_store::StoreError> {
        let (ledger, entries) = before.after(events, covered, of_client);
        let status = match &ledger.status {
            Some(status) if entries.status_changed => Some(PackedStatus::new(status.states.entries())?),
            _ => None,
        };
        Ok(Self { ledger, entries, status })
    }
}
