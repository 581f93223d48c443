//! What tells one machine of a profile from another.

use uuid::{Builder, Uuid};

use super::model::{MODELS, Model};
use super::profile::{Profile, Traits};
use crate::random::Random;

/// What tells one machine of a profile from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Identity {
    pub client_id: Uuid,
    pub dns_name: String,
    /// Which of [`MODELS`].
    pub model: usize,
    /// Fourth number of the version of Windows: machines are not all at the same.
    pub revision: u32,
    /// Number for sampling, 0 to 999.
    pub sampling: usize,
    /// When Windows was set up, in seconds since 1970.
    pub installed: i64,
}

/// Chance that a machine is one cumulative update behind.
const BEHIND: f64 = 0.2;

impl Identity {
    pub(super) fn new(profile: Profile, seed: u64, number: u32) -> Self {
        let mut random = Random::new(seed, u64::from(number));
        let client_id = random.uuid();
        let server = profile.traits().product_type != 1;
        // The last two models are servers.
        let model = if server { MODELS.len() - 2 + random.below(2) } else { random.below(MODELS.len() - 2) };
        let newest = profile.traits().revision;
        let revision = if random.chance(BEHIND) { newest.saturating_sub(400) } else { newest };
        let kind = if server { "srv" } else { "pc" };
        let spread = i64::try_from(random.below(60_000_000)).unwrap_or_default();
        Self {
            client_id,
            dns_name: format!("{kind}-{number:06}.sim.example"),
            model,
            revision,
            sampling: random.below(1000),
            installed: 1_700_000_000 + spread,
        }
    }

    /// A machine as most are.
    pub(super) fn usual(traits: &Traits) -> Self {
        Self {
            client_id: Uuid::nil(),
            dns_name: String::new(),
            model: if traits.product_type == 1 { 0 } else { MODELS.len() - 1 },
            revision: traits.revision,
            sampling: 0,
            installed: 0,
        }
    }

    pub(super) fn model(&self) -> &'static Model {
        MODELS.get(self.model).unwrap_or(&MODELS[0])
    }
}

impl Random {
    /// A random identifier, good for names of things only.
    pub(crate) fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        for half in bytes.chunks_exact_mut(8) {
            half.copy_from_slice(&self.next().to_le_bytes());
        }
        Builder::from_random_bytes(bytes).into_uuid()
    }
}
