//! The head of a cabinet: CFHEADER, CFFOLDER and CFFILE (\[MS-CAB\] 2.1 to 2.3).

use std::io::{Read, Seek, SeekFrom};

use super::CabinetError;

const SIGNATURE: [u8; 4] = *b"MSCF";
const HAS_PREVIOUS: u16 = 1;
const HAS_NEXT: u16 = 2;
const HAS_RESERVE: u16 = 4;
/// The member's name is UTF-8.
const NAME_IS_UTF: u16 = 0x80;
/// From here on folder numbers stand for members that begin or end in another cabinet.
const FIRST_SPANNING: u16 = 0xFFFD;
/// Longest name with its end, bytes (\[MS-CAB\] 2.3).
const MAX_NAME: usize = 256;

pub(super) struct Head {
    pub(super) folders: Vec<FolderEntry>,
    /// In the order in which they lie in their folders.
    pub(super) members: Vec<MemberEntry>,
    /// Bytes between the head of each block and its data.
    pub(super) data_reserve: u8,
}

pub(super) struct FolderEntry {
    /// Where its first block is.
    pub(super) offset: u32,
    pub(super) blocks: u16,
    pub(super) method: u16,
}

pub(super) struct MemberEntry {
    pub(super) name: String,
    pub(super) folder: u16,
    /// Where it begins in the unpacked folder.
    pub(super) offset: u32,
    pub(super) size: u32,
}

impl Head {
    pub(super) fn read(reader: &mut (impl Read + Seek)) -> Result<Self, CabinetError> {
        let mut signature = [0; 4];
        let read = reader.read_exact(&mut signature);
        if read.is_err() || signature != SIGNATURE {
            return Err(CabinetError::NotACabinet);
        }
        let [_, _size, _, first_member, _] = words(reader)?;
        let [minor, major] = bytes(reader)?;
        if (major, minor) != (1, 3) {
            return Err(CabinetError::Version { major, minor });
        }
        let [folders, members, flags, _set, _number] = halves(reader)?;
        if flags & (HAS_PREVIOUS | HAS_NEXT) != 0 {
            return Err(CabinetError::Spanned);
        }
        let (mut folder_reserve, mut data_reserve) = (0, 0);
        if flags & HAS_RESERVE != 0 {
            let [header_reserve] = halves(reader)?;
            [folder_reserve, data_reserve] = bytes(reader)?;
            reader.seek_relative(i64::from(header_reserve))?;
        }
        // Both counts are of 16 bits, so what they make us keep is bounded.
        let folders = (0..folders).map(|_| folder(reader, folder_reserve)).collect::<Result<_, _>>()?;
        reader.seek(SeekFrom::Start(u64::from(first_member)))?;
        let mut members = (0..members).map(|_| member(reader)).collect::<Result<Vec<_>, _>>()?;
        members.sort_by_key(|member| (member.folder, member.offset));
        Ok(Self { folders, members, data_reserve })
    }
}

fn folder(reader: &mut (impl Read + Seek), reserve: u8) -> Result<FolderEntry, CabinetError> {
    let [offset] = words(reader)?;
    let [blocks, method] = halves(reader)?;
    reader.seek_relative(i64::from(reserve))?;
    Ok(FolderEntry { offset, blocks, method })
}

fn member(reader: &mut impl Read) -> Result<MemberEntry, CabinetError> {
    let [size, offset] = words(reader)?;
    let [folder, _date, _time, attributes] = halves(reader)?;
    if folder >= FIRST_SPANNING {
        return Err(CabinetError::Spanned);
    }
    let mut name = Vec::new();
    loop {
        match bytes::<1>(reader)? {
            [0] => break,
            [byte] if name.len() < MAX_NAME => name.push(byte),
            _ => return Err(CabinetError::Damaged { what: "a name is too long" }),
        }
    }
    let utf8 = attributes & NAME_IS_UTF != 0 || name.is_ascii();
    // Names in a code page are only shown, never opened.
    let name =
        if utf8 { String::from_utf8_lossy(&name).into_owned() } else { name.iter().map(|b| char::from(*b)).collect() };
    Ok(MemberEntry { name, folder, offset, size })
}

/// The next bytes.
pub(super) fn bytes<const N: usize>(reader: &mut impl Read) -> Result<[u8; N], CabinetError> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The next 16-bit numbers, little-endian.
pub(super) fn halves<const N: usize>(reader: &mut impl Read) -> Result<[u16; N], CabinetError> {
    let mut numbers = [0; N];
    for number in &mut numbers {
        *number = u16::from_le_bytes(bytes(reader)?);
    }
    Ok(numbers)
}

/// The next 32-bit numbers, little-endian.
pub(super) fn words<const N: usize>(reader: &mut impl Read) -> Result<[u32; N], CabinetError> {
    let mut numbers = [0; N];
    for number in &mut numbers {
        *number = u32::from_le_bytes(bytes(reader)?);
    }
    Ok(numbers)
}
