//! Identities.

use sluice_model::id::UpdateId;
use uuid::{Builder, Uuid};

use crate::random::Random;

/// Company "Microsoft" (protocols.md §8.5).
pub(super) const MICROSOFT: Uuid = Uuid::from_u128(0x5630_9036_4c77_4dd9_951a_99ee_9c24_6a94);
/// Product family "Windows" (protocols.md §8.5).
pub(super) const WINDOWS: Uuid = Uuid::from_u128(0x6964_aab4_c5b5_43bd_a17d_ffb4_346a_8e1d);
/// Product "Windows 11" (catalog-stats.json).
pub(super) const WINDOWS_11: Uuid = Uuid::from_u128(0x72e7_624a_5b00_45d2_b92f_e561_c0a6_a160);
/// Product "OOBE ZDP", for which new Windows 11 machines scan (protocols.md §2.1).
pub(super) const OOBE_ZDP: Uuid = Uuid::from_u128(0xdd78_b8a1_0b20_45c1_add6_4da7_2e93_64cf);
/// Detectoid of x64 processors (captures, prerequisite of all x64 members).
pub(super) const X64: Uuid = Uuid::from_u128(0x5965_3007_e2e9_4f71_8525_2ff5_8852_7978);
/// Detectoid of x86 processors (captures `driver-wsus/000005`).
pub(super) const X86: Uuid = Uuid::from_u128(0x3e0a_fb10_a9fb_4c16_a60e_5790_c380_3437);
/// Detectoid of ARM64 processors (captures `driver-wsus/000005`).
pub(super) const ARM64: Uuid = Uuid::from_u128(0x6f4f_15f9_589c_406b_8a4d_48ce_3f71_5a96);
/// Detectoid of ARM processors (captures `driver-wsus/000005`).
pub(super) const ARM: Uuid = Uuid::from_u128(0x7af0_68bd_e532_41bd_8a11_a409_9504_e4a9);

/// Identities that no real catalog has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ids {
    seed: u64,
}

impl Ids {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// Numbers of one thing; things of different kind or number have nothing in common.
    pub(super) fn random(self, kind: &str, number: usize) -> Random {
        // FNV-1a, to tell the kinds apart.
        let kind = kind
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Random::new(self.seed ^ kind, number as u64)
    }

    /// The identity of the thing of a kind with a number.
    pub(super) fn update(self, kind: &str, number: usize) -> UpdateId {
        UpdateId(self.uuid(kind, number))
    }

    /// An identifier of another sort.
    pub(super) fn uuid(self, kind: &str, number: usize) -> Uuid {
        let mut random = self.random(kind, number);
        let mut bytes = [0; 16];
        for part in bytes.chunks_exact_mut(8) {
            part.copy_from_slice(&random.next().to_be_bytes());
        }
        Builder::from_random_bytes(bytes).into_uuid()
    }
}
