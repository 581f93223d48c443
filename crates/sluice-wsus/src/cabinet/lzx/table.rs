//! Reading a canonical Huffman code.

use super::bits::BitReader;

/// Longest code of a symbol.
const LONGEST: usize = 16;

/// Codes up to this length are looked up at once.
const QUICK: u32 = 10;

/// A code, ready for reading.
pub(super) struct Table {
    /// By the next bits: a symbol and the length of its code; length 0: the code is longer.
    quick: Vec<(u16, u8)>,
    /// For every length: the code after its last one, filled up to 16 bits.
    ends: [u32; LONGEST + 1],
    /// For every length: where its first symbol is, less its first code.
    starts: [i32; LONGEST + 1],
    /// The symbols, by their codes.
    symbols: Vec<u16>,
}

impl Table {
    /// The table of a code with these lengths. `Some(None)`: it has no symbols; `None`: it is not complete.
    pub(super) fn new(lengths: &[u8]) -> Option<Option<Self>> {
        let mut counts = [0_u32; LONGEST + 1];
        for length in lengths {
            *counts.get_mut(usize::from(*length))? += 1;
        }
        counts[0] = 0;
        let (mut ends, mut starts, mut firsts) = ([0; LONGEST + 1], [0; LONGEST + 1], [0_u32; LONGEST + 1]);
        let (mut next, mut before) = (0_u32, 0_u32);
        for length in 1..=LONGEST {
            next <<= 1;
            firsts[length] = before;
            starts[length] = before as i32 - next as i32;
            next += counts[length];
            before += counts[length];
            if next > 1 << length {
                return None;
            }
            ends[length] = next << (LONGEST - length);
        }
        match before {
            0 => return Some(None),
            _ if next != 1 << LONGEST => return None,
            _ => {}
        }
        let mut symbols = vec![0; before as usize];
        for (symbol, length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0) {
            let place = firsts.get_mut(usize::from(*length))?;
            *symbols.get_mut(*place as usize)? = symbol as u16;
            *place += 1;
        }
        let mut quick = vec![(0, 0); 1 << QUICK];
        let (mut rest, mut place) = (quick.as_mut_slice(), symbols.iter());
        for (length, count) in (1..=QUICK).zip(&counts[1..]) {
            for symbol in place.by_ref().take(*count as usize) {
                let (its, after) = rest.split_at_mut_checked(1 << (QUICK - length))?;
                its.fill((*symbol, length as u8));
                rest = after;
            }
        }
        Some(Some(Self { quick, ends, starts, symbols }))
    }

    /// The symbol whose code is at the top of 16 bits, and the length of the code.
    fn find(&self, bits: u32) -> Option<(u16, u8)> {
        let length = (1..=LONGEST).find(|length| bits < self.ends[*length])?;
        let place = self.starts[length] + (bits >> (LONGEST - length)) as i32;
        Some((*self.symbols.get(usize::try_from(place).ok()?)?, length as u8))
    }

    /// The next symbol. `None`: the bits are at their end.
    pub(super) fn read(&self, bits: &mut BitReader<'_>) -> Option<u16> {
        let next = bits.peek16();
        let quick = self.quick.get((next >> (16 - QUICK)) as usize).copied().filter(|(_, length)| *length > 0);
        let (symbol, length) = quick.or_else(|| self.find(next))?;
        bits.skip(u32::from(length))?;
        Some(symbol)
    }
}
