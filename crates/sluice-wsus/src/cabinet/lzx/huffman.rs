//! Canonical Huffman codes of limited length (\[MS-PATCH\] 2.5).

/// The lengths of a code for symbols that occur this often; 0 for those that do not occur. A code that has any symbol has
/// two at least, since unpackers want codes to be complete.
pub(super) fn lengths(counts: &[u32], longest: u8) -> Vec<u8> {
    let mut lengths = vec![0; counts.len()];
    let mut leaves: Vec<(u32, usize)> =
        counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(symbol, count)| (*count, symbol)).collect();
    match leaves[..] {
        [] => return lengths,
        [(_, only)] => {
            lengths[only] = 1;
            lengths[usize::from(only == 0)] = 1;
            return lengths;
        }
        _ => leaves.sort_unstable(),
    }
    loop {
        let depths = depths(&leaves);
        if depths.iter().all(|depth| *depth <= longest) {
            for ((_, symbol), depth) in leaves.iter().zip(depths) {
                lengths[*symbol] = depth;
            }
            return lengths;
        }
        // Closer counts make a flatter code. Their order stays.
        for (count, _) in &mut leaves {
            *count = count.div_ceil(2);
        }
    }
}

/// The depth of every leaf in the Huffman tree over leaves that are sorted by count.
fn depths(leaves: &[(u32, usize)]) -> Vec<u8> {
    // The nodes above leaves come to be in the order of their counts, so two queues do.
    let count = leaves.len();
    let mut counts: Vec<u64> = leaves.iter().map(|(count, _)| u64::from(*count)).collect();
    let mut parents = vec![0; 2 * count - 1];
    let (mut leaf, mut inner) = (0, count);
    for node in count..2 * count - 1 {
        let mut sum = 0;
        for _ in 0..2 {
            let least =
                if leaf < count && (inner == node || counts[leaf] <= counts[inner]) { &mut leaf } else { &mut inner };
            sum += counts[*least];
            parents[*least] = node;
            *least += 1;
        }
        counts.push(sum);
    }
    let mut depths = vec![0_u8; 2 * count - 1];
    for node in (0..2 * count - 2).rev() {
        depths[node] = depths[parents[node]].saturating_add(1);
    }
    depths.truncate(count);
    depths
}

/// The code of every symbol: shorter ones first, then by symbol.
pub(super) fn codes(lengths: &[u8]) -> Vec<u32> {
    let mut codes = vec![0; lengths.len()];
    let mut next = 0;
    for length in 1..=16 {
        next <<= 1;
        for (symbol, _) in lengths.iter().enumerate().filter(|(_, its)| **its == length) {
            codes[symbol] = next;
            next += 1;
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the code is complete: unpackers refuse others.
    fn complete(lengths: &[u8]) -> bool {
        lengths.iter().filter(|length| **length > 0).map(|length| 1_u32 << (16 - length)).sum::<u32>() == 1 << 16
    }

    #[test]
    fn codes_are_complete_and_not_too_long() {
        assert_eq!(lengths(&[0; 20], 16), [0; 20]);
        assert_eq!(lengths(&[0, 0, 9], 16), [1, 0, 1]);
        assert_eq!(lengths(&[9, 0, 0], 16), [1, 1, 0]);
        assert_eq!(lengths(&[1, 1, 2, 4], 16), [3, 3, 2, 1]);
        assert_eq!(codes(&[3, 3, 2, 1]), [0b110, 0b111, 0b10, 0]);
        // As deep as can be.
        let mut fibonacci = vec![1_u32, 1];
        while fibonacci.len() < 40 {
            fibonacci.push(fibonacci[fibonacci.len() - 1] + fibonacci[fibonacci.len() - 2]);
        }
        for longest in [6, 7, 15, 16] {
            let lengths = lengths(&fibonacci, longest);
            assert!(complete(&lengths) && lengths.iter().all(|length| *length <= longest), "{lengths:?}");
        }
    }
}
