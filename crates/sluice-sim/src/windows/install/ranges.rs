//! The ranges of a file, as Delivery Optimization asks for them (recorded).

use crate::random::Random;

/// Bytes of a range.
pub(super) const RANGE: u64 = 1 << 20;

/// Ranges that are asked for in mixed order before the next ones: bounds what has to be kept until its turn comes.
const WINDOW: usize = 16;

/// Closed ranges (first and last byte) that make up a file, window by window, mixed in each.
pub(super) fn windows(size: u64, random: &mut Random) -> Vec<Vec<(u64, u64)>> {
    let count = size.div_ceil(RANGE);
    let ranges: Vec<(u64, u64)> =
        (0..count).map(|at| (at * RANGE, ((at + 1) * RANGE).min(size).saturating_sub(1))).collect();
    let mut windows: Vec<Vec<(u64, u64)>> = ranges.chunks(WINDOW).map(<[_]>::to_vec).collect();
    for window in &mut windows {
        for at in (1..window.len()).rev() {
            window.swap(at, random.below(at + 1));
        }
    }
    windows
}

/// First byte, last byte and size of a `Content-Range`.
pub(super) fn content_range(header: &str) -> Option<(u64, u64, u64)> {
    let (range, size) = header.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?, size.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_the_file_in_mixed_order() {
        let size = 40 * RANGE + 5;
        let windows = windows(size, &mut Random::new(1, 1));
        let flat: Vec<(u64, u64)> = windows.iter().flatten().copied().collect();
        let mut sorted = flat.clone();
        sorted.sort_unstable();
        assert_ne!(flat, sorted);
        assert_eq!(sorted.len(), 41);
        assert_eq!(sorted[0], (0, RANGE - 1));
        assert_eq!(sorted[40], (40 * RANGE, size - 1));
        assert!(sorted.windows(2).all(|pair| pair[0].1 + 1 == pair[1].0));
        assert_eq!(super::windows(918_944, &mut Random::new(1, 1)), [[(0, 918_943)]]);
        assert!(super::windows(0, &mut Random::new(1, 1)).is_empty());
    }

    #[test]
    fn content_ranges_are_read() {
        let recorded = "bytes 204472320-204745167/204745168";
        assert_eq!(content_range(recorded), Some((204_472_320, 204_745_167, 204_745_168)));
        assert_eq!(content_range("bytes */5"), None);
        assert_eq!(content_range("0-4/5"), None);
    }
}
