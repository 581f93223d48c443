//! Writing a cabinet with one member, as WSUS writes those of documents (protocols.md §6.1): no dates, no attributes, the
//! checksum of every block.

use super::folder::{BLOCK, sum};
use super::{CabinetError, lzx};

/// LZX with a window of 2 MiB.
const METHOD: u16 = 0x1503;

/// Bytes of the head, of its one folder, and of its one member without the name.
const HEADS: [usize; 3] = [36, 8, 16];

/// A cabinet with one member, packed by LZX.
///
/// # Errors
/// [`CabinetError::TooLarge`] if the content has more blocks than a cabinet can count (2 GiB).
pub fn write(name: &str, content: &[u8]) -> Result<Vec<u8>, CabinetError> {
    let too_large = CabinetError::TooLarge;
    let blocks = u16::try_from(content.len().div_ceil(BLOCK)).map_err(|_| too_large)?;
    let size = u32::try_from(content.len()).map_err(|_| CabinetError::TooLarge)?;
    let [head, folder, member] = HEADS;
    let first_block = head + folder + member + name.len() + 1;
    let mut out = Vec::with_capacity(first_block + content.len() / 4 + 256);
    out.extend(b"MSCF");
    // The second is the size of the whole, filled in at the end; the fourth where the member's entry is.
    words(&mut out, [0, 0, 0, (head + folder) as u32, 0]);
    // Version 1.3.
    out.extend([3, 1]);
    // Folders, members, flags, set, number in the set.
    halves(&mut out, [1, 1, 0, 0, 0]);
    words(&mut out, [first_block as u32]);
    halves(&mut out, [blocks, METHOD]);
    // Its size and where it begins; its folder, date, time and attributes.
    words(&mut out, [size, 0]);
    halves(&mut out, [0, 0, 0, 0]);
    out.extend(name.bytes());
    out.push(0);
    lzx::pack(content, |packed, plain| {
        let sizes = [packed.len() as u16, plain as u16];
        let checksum = sum(packed) ^ (u32::from(sizes[0]) | u32::from(sizes[1]) << 16);
        words(&mut out, [checksum]);
        halves(&mut out, sizes);
        out.extend(packed);
    });
    let whole = u32::try_from(out.len()).map_err(|_| CabinetError::TooLarge)?;
    if let Some(place) = out.get_mut(8..12) {
        place.copy_from_slice(&whole.to_le_bytes());
    }
    Ok(out)
}

fn words<const N: usize>(out: &mut Vec<u8>, words: [u32; N]) {
    out.extend(words.into_iter().flat_map(u32::to_le_bytes));
}

fn halves<const N: usize>(out: &mut Vec<u8>, halves: [u16; N]) {
    out.extend(halves.into_iter().flat_map(u16::to_le_bytes));
}
