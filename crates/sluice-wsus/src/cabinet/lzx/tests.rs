//! Our unpacker beside another one, `lzxd`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use lzxd::{Lzxd, WindowSize};
use proptest::prelude::*;

use super::{Unpacker, pack};

/// Frames with their plain sizes.
type Frames = Vec<(Vec<u8>, usize)>;

fn packed(content: &[u8]) -> Frames {
    let mut frames = Vec::new();
    pack(content, |packed, plain| frames.push((packed.to_vec(), plain)));
    frames
}

fn ours(frames: &Frames) -> Option<Vec<u8>> {
    let mut unpacker = Unpacker::new(21).unwrap();
    frames
        .iter()
        .map(|(packed, plain)| unpacker.frame(packed, *plain))
        .collect::<Option<Vec<_>>>()
        .map(|all| all.concat())
}

/// The library has assertions that damaged data can reach.
fn theirs(frames: &Frames) -> Option<Vec<u8>> {
    let mut unpacker = Lzxd::new(WindowSize::MB2);
    let mut all = Vec::new();
    for (packed, plain) in frames {
        let next = AssertUnwindSafe(|| unpacker.decompress_next(packed, *plain).map(<[u8]>::to_vec).ok());
        all.extend(catch_unwind(next).ok().flatten()?);
    }
    Some(all)
}

fn words(bits: &str) -> Vec<u8> {
    let padded = format!("{bits:0<width$}", width = bits.len().next_multiple_of(16));
    let word = |from: usize| u16::from_str_radix(&padded[from..from + 16], 2).unwrap().to_le_bytes();
    (0..padded.len()).step_by(16).flat_map(word).collect()
}

/// Frames with two blocks that are stored, with calls of x86 code, which are translated.
fn stored(content: &[u8], first: usize) -> Frames {
    let head = |bits: &str, size: usize, recent: u32| {
        let mut bytes = words(&format!("{bits}011{size:024b}"));
        bytes.extend((recent..recent + 3).flat_map(u32::to_le_bytes));
        bytes
    };
    let mut frame = head(&format!("1{:032b}", 12_000_000), first, 1);
    frame.extend(&content[..first]);
    frame.extend(vec![0; first % 2]);
    frame.extend(head("", content.len() - first, 4));
    frame.extend(&content[first..32 << 10]);
    let mut frames = vec![(frame, 32 << 10)];
    frames.extend(content[32 << 10..].chunks(32 << 10).map(|piece| (piece.to_vec(), piece.len())));
    frames
}

/// Calls to many places, never to zero: what becomes of those `lzxd` has its own idea.
fn calls() -> Vec<u8> {
    let mut state = 1_u32;
    (0..70_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            [0xE8, 1, 2, (state >> 8) as u8 | 1][(state >> 30) as usize]
        })
        .collect()
}

#[test]
fn stored_blocks_and_translated_calls_are_as_the_other_unpacker_has_them() {
    for first in [20_000, 20_001] {
        let content = calls();
        let frames = stored(&content, first);
        let plain = ours(&frames).unwrap();
        assert!(plain != content, "calls are translated");
        assert!(theirs(&frames).unwrap() == plain);
    }
}

/// [MS-PATCH] 2.2.1: a target of zero is one of the file, like those above it.
#[test]
fn calls_to_the_start_are_translated() {
    let mut content = vec![0x90; 40_000];
    content[100..105].copy_from_slice(&[0xE8, 0, 0, 0, 0]);
    let plain = ours(&stored(&content, 20_000)).unwrap();
    assert_eq!(plain[100..105], [0xE8, 0x9C, 0xFF, 0xFF, 0xFF]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What both take of damaged data is the same; nothing panics.
    #[test]
    fn damaged_data_is_as_the_other_unpacker_has_it(
        content in proptest::collection::vec(0_u8..6, 1..3_000),
        copies in 1_usize..30,
        damage in proptest::collection::vec((any::<u16>(), any::<u8>()), 0..3),
        cut in proptest::option::of(any::<u16>()),
    ) {
        let content = content.repeat(copies);
        let mut frames = packed(&content);
        if damage.is_empty() && cut.is_none() {
            prop_assert!(ours(&frames).as_ref() == Some(&content));
        }
        for (at, change) in damage {
            let frame = usize::from(at) % frames.len();
            let bytes = &mut frames[frame].0;
            let at = usize::from(at) % bytes.len();
            bytes[at] ^= change;
        }
        if let Some(cut) = cut {
            let bytes = &mut frames[0].0;
            bytes.truncate(usize::from(cut) % bytes.len());
        }
        if let (Some(ours), Some(theirs)) = (ours(&frames), theirs(&frames)) {
            prop_assert!(ours == theirs);
        }
    }
}
