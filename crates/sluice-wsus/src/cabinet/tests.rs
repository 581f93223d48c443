use std::io::Cursor;

use super::*;
use crate::captures::shared;

fn members(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, String> {
    let mut cabinet = Cabinet::open(Cursor::new(bytes)).map_err(|e| e.to_string())?;
    let mut all = Vec::new();
    while let Some(mut member) = cabinet.next_member().map_err(|e| e.to_string())? {
        let mut content = Vec::new();
        member.read_to_end(&mut content).map_err(|e| e.to_string())?;
        all.push((member.name().to_owned(), content));
    }
    Ok(all)
}

/// A cabinet with one folder. Blocks are given as (packed, plain size).
fn cabinet(method: u16, blocks: &[(Vec<u8>, u16)], files: &[(&str, u32, u32)]) -> Vec<u8> {
    let names: usize = files.iter().map(|(name, ..)| 16 + name.len() + 1).sum();
    let first_file = 36 + 8;
    let first_block = first_file + names;
    let mut out = Vec::new();
    out.extend(b"MSCF");
    for word in [0, 0, 0, u32::try_from(first_file).unwrap(), 0] {
        out.extend(word.to_le_bytes());
    }
    out.extend([3, 1]);
    for half in [1, u16::try_from(files.len()).unwrap(), 0, 0, 0] {
        out.extend(half.to_le_bytes());
    }
    out.extend(u32::try_from(first_block).unwrap().to_le_bytes());
    out.extend(u16::try_from(blocks.len()).unwrap().to_le_bytes());
    out.extend(method.to_le_bytes());
    for (name, offset, size) in files {
        out.extend(size.to_le_bytes());
        out.extend(offset.to_le_bytes());
        out.extend([0; 8]);
        out.extend(name.as_bytes());
        out.push(0);
    }
    for (packed, plain) in blocks {
        out.extend([0; 4]);
        out.extend(u16::try_from(packed.len()).unwrap().to_le_bytes());
        out.extend(plain.to_le_bytes());
        out.extend(packed);
    }
    out
}

fn mszip_blocks(plain: &[u8]) -> Vec<(Vec<u8>, u16)> {
    let mut deflate = flate2::Compress::new(flate2::Compression::best(), false);
    plain
        .chunks(32 << 10)
        .map(|chunk| {
            deflate.reset();
            let mut packed = Vec::with_capacity(64 << 10);
            packed.extend(b"CK");
            deflate.compress_vec(chunk, &mut packed, flate2::FlushCompress::Finish).unwrap();
            (packed, u16::try_from(chunk.len()).unwrap())
        })
        .collect()
}

#[test]
fn stored_and_mszip_members_come_out() {
    let plain: Vec<u8> = (0..100_000_u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
    let half = u32::try_from(plain.len() / 2).unwrap();
    let files = [("b.txt", half, half), ("a.txt", 0, half)];
    let expected = vec![
        ("a.txt".to_owned(), plain[..plain.len() / 2].to_vec()),
        ("b.txt".to_owned(), plain[plain.len() / 2..].to_vec()),
    ];
    assert_eq!(members(&cabinet(1, &mszip_blocks(&plain), &files)).unwrap(), expected);
    let stored: Vec<_> = plain.chunks(30_000).map(|c| (c.to_vec(), u16::try_from(c.len()).unwrap())).collect();
    assert_eq!(members(&cabinet(0, &stored, &files)).unwrap(), expected);
}

/// MSZIP blocks refer to the block before: what a plain inflater would not know.
#[test]
fn mszip_blocks_may_refer_to_the_block_before() {
    let first: Vec<u8> = (0..32_768_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let mut blocks = mszip_blocks(&first);
    // Fixed Huffman codes: length 258 (code 285) at distance 32,768 (code 29), then the end of the block.
    let mut bits = Vec::new();
    let mut push = |value: u32, count: u32, from_top: bool| {
        for n in 0..count {
            let bit = if from_top { value >> (count - 1 - n) & 1 } else { value >> n & 1 };
            bits.push(bit as u8);
        }
    };
    push(1, 1, false);
    push(1, 2, false);
    push(0b1100_0101, 8, true);
    push(29, 5, true);
    push(32_768 - 24_577, 13, false);
    push(0, 7, true);
    let mut packed = b"CK".to_vec();
    packed.extend(bits.chunks(8).map(|chunk| chunk.iter().rev().fold(0, |byte, bit| byte << 1 | bit)));
    blocks.push((packed, 258));
    let all = members(&cabinet(1, &blocks, &[("x", 0, 32_768 + 258)])).unwrap();
    assert_eq!(all[0].1[32_768..], first[..258]);
}

/// A recorded answer of GetUpdateData: LZX, one member, UTF-16.
#[test]
fn a_recorded_lzx_cabinet_comes_out() {
    use base64::Engine as _;
    let Some(path) = shared("captures/wsus-upstream/000013/response.body") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let mut found = 0;
    for part in text.split("<XmlUpdateBlobCompressed>").skip(1) {
        let blob = part.split("</XmlUpdateBlobCompressed>").next().unwrap();
        let bytes = base64::engine::general_purpose::STANDARD.decode(blob).unwrap();
        let all = members(&bytes).unwrap();
        let [(name, content)] = &all[..] else { panic!("{} members", all.len()) };
        assert_eq!(name, "blob");
        let text = crate::update::decode(content).unwrap();
        crate::update::UpdateDocument::parse(&text).unwrap();
        found += 1;
        // Cut anywhere: an error or the same, never a panic.
        for cut in (0..bytes.len()).step_by(41) {
            drop(members(&bytes[..cut]));
        }
    }
    assert!(found > 0);
}

#[test]
fn lies_are_errors() {
    let good = cabinet(0, &[(b"abc".to_vec(), 3)], &[("a", 0, 3)]);
    assert_eq!(members(&good).unwrap(), [("a".to_owned(), b"abc".to_vec())]);
    let refused = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        members(&bytes).unwrap_err()
    };
    assert_eq!(refused(&|b| b[0] = b'X'), "the file is not a cabinet");
    assert_eq!(refused(&|b| b[25] = 2), "the cabinet has the unknown version 2.3");
    assert_eq!(refused(&|b| b[30] = 2), "the cabinet is one of a set, and only whole ones can be read");
    assert_eq!(refused(&|b| b[42] = 2), "the cabinet is packed by the unknown method 0x0002");
    assert_eq!(refused(&|b| b[44] = 4), "the cabinet is damaged: a folder ends inside a member");
    assert_eq!(refused(&|b| b[48] = 9), "the cabinet is damaged: a member begins behind the end of its folder");
    let block = 44 + 16 + 2;
    assert_eq!(refused(&|b| b[block] = 1), "block 0 of the cabinet is damaged: its checksum is wrong");
    assert_eq!(refused(&|b| b[block + 6] = 2), "block 0 of the cabinet is damaged: it has another size than it says");
    let bomb = cabinet(1, &[(mszip_blocks(&[0; 32 << 10])[0].0.clone(), 100)], &[("a", 0, 100)]);
    assert_eq!(members(&bomb).unwrap().first().map(|(_, content)| content.len()), Some(100));
}
