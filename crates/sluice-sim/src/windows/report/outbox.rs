//! Events that wait to be sent, and those that were sent last.

use sluice_wsus::messages::reporting::ReportingEvent;

use super::Happening;
use crate::windows::agent::WindowsClient;

/// Events that wait at most; the oldest are forgotten.
const MAX_WAITING: usize = 5_000;

/// Events that wait to be sent, and those that were sent last.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Outbox {
    pub waiting: Vec<ReportingEvent>,
    pub last: Vec<ReportingEvent>,
}

impl WindowsClient {
    /// The events that wait to be sent.
    #[must_use]
    pub fn queued_events(&self) -> &[ReportingEvent] {
        &self.outbox.waiting
    }

    /// Queues an event.
    pub(in super::super) fn happened(&mut self, happening: Happening) {
        let event = happening.into_event(&self.machine, self.random.uuid(), self.now());
        let waiting = &mut self.outbox.waiting;
        if waiting.len() >= MAX_WAITING {
            waiting.drain(..waiting.len() + 1 - MAX_WAITING);
        }
        waiting.push(event);
    }
}
