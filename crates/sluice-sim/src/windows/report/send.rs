//! Sending batches.

use sluice_wsus::messages::reporting::{ReportEventBatch, ReportingEvent};

use crate::windows::agent::WindowsClient;
use crate::windows::client::AgentError;
use crate::windows::scan::Talk;

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportOutcome {
    /// The server took it; otherwise the events wait for the next time. True when there was nothing to send.
    pub accepted: bool,
    /// How many events it had.
    pub events: usize,
}

impl WindowsClient {
    /// Sends everything that waits, in one batch. When the server does not take it the events keep waiting.
    ///
    /// # Errors
    /// [`AgentError`] when the server cannot be reached or answers with a fault that an agent can do nothing about.
    pub async fn report(&mut self) -> Result<ReportOutcome, AgentError> {
        if self.outbox.waiting.is_empty() {
            return Ok(ReportOutcome { accepted: true, events: 0 });
        }
        let outcome = self.send(self.outbox.waiting.clone()).await?;
        if outcome.accepted {
            self.outbox.last = std::mem::take(&mut self.outbox.waiting);
        }
        Ok(outcome)
    }

    /// Sends the last batch once more, as after a lost answer: the same events with the same identifiers.
    ///
    /// # Errors
    /// As [`Self::report`].
    pub async fn report_again(&mut self) -> Result<ReportOutcome, AgentError> {
        self.send(self.outbox.last.clone()).await
    }

    async fn send(&mut self, event_batch: Vec<ReportingEvent>) -> Result<ReportOutcome, AgentError> {
        let events = event_batch.len();
        let mut talk = Talk::new(self.caller());
        self.open_session(&mut talk).await?;
        let mut request = ReportEventBatch { cookie: None, client_time: None, event_batch };
        loop {
            request.cookie.clone_from(&self.cache.cookie);
            request.client_time = Some(self.now());
            match self.server.report_event_batch(&talk.caller, &request).await {
                Ok(answer) => return Ok(ReportOutcome { accepted: answer.accepted, events }),
                Err(error) => self.react(&mut talk, error).await?,
            }
        }
    }
}
