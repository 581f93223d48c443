//! LZX, the packing side (\[MS-PATCH\] 2).
//!
//! The content is cut into frames of 32 KiB, each of which becomes a block of the cabinet; no match reaches over the end
//! of a frame. One block of LZX, with its codes, covers several frames.

mod bits;
mod block;
mod huffman;
mod matches;
mod token;

use bits::Bits;
use block::Codes;
use matches::Matches;
use token::Token;

use super::folder::BLOCK as FRAME;

/// Frames with the same codes: enough that the codes cost little, few enough that they fit and that the tokens waiting
/// for them take little memory.
const FRAMES: usize = 8;

/// How far back a match may reach: the window of 2 MiB, less what the format keeps of it.
const REACH: usize = (1 << 21) - 3;

/// Packs `content` and gives out its frames, each with its plain size.
pub(super) fn pack(content: &[u8], mut frame: impl FnMut(&[u8], usize)) {
    let mut matches = Matches::new(content);
    let mut codes = Codes::new();
    let mut start = 0;
    for group in content.chunks(FRAME * FRAMES) {
        let mut frames: Vec<Vec<Token>> = Vec::new();
        let mut at = start;
        for piece in group.chunks(FRAME) {
            frames.push(matches.tokens(at, at + piece.len()));
            at += piece.len();
        }
        let mut bits = Bits::new();
        if start == 0 {
            // No translation of x86 calls.
            bits.put(0, 1);
        }
        let written = codes.begin(&frames, group.len(), &mut bits);
        for (tokens, piece) in frames.iter().zip(group.chunks(FRAME)) {
            for token in tokens {
                written.put(*token, &mut bits);
            }
            frame(&bits.finish(), piece.len());
        }
        start = at;
    }
}
