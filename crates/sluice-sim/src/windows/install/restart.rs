//! The restart.

use sluice_wsus::messages::reporting::event_id;

use crate::windows::agent::WindowsClient;
use crate::windows::report::Happening;

impl WindowsClient {
    /// Restarts the machine: what was pending takes effect. Queues an event 202 for each update, or 204 when it could
    /// not take effect after all. False: nothing was pending, so it does not restart.
    pub fn restart(&mut self) -> bool {
        let pending = std::mem::take(&mut self.progress.pending);
        let restarted = !pending.is_empty();
        for pending in pending {
            let done = pending.parts.iter().try_for_each(|part| self.apply(*part, pending.removal));
            let newest = self.cache.newest(pending.update);
            let subject = newest.map(|(_, cached)| (cached.core.revision, !cached.core.bundled.is_empty()));
            let about = |event| match subject {
                Some((revision, is_bundle)) => Happening::of(event, revision, is_bundle),
                None => Happening::new(event),
            };
            match done {
                Ok(()) => {
                    if !pending.removal {
                        self.machine.remember(pending.update);
                    }
                    self.happened(about(event_id::RESTART_COMPLETED));
                }
                Err(trouble) => {
                    self.progress.count_failure(pending.update);
                    self.happened(about(event_id::INSTALL_FAILED_AFTER_RESTART).failed(trouble.hresult));
                }
            }
        }
        self.cache.evaluate(&self.machine);
        restarted
    }
}
