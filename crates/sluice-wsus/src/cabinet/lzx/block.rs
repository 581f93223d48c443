//! A block: its head, its codes, and how tokens are written with them (\[MS-PATCH\] 2.4, 2.5).

use super::bits::Bits;
use super::huffman::{codes, lengths};
use super::token::{LENGTH_SYMBOLS, MAIN_SYMBOLS, Token};

/// Longest code of a symbol.
const LONGEST: u8 = 16;

/// Longest code of the code of lengths: its lengths are written in four bits.
const LONGEST_PRE: u8 = 15;

/// Longest code of the last bits of distances: its lengths are written in three bits.
const LONGEST_ALIGNED: u8 = 7;

/// `Block_type` of a block whose distances are written as they are.
const VERBATIM: u32 = 1;

/// `Block_type` of a block in which the last three bits of distances have a code: those in UTF-16 are even.
const ALIGNED: u32 = 2;

/// The lengths of the codes of the last block, from which those of the next are told.
pub(super) struct Codes {
    main: Vec<u8>,
    length: Vec<u8>,
}

/// The codes of a block.
pub(super) struct Written {
    main: Vec<(u32, u8)>,
    length: Vec<(u32, u8)>,
    /// Of the last bits of distances, if they have one.
    aligned: Option<Vec<(u32, u8)>>,
}

impl Codes {
    pub(super) fn new() -> Self {
        Self { main: vec![0; MAIN_SYMBOLS], length: vec![0; LENGTH_SYMBOLS] }
    }

    /// Writes the head of a block of `size` bytes and the codes for its tokens.
    pub(super) fn begin(&mut self, frames: &[Vec<Token>], size: usize, bits: &mut Bits) -> Written {
        let mut main_counts = [0; MAIN_SYMBOLS];
        let mut length_counts = [0; LENGTH_SYMBOLS];
        let mut aligned_counts = [0; 8];
        for token in frames.iter().flatten() {
            main_counts[usize::from(token.main)] += 1;
            if let Some(length) = token.length {
                length_counts[usize::from(length)] += 1;
            }
            if let Some(last) = token.last_bits() {
                aligned_counts[last as usize] += 1;
            }
        }
        let main = lengths(&main_counts, LONGEST);
        let length = lengths(&length_counts, LONGEST);
        let aligned = aligned(&aligned_counts);
        bits.put(if aligned.is_some() { ALIGNED } else { VERBATIM }, 3);
        bits.put(size as u32, 24);
        for length in aligned.iter().flatten() {
            bits.put(u32::from(*length), 3);
        }
        let (old_bytes, old_matches) = self.main.split_at(256);
        let (bytes, matches) = main.split_at(256);
        write_lengths(old_bytes, bytes, bits);
        write_lengths(old_matches, matches, bits);
        write_lengths(&self.length, &length, bits);
        let with_lengths = |lengths: &[u8]| codes(lengths).into_iter().zip(lengths.iter().copied()).collect();
        let written = Written {
            main: with_lengths(&main),
            length: with_lengths(&length),
            aligned: aligned.as_deref().map(with_lengths),
        };
        *self = Self { main, length };
        written
    }
}

impl Written {
    pub(super) fn put(&self, token: Token, bits: &mut Bits) {
        let (code, length) = self.main[usize::from(token.main)];
        bits.put(code, u32::from(length));
        if let Some(symbol) = token.length {
            let (code, length) = self.length[usize::from(symbol)];
            bits.put(code, u32::from(length));
        }
        match (&self.aligned, token.last_bits()) {
            (Some(aligned), Some(last)) => {
                bits.put(token.footer >> 3, u32::from(token.footer_bits) - 3);
                let (code, length) = aligned[last as usize];
                bits.put(code, u32::from(length));
            }
            _ => bits.put(token.footer, u32::from(token.footer_bits)),
        }
    }
}

/// The lengths of a code for the last bits of distances, if it saves more than it takes.
fn aligned(counts: &[u32; 8]) -> Option<Vec<u8>> {
    let lengths = lengths(counts, LONGEST_ALIGNED);
    let coded: u32 = counts.iter().zip(&lengths).map(|(count, length)| count * u32::from(*length)).sum();
    (coded + 8 * 3 < counts.iter().sum::<u32>() * 3).then_some(lengths)
}

/// A symbol of the code of lengths, and the bits after it.
#[derive(Clone, Copy)]
struct Step {
    symbol: u8,
    bits: u32,
    count: u32,
}

/// Writes lengths as differences from those of the last block, packed by a code of their own.
fn write_lengths(old: &[u8], new: &[u8], bits: &mut Bits) {
    let steps = steps(old, new);
    let mut counts = [0; 20];
    for step in &steps {
        counts[usize::from(step.symbol)] += 1;
    }
    let lengths = lengths(&counts, LONGEST_PRE);
    let codes = codes(&lengths);
    for length in &lengths {
        bits.put(u32::from(*length), 4);
    }
    for step in steps {
        let symbol = usize::from(step.symbol);
        bits.put(codes[symbol], u32::from(lengths[symbol]));
        bits.put(step.bits, step.count);
    }
}

fn steps(old: &[u8], new: &[u8]) -> Vec<Step> {
    let plain = |symbol| Step { symbol, bits: 0, count: 0 };
    let mut steps = Vec::new();
    let mut rest = old.iter().zip(new).map(|(old, new)| (*old, *new)).collect::<Vec<_>>();
    rest.reverse();
    while let Some(&(old, new)) = rest.last() {
        let run = rest.iter().rev().take_while(|(_, next)| *next == new).count();
        let difference = (17 + old - new) % 17;
        let taken = match (new, run) {
            (0, 20..) => {
                let taken = run.min(51);
                steps.push(Step { symbol: 18, bits: taken as u32 - 20, count: 5 });
                taken
            }
            (0, 4..) => {
                steps.push(Step { symbol: 17, bits: run as u32 - 4, count: 4 });
                run
            }
            (1.., 4..) => {
                let taken = run.min(5);
                steps.push(Step { symbol: 19, bits: taken as u32 - 4, count: 1 });
                steps.push(plain(difference));
                taken
            }
            _ => {
                steps.push(plain(difference));
                1
            }
        };
        rest.truncate(rest.len() - taken);
    }
    steps
}
