//! Ends a connection whose peer takes too long to read something large.

use std::time::Duration;

use tokio_util::sync::{CancellationToken, DropGuard, WaitForCancellationFuture};

/// Time for a large answer, or a piece of a file, to be read. Even 16 MiB come through a line of 256 kbit/s in it.
pub(crate) const TIME: Duration = Duration::from_secs(600);

/// The end of a connection; in the extensions of its requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cutoff(CancellationToken);

impl Cutoff {
    /// Ends the connection in ten minutes, unless what is returned has been dropped by then.
    pub(crate) fn start(&self) -> DropGuard {
        let (sent, cutoff) = (CancellationToken::new(), self.0.clone());
        let guard = sent.clone().drop_guard();
        tokio::spawn(async move {
            if tokio::time::timeout(TIME, sent.cancelled()).await.is_err() {
                cutoff.cancel();
            }
        });
        guard
    }

    /// Waits for the end.
    pub(crate) fn reached(&self) -> WaitForCancellationFuture<'_> {
        self.0.cancelled()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_read_in_time_ends_nothing() {
        let cutoff = Cutoff::default();
        let slow = cutoff.start();
        drop(cutoff.start());
        assert!(tokio::time::timeout(TIME - Duration::from_secs(1), cutoff.reached()).await.is_err());
        assert!(tokio::time::timeout(Duration::from_secs(2), cutoff.reached()).await.is_ok());
        drop(slow);

        let cutoff = Cutoff::default();
        drop(cutoff.start());
        assert!(tokio::time::timeout(2 * TIME, cutoff.reached()).await.is_err());
    }
}
