//! The frame around Plain LZ77: blocks with two sizes (\[MS-WUSP\] 2.1.1).

use super::XpressError;
use super::compress::Matcher;
use super::decompress::unpack;

/// Plain bytes per block we write. The specification allows [`MAX_BLOCK`]; 16,352 is what WSUS on Windows Server 2025
/// sends, so every agent is known to take it.
pub const BLOCK_SIZE: usize = 16_352;

/// Largest plain or packed size a block may declare (\[MS-WUSP\] 2.1.1).
pub const MAX_BLOCK: usize = 65_535;

/// Blocks below this many plain bytes are stored. They are the few lines between ready blocks, thirty times in an
/// answer: packing them saves nothing that counts against the blocks around them, and would be most of the work.
const WORTH_PACKING: usize = 512;

/// The two sizes before each block.
const HEAD: usize = 8;

/// Compresses `plain` into a run of blocks.
#[must_use]
pub fn compress(plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(plain.len() / 4 + HEAD);
    Packer::new().append(plain, &mut out);
    out
}

/// Compresses one text after the other; keeps its tables between them, which is worth it for many small ones.
#[derive(Default)]
pub struct Packer {
    /// Made when there is something to pack: most answers are put together from ready blocks.
    matcher: Option<Matcher>,
}

impl Packer {
    /// A packer. Its tables take 48 KiB as soon as they are needed.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Compresses `plain` and appends the blocks to `out`. Nothing is appended for empty input.
    pub fn append(&mut self, plain: &[u8], out: &mut Vec<u8>) {
        for chunk in plain.chunks(BLOCK_SIZE) {
            let head = out.len();
            out.extend_from_slice(&size_bytes(chunk.len()));
            out.extend_from_slice(&[0; 4]);
            let start = out.len();
            let worth = chunk.len() >= WORTH_PACKING;
            if !worth || !self.matcher.get_or_insert_with(Matcher::new).pack(chunk, out) {
                out.truncate(start);
                out.extend_from_slice(chunk);
            }
            let packed = size_bytes(out.len() - start);
            out[head + 4..start].copy_from_slice(&packed);
        }
    }
}

/// The sizes of a chunk fit: at most [`BLOCK_SIZE`].
fn size_bytes(size: usize) -> [u8; 4] {
    u32::try_from(size).unwrap_or(u32::MAX).to_le_bytes()
}

/// Expands a whole body. `limit` bounds the result in bytes and is checked against the declared sizes before
/// anything is allocated.
///
/// # Errors
/// [`XpressError`] if the body is damaged or would become larger than `limit`.
pub fn decompress(body: &[u8], limit: usize) -> Result<Vec<u8>, XpressError> {
    let mut out = Vec::new();
    decompress_into(body, limit, &mut out)?;
    Ok(out)
}

/// Expands a run of blocks and appends the plain bytes to `out`; after an error `out` holds some of them. `limit`
/// bounds what is appended, in bytes.
///
/// # Errors
/// [`XpressError`] if the blocks are damaged or would become larger than `limit`.
pub fn decompress_into(body: &[u8], limit: usize, out: &mut Vec<u8>) -> Result<(), XpressError> {
    let total = plain_size(body)?;
    if total > limit {
        return Err(XpressError::TooLarge { limit });
    }
    out.reserve(total);
    for (number, block) in Blocks::new(body).enumerate() {
        let block = block?;
        if block.data.len() == block.plain {
            out.extend_from_slice(block.data);
        } else {
            unpack(block.data, block.plain, out).ok_or(XpressError::Damaged { block: number })?;
        }
    }
    Ok(())
}

/// How many plain bytes a run of blocks declares, without expanding it.
///
/// # Errors
/// [`XpressError`] if the heads of the blocks do not fit the body.
pub fn plain_size(body: &[u8]) -> Result<usize, XpressError> {
    let mut total = 0_usize;
    for block in Blocks::new(body) {
        total = total.saturating_add(block?.plain);
    }
    Ok(total)
}

/// One block, its head read and checked.
struct Block<'a> {
    plain: usize,
    data: &'a [u8],
}

/// Walks over the blocks of a body.
struct Blocks<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Blocks<'a> {
    fn new(body: &'a [u8]) -> Self {
        Self { rest: body, number: 0 }
    }

    fn read(&mut self) -> Result<Block<'a>, XpressError> {
        let block = self.number;
        let (head, rest) = self.rest.split_at_checked(HEAD).ok_or(XpressError::Truncated { block })?;
        let (plain, packed) = (size_at(head, 0), size_at(head, 4));
        if plain == 0 || packed == 0 || plain > MAX_BLOCK || packed > MAX_BLOCK {
            return Err(XpressError::Sizes { block });
        }
        let (data, rest) = rest.split_at_checked(packed).ok_or(XpressError::Truncated { block })?;
        self.rest = rest;
        self.number += 1;
        Ok(Block { plain, data })
    }
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Result<Block<'a>, XpressError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let block = self.read();
        if block.is_err() {
            self.rest = &[];
        }
        Some(block)
    }
}

/// The 32-bit size at `at`; 0 (which no block may declare) if the head is too short.
fn size_at(head: &[u8], at: usize) -> usize {
    head.get(at..at + 4)
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(0, u32::from_le_bytes)
        .try_into()
        .unwrap_or(usize::MAX)
}
