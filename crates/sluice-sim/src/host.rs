//! What only the binary may touch, as parameters.

use std::sync::Arc;

use jiff::Timestamp;

/// The clock.
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// What a simulation gets from the program that runs it. There is no randomness in it: a
/// simulation is the same again from the same seed ([`crate::FleetSpec::seed`]).
#[derive(Clone)]
pub struct Host {
    /// The clock.
    pub clock: Arc<dyn Clock>,
}
