//! Random numbers from a printed seed.

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
pub struct Random(u64);

impl Random {
    /// From `SLUICE_TEST_SEED`, or a new seed; printed, so that a failure can be looked at again.
    pub fn new(what: &str) -> Self {
        #[expect(clippy::disallowed_methods, reason = "a test is told by its environment what to repeat")]
        let given = std::env::var("SLUICE_TEST_SEED").ok().and_then(|text| text.parse().ok());
        let seed = given.unwrap_or_else(|| {
            let mut bytes = [0; 8];
            aws_lc_rs::rand::fill(&mut bytes).expect("the kernel gives random bytes");
            u64::from_le_bytes(bytes)
        });
        eprintln!("{what}: SLUICE_TEST_SEED={seed}");
        Self(seed)
    }

    pub fn from_seed(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}
