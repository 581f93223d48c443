//! Unpacking (\[MS-PATCH\] 2). What is declared is never allocated: memory grows with what comes out, and at most the
//! window is kept.

use super::bits::BitReader;
use super::table::Table;
use super::token::{LENGTH_SYMBOLS, MIN_MATCH};

/// Kinds of distances by the binary logarithm of the window, from 15 (\[MS-PATCH\] 2.6.2).
const SLOTS: [usize; 7] = [30, 32, 34, 36, 38, 42, 50];

/// After this many bytes calls of x86 code are no longer translated.
const TRANSLATED: usize = 1 << 30;

/// Unpacks frame after frame.
pub(in crate::cabinet) struct Unpacker {
    /// What came out, not translated; at least the last `window` bytes.
    history: Vec<u8>,
    window: usize,
    /// Bytes that came out in all frames before.
    position: usize,
    /// Lengths of the codes of the last block.
    main: Vec<u8>,
    length: [u8; LENGTH_SYMBOLS],
    recent: [usize; 3],
    begun: bool,
    /// The size of the file that calls are translated for, if they are.
    translation: Option<i32>,
    block: Block,
}

/// The current block.
struct Block {
    left: usize,
    kind: Kind,
}

enum Kind {
    /// As it is; after an odd number of bytes one follows that is nothing.
    Stored {
        odd: bool,
    },
    Coded(Box<Coded>),
}

struct Coded {
    main: Table,
    length: Option<Table>,
    aligned: Option<Table>,
}

impl Unpacker {
    /// `window` is the binary logarithm of the window. `None`: cabinets have no such.
    pub(in crate::cabinet) fn new(window: u16) -> Option<Self> {
        let slots = SLOTS.get(usize::from(window.checked_sub(15)?))?;
        Some(Self {
            history: Vec::new(),
            window: 1 << window,
            position: 0,
            main: vec![0; 256 + 8 * slots],
            length: [0; LENGTH_SYMBOLS],
            recent: [1; 3],
            begun: false,
            translation: None,
            block: Block { left: 0, kind: Kind::Stored { odd: false } },
        })
    }

    /// Unpacks a frame of `size` bytes. `None`: it is damaged, and nothing after it can be unpacked.
    pub(in crate::cabinet) fn frame(&mut self, packed: &[u8], size: usize) -> Option<Vec<u8>> {
        let mut bits = BitReader::new(packed);
        if !self.begun {
            self.begun = true;
            if bits.take(1)? == 1 {
                self.translation = Some(bits.take(32)? as i32);
            }
        }
        // What no match can reach any more. Rarely, because it moves the rest.
        if self.history.len() >= 2 * self.window {
            self.history.drain(..self.history.len() - self.window);
        }
        let start = self.history.len();
        let end = start + size;
        while self.history.len() < end {
            if self.block.left == 0 {
                self.begin(&mut bits)?;
            }
            let before = self.history.len();
            match &self.block.kind {
                Kind::Stored { .. } => {
                    let piece = bits.bytes(self.block.left.min(end - before));
                    if piece.is_empty() {
                        return None;
                    }
                    self.history.extend_from_slice(piece);
                }
                Kind::Coded(coded) => {
                    let most = self.block.left.min(end - before);
                    coded.unpack(&mut bits, &mut self.history, before + most, &mut self.recent, self.window)?;
                }
            }
            self.block.left = self.block.left.checked_sub(self.history.len() - before)?;
        }
        let mut plain = self.history.get(start..end)?.to_vec();
        if let Some(size) = self.translation
            && self.position < TRANSLATED
        {
            translate(&mut plain, self.position, size);
        }
        self.position += size;
        Some(plain)
    }

    /// Reads the head of a block.
    fn begin(&mut self, bits: &mut BitReader<'_>) -> Option<()> {
        if let Kind::Stored { odd: true } = self.block.kind {
            bits.bytes(1);
        }
        let kind = bits.take(3)?;
        let left = bits.take(24)? as usize;
        if left == 0 {
            return None;
        }
        let kind = match kind {
            1 | 2 => {
                let aligned = if kind == 2 {
                    let mut lengths = [0; 8];
                    for length in &mut lengths {
                        *length = bits.take(3)? as u8;
                    }
                    Some(Table::new(&lengths)??)
                } else {
                    None
                };
                let (bytes, matches) = self.main.split_at_mut(256);
                read_lengths(bits, bytes)?;
                read_lengths(bits, matches)?;
                read_lengths(bits, &mut self.length)?;
                Kind::Coded(Box::new(Coded {
                    main: Table::new(&self.main)??,
                    length: Table::new(&self.length)?,
                    aligned,
                }))
            }
            3 => {
                bits.align()?;
                for recent in &mut self.recent {
                    *recent = u32::from_le_bytes(bits.bytes(4).try_into().ok()?) as usize;
                }
                Kind::Stored { odd: left % 2 == 1 }
            }
            _ => return None,
        };
        self.block = Block { left, kind };
        Some(())
    }
}

impl Coded {
    /// Unpacks until there are `end` bytes.
    fn unpack(
        &self,
        bits: &mut BitReader<'_>,
        out: &mut Vec<u8>,
        end: usize,
        recent: &mut [usize; 3],
        window: usize,
    ) -> Option<()> {
        while out.len() < end {
            let symbol = self.main.read(bits)?;
            let Some(symbol) = symbol.checked_sub(256) else {
                out.push(symbol as u8);
                continue;
            };
            let length = match usize::from(symbol & 7) {
                7 => MIN_MATCH + 7 + usize::from(self.length.as_ref()?.read(bits)?),
                short => MIN_MATCH + short,
            };
            let distance = match usize::from(symbol >> 3) {
                place @ 0..3 => {
                    recent.swap(0, place);
                    recent[0]
                }
                slot => {
                    let distance = self.distance(slot, bits)?;
                    *recent = [distance, recent[0], recent[1]];
                    distance
                }
            };
            let from = out.len().checked_sub(distance).filter(|_| (1..=window).contains(&distance))?;
            if length > end - out.len() {
                return None;
            }
            if distance >= length {
                out.extend_from_within(from..from + length);
            } else {
                for at in from..from + length {
                    out.push(*out.get(at)?);
                }
            }
        }
        Some(())
    }

    fn distance(&self, slot: usize, bits: &mut BitReader<'_>) -> Option<usize> {
        let (count, base) = match slot {
            0..4 => (0, slot),
            4..36 => (slot as u32 / 2 - 1, (2 + (slot & 1)) << (slot / 2 - 1)),
            _ => (17, (slot - 34) << 17),
        };
        let rest = match &self.aligned {
            Some(aligned) if count >= 3 => bits.take(count - 3)? << 3 | u32::from(aligned.read(bits)?),
            _ => bits.take(count)?,
        };
        (base + rest as usize).checked_sub(2)
    }
}

/// Reads lengths, which are told as differences from those of the last block.
fn read_lengths(bits: &mut BitReader<'_>, lengths: &mut [u8]) -> Option<()> {
    let mut pre = [0; 20];
    for length in &mut pre {
        *length = bits.take(4)? as u8;
    }
    let table = Table::new(&pre)??;
    let changed = |old: u8, code: u16| (code < 17).then(|| (17 + old - code as u8) % 17);
    let mut rest = lengths;
    while let Some(old) = rest.first().copied() {
        let (run, new) = match table.read(bits)? {
            17 => (4 + bits.take(4)?, 0),
            18 => (20 + bits.take(5)?, 0),
            19 => {
                let run = 4 + bits.take(1)?;
                (run, changed(old, table.read(bits)?)?)
            }
            code => (1, changed(old, code)?),
        };
        let (run, after) = rest.split_at_mut_checked(run as usize)?;
        run.fill(new);
        rest = after;
    }
    Some(())
}

/// Translates the targets of calls in x86 code back (\[MS-PATCH\] 2.2.1).
fn translate(frame: &mut [u8], position: usize, size: i32) {
    let mut at = 0;
    // The last ten bytes of a frame are never translated.
    while at + 10 < frame.len() {
        if frame.get(at) != Some(&0xE8) {
            at += 1;
            continue;
        }
        let Some(target) = frame.get_mut(at + 1..).and_then(<[u8]>::first_chunk_mut::<4>) else { return };
        let here = (position + at) as i32;
        let absolute = i32::from_le_bytes(*target);
        if absolute >= -here && absolute < size {
            let relative = if absolute >= 0 { absolute.wrapping_sub(here) } else { absolute.wrapping_add(size) };
            *target = relative.to_le_bytes();
        }
        at += 5;
    }
}
