//! Bounds of everything in a bundle.

/// Longest header, bytes. A real one has less than 1 KiB.
pub const MAX_HEADER: usize = 64 << 10;
/// Longest head of a record, bytes: a name of 256 characters, escaped, and some identities.
pub const MAX_RECORD_HEAD: usize = 16 << 10;
/// Bytes of a data frame: what is hashed, and in memory, at a time.
pub const MAX_DATA: usize = 1 << 20;
/// Longest update document, bytes, before it is packed: as long as the site itself takes one.
pub const MAX_DOCUMENT: u64 = 192 << 20;
/// Longest packed update document, bytes: as long as the site's store takes one.
pub const MAX_PACKED_DOCUMENT: u64 = 64 << 20;
/// Longest file, bytes. The largest of Windows, a whole system, has less than 10 GiB.
pub const MAX_FILE: u64 = 64 << 30;
/// Longest list, bytes, before it is packed: a million identities.
pub const MAX_LIST: u64 = 16 << 20;
/// Longest name, characters: as long as the site's own names.
pub const MAX_NAME: usize = 256;
