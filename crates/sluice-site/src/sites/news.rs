//! What sites below wait for: that something changed here which they take over.
//!
//! A mark names a state: another one than a site acted on means that there is something to synchronize. It is made anew
//! at each start, so that a site that was cut off while this one restarted asks as well. Losing nothing matters more
//! than asking once too often: without news a synchronization is two requests.

use std::sync::Arc;

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use crate::events::SiteEvent;
use crate::host::Host;
use crate::site::Site;

/// The present state, and who waits for the next.
pub(crate) struct News {
    start: String,
    count: watch::Sender<u64>,
}

impl News {
    pub(super) fn new(host: &Host) -> Self {
        let mut start = [0; 8];
        host.entropy.fill(&mut start);
        Self { start: hex::encode(start), count: watch::Sender::new(0) }
    }

    /// Something changed that sites below take over.
    pub(crate) fn raise(&self) {
        self.count.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// The name of the present state.
    pub(super) fn mark(&self) -> String {
        format!("{}-{}", self.start, *self.count.borrow())
    }

    /// Tells of every change from now on.
    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.count.subscribe()
    }
}

/// Raises the news with every catalog and deployment, till the site stops.
pub(super) async fn listen(site: Arc<Site>) {
    let mut events = site.events();
    loop {
        let event = tokio::select! {
            () = site.stop.cancelled() => return,
            event = events.recv() => event,
        };
        match event {
            Ok(SiteEvent::Catalog { .. } | SiteEvent::Deployment(_)) | Err(RecvError::Lagged(_)) => {
                site.sites.news.raise();
            }
            Ok(_) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{Clock, Entropy};

    struct Fixed;

    impl Clock for Fixed {
        fn now(&self) -> jiff::Timestamp {
            jiff::Timestamp::UNIX_EPOCH
        }
    }

    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[tokio::test]
    async fn every_change_is_another_mark() {
        let news = News::new(&Host { clock: Arc::new(Fixed), entropy: Arc::new(Fixed) });
        let (mut watch, first) = (news.watch(), news.mark());
        assert_eq!(first, news.mark());
        news.raise();
        assert_ne!(first, news.mark());
        watch.changed().await.unwrap();
    }
}
