//! Short numbers that tell values apart, the same after a restart of the site.

/// FNV-1a over some bytes. Whoever makes two values collide only misses news of its own device.
pub(super) fn fingerprint<'a>(bytes: impl Iterator<Item = &'a u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}
