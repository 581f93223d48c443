//! A folder: a run of blocks that are unpacked one after the other (\[MS-CAB\] 2.4).

use std::io::{Read, Seek, SeekFrom};

use flate2::{Decompress, FlushDecompress, Status};

use super::CabinetError;
use super::head::{FolderEntry, halves, words};
use super::lzx;

/// Most bytes of an unpacked block (\[MS-CAB\] 2.4), and how far MSZIP reaches back.
pub(super) const BLOCK: usize = 32 << 10;

/// A folder that is being unpacked.
pub(super) struct Folder {
    unpacker: Unpacker,
    /// Where the next block is.
    offset: u64,
    /// The number of the next block.
    next: u16,
    blocks: u16,
    data_reserve: u8,
    /// The current block, unpacked.
    block: Vec<u8>,
    /// How much of it was given out.
    given: usize,
    /// Bytes given out of the whole folder.
    position: u64,
}

enum Unpacker {
    Stored,
    MsZip(Box<Decompress>),
    Lzx(Box<lzx::Unpacker>),
}

impl Folder {
    pub(super) fn new(entry: &FolderEntry, data_reserve: u8) -> Result<Self, CabinetError> {
        let unknown = CabinetError::Method { method: entry.method };
        let unpacker = match entry.method & 0xF {
            0 => Unpacker::Stored,
            1 => Unpacker::MsZip(Box::new(Decompress::new(false))),
            // Larger windows are not allowed in cabinets; they would cost memory ([MS-CAB] 2.2).
            3 => Unpacker::Lzx(Box::new(lzx::Unpacker::new(entry.method >> 8).ok_or(unknown)?)),
            _ => return Err(unknown),
        };
        let (offset, blocks) = (u64::from(entry.offset), entry.blocks);
        Ok(Self { unpacker, offset, next: 0, blocks, data_reserve, block: Vec::new(), given: 0, position: 0 })
    }

    /// Gives out what comes next; 0 at the end of the folder.
    pub(super) fn read(&mut self, reader: &mut (impl Read + Seek), buffer: &mut [u8]) -> Result<usize, CabinetError> {
        while self.given == self.block.len() {
            if self.next == self.blocks {
                return Ok(0);
            }
            self.unpack(reader)?;
        }
        let rest = self.block.get(self.given..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(rest) {
            *to = *from;
        }
        self.given += count;
        self.position += count as u64;
        Ok(count)
    }

    /// Passes over everything before `offset`.
    pub(super) fn skip_to(&mut self, reader: &mut (impl Read + Seek), offset: u64) -> Result<(), CabinetError> {
        let mut left = offset
            .checked_sub(self.position)
            .ok_or(CabinetError::Damaged { what: "members overlap in their folder" })?;
        let mut passed = [0; 4096];
        while left > 0 {
            let most = passed.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            match self.read(reader, passed.get_mut(..most).unwrap_or_default())? {
                0 => return Err(CabinetError::Damaged { what: "a member begins behind the end of its folder" }),
                read => left -= read as u64,
            }
        }
        Ok(())
    }

    /// Reads and unpacks the next block.
    fn unpack(&mut self, reader: &mut (impl Read + Seek)) -> Result<(), CabinetError> {
        let block = self.next;
        let damaged = |what| CabinetError::Block { block, what };
        reader.seek(SeekFrom::Start(self.offset))?;
        let [checksum] = words(reader)?;
        let [packed_size, plain_size] = halves(reader)?;
        let reserve = usize::from(self.data_reserve);
        let mut data = vec![0; reserve + usize::from(packed_size)];
        reader.read_exact(&mut data)?;
        self.offset += 8 + data.len() as u64;
        self.next += 1;
        let sizes = u32::from(packed_size) | u32::from(plain_size) << 16;
        if checksum != 0 && checksum != sizes ^ sum(&data) {
            return Err(damaged("its checksum is wrong"));
        }
        let plain_size = usize::from(plain_size);
        if plain_size == 0 || plain_size > BLOCK {
            return Err(damaged("it has an impossible size"));
        }
        let packed = data.get(reserve..).unwrap_or_default();
        match &mut self.unpacker {
            Unpacker::Stored => self.block = packed.to_vec(),
            Unpacker::MsZip(inflate) => {
                self.block = mszip(inflate, &self.block, packed, plain_size).map_err(damaged)?;
            }
            Unpacker::Lzx(lzx) => {
                self.block = lzx.frame(packed, plain_size).ok_or(damaged("its LZX data is damaged"))?;
            }
        }
        if self.block.len() != plain_size {
            return Err(damaged("it has another size than it says"));
        }
        self.given = 0;
        Ok(())
    }
}

/// Unpacks a block of MSZIP: deflate that may refer to the block before, though it begins anew (\[MS-MCI\] 2).
fn mszip(inflate: &mut Decompress, before: &[u8], packed: &[u8], size: usize) -> Result<Vec<u8>, &'static str> {
    let Some(packed) = packed.strip_prefix(b"CK") else { return Err("its MSZIP mark is missing") };
    let mut out = Vec::with_capacity(before.len() + size);
    inflate.reset(false);
    if let Ok(length) = u16::try_from(before.len())
        && length > 0
    {
        // What may be referred to goes in as a stored block of deflate (RFC 1951 §3.2.4).
        let mut stored = vec![0];
        stored.extend_from_slice(&length.to_le_bytes());
        stored.extend_from_slice(&(!length).to_le_bytes());
        stored.extend_from_slice(before);
        let status = inflate.decompress_vec(&stored, &mut out, FlushDecompress::Sync);
        if !matches!(status, Ok(Status::Ok)) || out.len() != before.len() {
            return Err("its MSZIP data is damaged");
        }
    }
    // The capacity bounds what comes out.
    inflate.decompress_vec(packed, &mut out, FlushDecompress::Finish).map_err(|_| "its MSZIP data is damaged")?;
    Ok(out.split_off(before.len()))
}

/// The checksum of a block's data (\[MS-CAB\] 3.1): exclusive or of 32-bit words, the last one filled from the front.
pub(super) fn sum(data: &[u8]) -> u32 {
    let (words, rest) = data.as_chunks::<4>();
    let whole = words.iter().fold(0, |sum, word| sum ^ u32::from_le_bytes(*word));
    whole ^ rest.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}
