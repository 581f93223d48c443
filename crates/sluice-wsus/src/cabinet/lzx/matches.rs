//! Finding what came before.

use super::token::{MAX_MATCH, Recent, Token};

/// Bytes that are looked up together: two characters of UTF-16.
const KEY: usize = 4;

/// Shortest match with a recent distance that is worth it.
const MIN_RECENT: usize = 4;

/// How many earlier places are tried.
const TRIES: usize = 24;

/// A match this long is taken without looking for a longer one.
const GOOD: usize = 64;

/// Bits that a byte of text costs as a literal: in UTF-16 every other one is nearly free. This and the next two were
/// tried out on recorded documents; together they come within 7% of the size of Microsoft's own cabinets.
const LITERAL: u32 = 4;

/// Bits of a match, but for those of its distance.
const MATCH: u32 = 4;

/// By how many bits the match at the next byte must be worth more, so that this one is not taken.
const LAZY: u32 = 5;

/// How far back a match may reach: the window of 2 MiB, less what the format keeps of it.
const REACH: usize = (1 << 21) - 3;

/// No place.
const NONE: u32 = u32::MAX;

/// What came before in a content.
pub(super) struct Matches<'c> {
    content: &'c [u8],
    recent: Recent,
    /// The last place of every key, by its hash.
    heads: Vec<u32>,
    /// For every place in the window the place before it with the same hash.
    before: Vec<u32>,
    /// Keys before this place are noted.
    noted: usize,
    hash_bits: u32,
}

/// A match that was found.
#[derive(Clone, Copy)]
struct Found {
    length: usize,
    distance: u32,
    /// The bits that it saves, roughly.
    worth: u32,
}

impl Found {
    /// `said` are the bits of the distance.
    fn new(length: usize, distance: u32, said: u32) -> Self {
        Self { length, distance, worth: (length as u32 * LITERAL).saturating_sub(MATCH + said) }
    }
}

impl<'c> Matches<'c> {
    pub(super) fn new(content: &'c [u8]) -> Self {
        let hash_bits = content.len().next_power_of_two().ilog2().clamp(8, 16);
        let window = content.len().next_power_of_two().min(REACH.next_power_of_two());
        Self {
            content,
            recent: Recent::new(),
            heads: vec![NONE; 1 << hash_bits],
            before: vec![NONE; window],
            noted: 0,
            hash_bits,
        }
    }

    /// The tokens of the content from `start` to `end`.
    pub(super) fn tokens(&mut self, start: usize, end: usize) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut at = start;
        let mut here = self.best(at, end);
        while at < end {
            let Some(found) = here else {
                tokens.push(Token::literal(self.byte(at)));
                at += 1;
                here = self.best(at, end);
                continue;
            };
            // Perhaps the next byte begins a match that is worth more than this byte costs.
            if found.length < GOOD
                && let Some(next) = self.best(at + 1, end)
                && next.worth > found.worth + LAZY
            {
                tokens.push(Token::literal(self.byte(at)));
                at += 1;
                here = Some(next);
                continue;
            }
            tokens.push(self.recent.token(found.length, found.distance));
            at += found.length;
            here = self.best(at, end);
        }
        tokens
    }

    fn byte(&self, at: usize) -> u8 {
        self.content.get(at).copied().unwrap_or_default()
    }

    /// The most worthwhile match at a place, if any.
    fn best(&mut self, at: usize, end: usize) -> Option<Found> {
        self.note_until(at);
        let most = end.saturating_sub(at).min(MAX_MATCH);
        let mut best: Option<Found> = None;
        for distance in self.recent.0 {
            let Some(from) = at.checked_sub(distance as usize) else { continue };
            let length = self.same(from, at, most);
            if length >= MIN_RECENT && best.is_none_or(|best| length > best.length) {
                best = Some(Found::new(length, distance, 0));
            }
        }
        if most < KEY {
            return best;
        }
        let mut place = self.heads.get(self.hash(at)).copied().unwrap_or(NONE);
        for _ in 0..TRIES {
            let from = place as usize;
            if place == NONE || at - from > REACH {
                break;
            }
            let longest = best.map_or(0, |best| best.length);
            if longest >= most {
                break;
            }
            // A longer match has the byte after the best one.
            if self.byte(from + longest) == self.byte(at + longest) {
                let length = self.same(from, at, most);
                let distance = (at - from) as u32;
                let found = Found::new(length, distance, 1 + distance.ilog2());
                if length >= KEY && found.worth > best.map_or(0, |best| best.worth) {
                    best = Some(found);
                }
            }
            let earlier = self.before.get(from & (self.before.len() - 1)).copied().unwrap_or(NONE);
            // Older than the window: overwritten by a newer place.
            if earlier == NONE || earlier >= place {
                break;
            }
            place = earlier;
        }
        best
    }

    /// How many bytes, at most `most`, are the same at two places.
    fn same(&self, from: usize, at: usize, most: usize) -> usize {
        let (Some(from), Some(here)) = (self.content.get(from..), self.content.get(at..at + most)) else { return 0 };
        let (words, _) = here.as_chunks::<8>();
        let (before, _) = from.as_chunks::<8>();
        for (number, (word, before)) in words.iter().zip(before).enumerate() {
            let differs = u64::from_le_bytes(*word) ^ u64::from_le_bytes(*before);
            if differs != 0 {
                return number * 8 + differs.trailing_zeros() as usize / 8;
            }
        }
        let whole = words.len() * 8;
        let rest = here.iter().zip(from).skip(whole).take_while(|(here, before)| here == before).count();
        whole + rest
    }

    /// Notes every place before `at`.
    fn note_until(&mut self, at: usize) {
        let last = self.content.len().saturating_sub(KEY - 1);
        let mask = self.before.len() - 1;
        for place in self.noted..at.min(last) {
            let hash = self.hash(place);
            if let (Some(head), Some(before)) = (self.heads.get_mut(hash), self.before.get_mut(place & mask)) {
                *before = *head;
                *head = place as u32;
            }
        }
        self.noted = self.noted.max(at);
    }

    fn hash(&self, at: usize) -> usize {
        let Some((key, _)) = self.content.get(at..).and_then(<[u8]>::split_first_chunk::<KEY>) else { return 0 };
        // Multiplicative hashing by the golden ratio.
        (u32::from_le_bytes(*key).wrapping_mul(0x9E37_79B1) >> (32 - self.hash_bits)) as usize
    }
}
