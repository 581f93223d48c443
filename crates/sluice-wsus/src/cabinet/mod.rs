//! Cabinet files (\[MS-CAB\]): what a WSUS exports, and what GetUpdateData packs large documents into
//! (protocols.md §6.1). Reading only: stored, MSZIP (\[MS-MCI\]) and LZX (\[MS-PATCH\]).
//!
//! Members are read in the order in which they lie in their folder, so that each folder is unpacked once and nothing
//! is held but one block and the compressor's window. Sizes that a cabinet declares are never believed: the caller
//! reads a member as a stream and bounds it itself.

mod folder;
mod head;
#[cfg(test)]
mod tests;

use std::io::{self, Read, Seek};

use folder::Folder;
use head::Head;

/// Why a cabinet was refused.
#[derive(Debug, thiserror::Error)]
pub enum CabinetError {
    /// It could not be read.
    #[error("reading the cabinet failed")]
    Read(#[from] io::Error),
    /// It does not begin as cabinets do.
    #[error("the file is not a cabinet")]
    NotACabinet,
    /// A newer or unknown form of cabinet.
    #[error("the cabinet has the unknown version {major}.{minor}")]
    Version {
        /// Before the dot.
        major: u8,
        /// After it.
        minor: u8,
    },
    /// A part of a set.
    #[error("the cabinet is one of a set, and only whole ones can be read")]
    Spanned,
    /// A compression nobody uses for updates.
    #[error("the cabinet is packed by the unknown method {method:#06x}")]
    Method {
        /// `typeCompress` of the folder.
        method: u16,
    },
    /// What it says of its members contradicts itself.
    #[error("the cabinet is damaged: {what}")]
    Damaged {
        /// What is wrong.
        what: &'static str,
    },
    /// A block is not what its checksum or its sizes say.
    #[error("block {block} of the cabinet is damaged: {what}")]
    Block {
        /// Its number in the folder, from 0.
        block: u16,
        /// What is wrong.
        what: &'static str,
    },
}

/// A cabinet that is being read.
pub struct Cabinet<R> {
    reader: R,
    head: Head,
    /// The next member, as a place in the head's list.
    next: usize,
    /// The folder being unpacked, and its number.
    folder: Option<(u16, Folder)>,
}

/// A member of a cabinet. It ends where the cabinet says it ends.
pub struct Member<'c, R> {
    name: &'c str,
    reader: &'c mut R,
    folder: &'c mut Folder,
    left: u64,
}

impl<R: Read + Seek> Cabinet<R> {
    /// Reads the head of a cabinet.
    ///
    /// # Errors
    /// When it is none, is one of a set, or contradicts itself.
    pub fn open(mut reader: R) -> Result<Self, CabinetError> {
        let head = Head::read(&mut reader)?;
        Ok(Self { reader, head, next: 0, folder: None })
    }

    /// The names of all members.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.head.members.iter().map(|member| member.name.as_str())
    }

    /// The next member; what was not read of the one before is passed over. `None` after the last.
    ///
    /// # Errors
    /// When its folder cannot be unpacked.
    pub fn next_member(&mut self) -> Result<Option<Member<'_, R>>, CabinetError> {
        let Some(member) = self.head.members.get(self.next) else { return Ok(None) };
        self.next += 1;
        if self.folder.as_ref().is_none_or(|(number, _)| *number != member.folder) {
            let entry = self.head.folders.get(usize::from(member.folder));
            let entry = entry.ok_or(CabinetError::Damaged { what: "a member is in a folder that is not there" })?;
            self.folder = Some((member.folder, Folder::new(entry, self.head.data_reserve)?));
        }
        let Some((_, folder)) = &mut self.folder else { return Ok(None) };
        folder.skip_to(&mut self.reader, u64::from(member.offset))?;
        Ok(Some(Member { name: &member.name, reader: &mut self.reader, folder, left: u64::from(member.size) }))
    }
}

impl<R> Member<'_, R> {
    /// Its name, as the cabinet has it: it may contain backslashes and anything else.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name
    }

    /// How many bytes of it are still to be read, by what the cabinet says.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.left
    }
}

impl<R: Read + Seek> Read for Member<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let Some(buffer) = buffer.get_mut(..most).filter(|buffer| !buffer.is_empty()) else { return Ok(0) };
        let read = self.folder.read(self.reader, buffer).map_err(io::Error::other)?;
        if read == 0 {
            return Err(io::Error::other(CabinetError::Damaged { what: "a folder ends inside a member" }));
        }
        self.left -= read as u64;
        Ok(read)
    }
}
