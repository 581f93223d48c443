//! LZX, both directions (\[MS-PATCH\] 2).

mod bits;
mod block;
mod huffman;
mod matches;
mod pack;
mod table;
#[cfg(test)]
mod tests;
mod token;
mod unpack;

pub(super) use pack::pack;
pub(super) use unpack::Unpacker;
