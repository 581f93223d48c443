//! Xpress, the compression of SOAP answers (`Content-Encoding: xpress`, \[MS-WUSP\] 2.1.1).
//!
//! A body is a run of [blocks](block): two little-endian 32-bit sizes (plain, packed) and the data in the LZ77 with
//! DIRECT2 encoding of \[MS-WUSP\] 2.1.1.1, which \[MS-XCA\] 2.3 and 2.4 call Plain LZ77. A block whose sizes are equal
//! is stored as it is: so does WSUS, though the specification does not say it. Blocks do not refer to each other, so a
//! body can be put together from parts that were compressed long before ([`Packer::append`]).
//! Agents never compress their requests; only answers are packed, and never update content.

mod block;
mod compress;
mod decompress;
#[cfg(test)]
mod tests;

pub use block::{BLOCK_SIZE, MAX_BLOCK, Packer, compress, decompress, decompress_into, plain_size};

/// Why a compressed body was refused. All of them mean that the body is damaged or hostile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum XpressError {
    /// The body ends inside a block or its head.
    #[error("the compressed body ends inside block {block}")]
    Truncated {
        /// Number of the block, from 0.
        block: usize,
    },
    /// A size in the head of a block is above [`MAX_BLOCK`] or zero.
    #[error("block {block} of the compressed body declares impossible sizes")]
    Sizes {
        /// Number of the block, from 0.
        block: usize,
    },
    /// The data of a block is not what its head says: bad distance, bad length, too short or too long.
    #[error("block {block} of the compressed body is damaged")]
    Damaged {
        /// Number of the block, from 0.
        block: usize,
    },
    /// The blocks declare more plain bytes than the caller accepts.
    #[error("the compressed body would expand to more than {limit} bytes")]
    TooLarge {
        /// What the caller accepts, in bytes.
        limit: usize,
    },
}
