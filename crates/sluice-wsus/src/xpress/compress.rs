//! Plain LZ77 compression, \[MS-XCA\] 2.3: greedy, with short chains of candidates.

use super::block::BLOCK_SIZE;

/// Most bits of the hash of three bytes: 8,192 slots of 2 bytes stay in the first-level cache and suit a 16 KiB block.
const MAX_HASH_BITS: u32 = 13;

/// Fewest bits of the hash. Small blocks use fewer slots, since all of them are cleared for each block.
const MIN_HASH_BITS: u32 = 8;

/// Farthest match: 13 bits hold distance - 1.
const MAX_DISTANCE: usize = 8_192;

/// Shortest match of the format.
const MIN_MATCH: usize = 3;

/// Earlier places that are tried for each match. On update metadata 8 save a tenth of the size compared with 1, and 64
/// hardly more than 8.
const CANDIDATES: usize = 8;

/// A match this long is taken without looking for a longer one.
const GOOD_LENGTH: usize = 64;

/// Of a match, so many places at its start and at its end are remembered: in long ones the rest would hardly be used.
const REMEMBERED: usize = 4;

/// After each 64 literals in a row one more byte is passed without a search, so that data which does not compress
/// costs little.
const SKIP_SHIFT: usize = 6;

/// Finds earlier occurrences within one block. Reused from block to block: only the tables are kept, never what is in
/// them.
pub(super) struct Matcher {
    /// Position + 1 of the last occurrence of each hash; 0 = none. A block is far below 65,535 bytes.
    last: Box<[u16]>,
    /// For each position, position + 1 of the occurrence before it.
    before: Box<[u16]>,
    /// Bits of the hash in the current block.
    hash_bits: u32,
}

impl Matcher {
    pub(super) fn new() -> Self {
        Self { last: vec![0; 1 << MAX_HASH_BITS].into(), before: vec![0; BLOCK_SIZE].into(), hash_bits: MAX_HASH_BITS }
    }

    /// Appends the packed form of one block of at most [`BLOCK_SIZE`] bytes to `out` and returns true; returns false
    /// as soon as the packed form is not smaller than the plain one (then what was appended is to be thrown away and
    /// the block stored).
    pub(super) fn pack(&mut self, plain: &[u8], out: &mut Vec<u8>) -> bool {
        self.hash_bits = plain.len().ilog2().clamp(MIN_HASH_BITS, MAX_HASH_BITS);
        self.last[..1 << self.hash_bits].fill(0);
        let mut stream = Stream::new(out);
        let start = stream.out.len();
        let mut at = 0;
        let mut literals = 0_usize;
        while at < plain.len() {
            if let Some((distance, length)) = self.find(plain, at) {
                stream.element(distance, length);
                let end = at + length;
                for inside in
                    (at + 1..end.min(at + REMEMBERED)).chain(end.saturating_sub(REMEMBERED).max(at + REMEMBERED)..end)
                {
                    self.remember(plain, inside);
                }
                at = end;
                literals = 0;
            } else {
                let step = 1 + (literals >> SKIP_SHIFT);
                let end = (at + step).min(plain.len());
                for &byte in &plain[at..end] {
                    stream.literal(byte);
                }
                literals += end - at;
                at = end;
            }
            if stream.out.len() - start >= plain.len() {
                return false;
            }
        }
        stream.finish();
        stream.out.len() - start < plain.len()
    }

    /// The longest match at `at` among the candidates, as distance and length; remembers the position.
    fn find(&mut self, plain: &[u8], at: usize) -> Option<(usize, usize)> {
        let mut candidate = usize::from(self.remember(plain, at)?);
        let mut best = (0, MIN_MATCH - 1);
        let here = &plain[at..];
        for _ in 0..CANDIDATES {
            let Some(earlier) = candidate.checked_sub(1) else { break };
            let distance = at - earlier;
            if distance > MAX_DISTANCE {
                break;
            }
            // Only a candidate that agrees where the best one ends can be longer.
            if plain.get(earlier + best.1) == plain.get(at + best.1) {
                let length = common_length(&plain[earlier..], here);
                if length > best.1 {
                    best = (distance, length);
                    if length >= GOOD_LENGTH || length == here.len() {
                        break;
                    }
                }
            }
            candidate = usize::from(self.before[earlier]);
        }
        (best.1 >= MIN_MATCH).then_some(best)
    }

    /// Enters the position; position + 1 of the last one with the same hash, or 0. `None` at the very end.
    fn remember(&mut self, plain: &[u8], at: usize) -> Option<u16> {
        let bytes = plain.get(at..)?.first_chunk::<3>()?;
        let slot = &mut self.last[hash(*bytes, self.hash_bits)];
        let earlier = *slot;
        self.before[at] = earlier;
        *slot = (at + 1) as u16;
        Some(earlier)
    }
}

/// Multiplicative hashing (Knuth): the top bits of the product depend on all three bytes.
fn hash([a, b, c]: [u8; 3], bits: u32) -> usize {
    (u32::from_le_bytes([0, a, b, c]).wrapping_mul(0x9E37_79B1) >> (32 - bits)) as usize
}

/// How many bytes at the start of `earlier` and `later` are equal. `later` is the shorter one.
fn common_length(earlier: &[u8], later: &[u8]) -> usize {
    let mut length = 0;
    let mut pairs = earlier.chunks_exact(8).zip(later.chunks_exact(8));
    for (a, b) in pairs.by_ref() {
        let (Some(a), Some(b)) = (a.first_chunk::<8>(), b.first_chunk::<8>()) else { break };
        let difference = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if difference != 0 {
            return length + (difference.trailing_zeros() / 8) as usize;
        }
        length += 8;
    }
    length + earlier[length..].iter().zip(&later[length..]).take_while(|(a, b)| a == b).count()
}

/// The output: flag words, elements, and the byte whose upper half is still free for the next long length.
struct Stream<'a> {
    out: &'a mut Vec<u8>,
    flags: u32,
    count: u32,
    flags_at: usize,
    half_byte: Option<usize>,
}

impl<'a> Stream<'a> {
    fn new(out: &'a mut Vec<u8>) -> Self {
        let flags_at = out.len();
        out.extend_from_slice(&[0; 4]);
        Self { out, flags: 0, count: 0, flags_at, half_byte: None }
    }

    fn flag(&mut self, bit: u32) {
        self.flags = self.flags << 1 | bit;
        self.count += 1;
        if self.count == 32 {
            self.write_flags(self.flags);
            self.flags_at = self.out.len();
            self.out.extend_from_slice(&[0; 4]);
            (self.flags, self.count) = (0, 0);
        }
    }

    fn literal(&mut self, byte: u8) {
        self.out.push(byte);
        self.flag(0);
    }

    /// Writes a match. A block is at most 65,535 bytes, so `length - 3` always fits 16 bits.
    fn element(&mut self, distance: usize, length: usize) {
        let length = length - 3;
        let word = (distance - 1) << 3 | length.min(7);
        self.out.extend_from_slice(&(word as u16).to_le_bytes());
        if let Some(over) = length.checked_sub(7) {
            let nibble = over.min(15) as u8;
            match self.half_byte.take() {
                Some(at) => self.out[at] |= nibble << 4,
                None => {
                    self.half_byte = Some(self.out.len());
                    self.out.push(nibble);
                }
            }
            if let Some(over) = over.checked_sub(15) {
                if over < 255 {
                    self.out.push(over as u8);
                } else {
                    self.out.push(255);
                    self.out.extend_from_slice(&(length as u16).to_le_bytes());
                }
            }
        }
        self.flag(1);
    }

    /// Fills the rest of the last flag word with ones, the first of which marks the end.
    fn finish(&mut self) {
        let free = 32 - self.count;
        let ones = u32::MAX >> self.count;
        let flags = if free == 32 { ones } else { self.flags << free | ones };
        self.write_flags(flags);
    }

    fn write_flags(&mut self, flags: u32) {
        self.out[self.flags_at..self.flags_at + 4].copy_from_slice(&flags.to_le_bytes());
    }
}
