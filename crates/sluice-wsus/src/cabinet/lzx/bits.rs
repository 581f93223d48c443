//! The bits of a frame: words of 16 bits, little-endian, filled from the top.

/// Bits being collected.
pub(super) struct Bits {
    out: Vec<u8>,
    /// The bits of the word that is not full, at the bottom.
    word: u64,
    count: u32,
}

impl Bits {
    pub(super) fn new() -> Self {
        Self { out: Vec::new(), word: 0, count: 0 }
    }

    /// Appends the lowest `count` bits of `value`, at most 32, the highest of them first.
    pub(super) fn put(&mut self, value: u32, count: u32) {
        self.word = self.word << count | u64::from(value);
        self.count += count;
        while self.count >= 16 {
            self.count -= 16;
            self.out.extend(((self.word >> self.count) as u16).to_le_bytes());
        }
    }

    /// The bytes so far, the last word filled with zeros; what follows begins anew.
    pub(super) fn finish(&mut self) -> Vec<u8> {
        if self.count > 0 {
            self.put(0, 16 - self.count);
        }
        self.word = 0;
        std::mem::take(&mut self.out)
    }
}

/// The bits of a frame, being read.
pub(super) struct BitReader<'b> {
    bytes: &'b [u8],
    /// The next byte that is not in `word`.
    at: usize,
    /// Bits that were taken from the bytes, at the bottom.
    word: u64,
    count: u32,
}

impl<'b> BitReader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0, word: 0, count: 0 }
    }

    fn fill(&mut self) {
        while self.count <= 32
            && let Some(pair) = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk)
        {
            self.word = self.word << 16 | u64::from(u16::from_le_bytes(*pair));
            self.count += 16;
            self.at += 2;
        }
    }

    /// The next 16 bits, without taking them; zeros behind the end.
    pub(super) fn peek16(&mut self) -> u32 {
        if self.count < 16 {
            self.fill();
        }
        let bits = if self.count >= 16 { self.word >> (self.count - 16) } else { self.word << (16 - self.count) };
        bits as u32 & 0xFFFF
    }

    /// Takes bits that were seen. `None`: they are behind the end.
    pub(super) fn skip(&mut self, count: u32) -> Option<()> {
        self.count = self.count.checked_sub(count)?;
        self.word &= (1 << self.count) - 1;
        Some(())
    }

    /// The next bits, at most 32. `None`: there are not as many.
    pub(super) fn take(&mut self, count: u32) -> Option<u32> {
        if self.count < count {
            self.fill();
        }
        let rest = self.count.checked_sub(count)?;
        let bits = (self.word >> rest) as u32;
        self.skip(count)?;
        Some(bits)
    }

    /// Leaves the current word for whole bytes; one that was not begun is left too (\[MS-PATCH\] 2.4.1.3).
    pub(super) fn align(&mut self) -> Option<()> {
        match self.count % 16 {
            0 => self.take(16).map(|_| ()),
            rest => self.skip(rest),
        }
    }

    /// Up to `most` whole bytes. Only after [`align`](Self::align) or at the start.
    pub(super) fn bytes(&mut self, most: usize) -> &'b [u8] {
        self.at -= self.count as usize / 8;
        (self.word, self.count) = (0, 0);
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let taken = rest.get(..most).unwrap_or(rest);
        self.at += taken.len();
        taken
    }
}
