//! Packing (\[MS-PATCH\] 2).
//!
//! The content is cut into frames of 32 KiB, each of which becomes a block of the cabinet; no match reaches over the end
//! of a frame. One block of LZX, with its codes, covers several frames.

use super::bits::Bits;
use super::block::Codes;
use super::matches::Matches;
use super::token::Token;
use crate::cabinet::folder::BLOCK as FRAME;

/// Frames with the same codes: enough that the codes cost little, few enough that they fit and that the tokens waiting
/// for them take little memory.
const FRAMES: usize = 8;

/// Packs `content` and gives out its frames, each with its plain size.
pub(in crate::cabinet) fn pack(content: &[u8], mut frame: impl FnMut(&[u8], usize)) {
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
