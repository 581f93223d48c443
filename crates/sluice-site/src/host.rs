//! What only the binary may touch, as parameters: time and randomness.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

/// The clock.
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The source of secret randomness.
pub trait Entropy: Send + Sync + 'static {
    /// Fills a buffer with bytes nobody can guess.
    fn fill(&self, bytes: &mut [u8]);
}

/// Clock and randomness of a site.
#[derive(Clone)]
pub struct Host {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The randomness.
    pub entropy: Arc<dyn Entropy>,
}

impl Host {
    /// The present moment, as precisely as the store keeps it: in microseconds.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// 32 secret bytes.
    #[must_use]
    pub fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// A new identifier that sorts by time (UUIDv7, RFC 9562).
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        let mut random = [0; 10];
        self.entropy.fill(&mut random);
        let millis = u64::try_from(self.now().as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}
