//! Literals and matches, as symbols of the codes and bits after them (\[MS-PATCH\] 2.6).

/// Shortest match that can be said.
pub(super) const MIN_MATCH: usize = 2;

/// Longest match that can be said.
pub(super) const MAX_MATCH: usize = 257;

/// Kinds of distances for a window of 2 MiB.
const SLOTS: usize = 50;

/// Symbols of the main code: the bytes, then for each kind of distance eight kinds of lengths.
pub(super) const MAIN_SYMBOLS: usize = 256 + 8 * SLOTS;

/// Symbols of the code of long lengths.
pub(super) const LENGTH_SYMBOLS: usize = 249;

/// From this length on the main symbol says 7 and the code of lengths the rest.
const LONG: usize = MIN_MATCH + 7;

/// From this distance (as it is said) on, all kinds have 17 bits.
const FAR: u32 = 1 << 18;

/// A literal or a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    /// Symbol of the main code.
    pub(super) main: u16,
    /// Symbol of the code of lengths, for long matches.
    pub(super) length: Option<u8>,
    /// How many bits follow.
    pub(super) footer_bits: u8,
    /// They.
    pub(super) footer: u32,
}

/// The last three distances, which are cheap to say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recent(pub(super) [u32; 3]);

impl Recent {
    pub(super) const fn new() -> Self {
        Self([1; 3])
    }

    /// The token of a match, whose distance becomes the most recent.
    pub(super) fn token(&mut self, length: usize, distance: u32) -> Token {
        let (slot, footer_bits, footer) = match self.0.iter().position(|recent| *recent == distance) {
            Some(place) => {
                self.0.swap(0, place);
                (place as u32, 0, 0)
            }
            None => {
                self.0 = [distance, self.0[0], self.0[1]];
                slot(distance + 2)
            }
        };
        let header = length.min(LONG) - MIN_MATCH;
        Token {
            main: (256 + slot * 8) as u16 + header as u16,
            length: length.checked_sub(LONG).map(|rest| rest as u8),
            footer_bits,
            footer,
        }
    }
}

impl Token {
    pub(super) fn literal(byte: u8) -> Self {
        Self { main: u16::from(byte), length: None, footer_bits: 0, footer: 0 }
    }

    /// The last three of the bits that follow, if there are as many.
    pub(super) fn last_bits(self) -> Option<u32> {
        (self.footer_bits >= 3).then_some(self.footer & 7)
    }
}

/// The kind of a distance as it is said (two more than it is), how many bits follow, and they.
fn slot(said: u32) -> (u32, u8, u32) {
    if said >= FAR {
        return (34 + (said >> 17), 17, said & ((1 << 17) - 1));
    }
    let log = said.ilog2();
    let bits = log - 1;
    (2 * log + (said >> bits & 1), bits as u8, said & ((1 << bits) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the specification (2.6.2), by its rule.
    #[test]
    fn every_distance_has_the_slot_of_the_table() {
        let mut base = vec![0_u32];
        let footer = |slot: u32| if slot < 4 { 0 } else { (slot / 2 - 1).min(17) };
        for number in 1..=SLOTS as u32 {
            base.push(base[number as usize - 1] + (1 << footer(number - 1)));
        }
        for (number, range) in base.windows(2).enumerate().skip(3) {
            for said in [range[0], (range[0] + range[1]) / 2, range[1] - 1] {
                assert_eq!(slot(said), (number as u32, footer(number as u32) as u8, said - range[0]), "{said}");
            }
        }
        assert_eq!(base[SLOTS], 1 << 21);
    }

    #[test]
    fn recent_distances_move_to_the_front() {
        let mut recent = Recent::new();
        assert_eq!(recent.token(2, 5).main, 256 + 5 * 8);
        assert_eq!(recent.token(9, 7), Token { main: 256 + 6 * 8 + 7, length: Some(0), footer_bits: 2, footer: 1 });
        assert_eq!(recent.0, [7, 5, 1]);
        assert_eq!(recent.token(257, 1), Token { main: 256 + 2 * 8 + 7, length: Some(248), footer_bits: 0, footer: 0 });
        assert_eq!(recent.0, [1, 5, 7]);
    }
}
