//! Plain LZ77 decompression, \[MS-XCA\] 2.4.

/// Appends the `plain` bytes that one block of packed data stands for. `None` if the data is damaged: it refers to
/// before its own beginning, ends too early, or stands for more or fewer bytes. Never appends more than `plain`.
pub(super) fn unpack(packed: &[u8], plain: usize, out: &mut Vec<u8>) -> Option<()> {
    let start = out.len();
    let end = start + plain;
    let mut input = Input { data: packed, at: 0, half_byte: None };
    loop {
        let flags = input.u32()?;
        for bit in (0..32).rev() {
            if out.len() == end {
                // The end is a 1 bit with nothing after it.
                return (flags >> bit & 1 == 1 && input.at == packed.len()).then_some(());
            }
            if flags >> bit & 1 == 0 {
                out.push(input.u8()?);
            } else {
                let (distance, length) = input.element()?;
                let from = out.len().checked_sub(distance).filter(|from| *from >= start)?;
                if length > end - out.len() {
                    return None;
                }
                repeat(out, from, distance, length);
            }
        }
    }
}

/// Appends `length` bytes beginning at `from`, which lies `distance` before the end; they may overlap what is being
/// written.
fn repeat(out: &mut Vec<u8>, from: usize, distance: usize, length: usize) {
    if length <= distance {
        out.extend_from_within(from..from + length);
        return;
    }
    let mut left = length;
    while left > 0 {
        // What was appended continues the pattern, so each turn may take twice as much.
        let available = out.len() - from;
        let now = left.min(available);
        out.extend_from_within(from..from + now);
        left -= now;
    }
}

struct Input<'a> {
    data: &'a [u8],
    at: usize,
    /// Where the byte lies whose upper half is the next length nibble.
    half_byte: Option<usize>,
}

impl Input<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let bytes = *self.data.get(self.at..)?.first_chunk::<N>()?;
        self.at += N;
        Some(bytes)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Option<usize> {
        self.take().map(|bytes| usize::from(u16::from_le_bytes(bytes)))
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    /// Distance and length of a match.
    fn element(&mut self) -> Option<(usize, usize)> {
        let word = self.u16()?;
        let distance = (word >> 3) + 1;
        let mut length = word & 7;
        if length == 7 {
            let nibble = match self.half_byte.take() {
                Some(at) => self.data.get(at)? >> 4,
                None => {
                    self.half_byte = Some(self.at);
                    self.u8()? & 15
                }
            };
            length += usize::from(nibble);
            if nibble == 15 {
                let byte = self.u8()?;
                length += usize::from(byte);
                if byte == 255 {
                    length = self.long_length()?;
                }
            }
        }
        Some((distance, length + 3))
    }

    /// A length that stands for itself: 16 bits, or 0 and then 32 bits. Shorter ones than the short form can say are
    /// damage.
    fn long_length(&mut self) -> Option<usize> {
        let length = match self.u16()? {
            0 => usize::try_from(self.u32()?).ok()?,
            length => length,
        };
        (length >= 15 + 7).then_some(length)
    }
}
