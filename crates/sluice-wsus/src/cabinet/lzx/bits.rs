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
