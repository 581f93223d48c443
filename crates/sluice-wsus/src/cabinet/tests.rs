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

/// Text of UTF-16 that repeats itself near and far, as documents do.
fn document(characters: usize) -> Vec<u8> {
    let words = ["<upd:File Digest=\"", "UpdateIdentity", "\u{e9}\u{4e2d}\u{1F600}", "\" />", "0123", "Language"];
    let mut text = String::new();
    let mut state = 1_u32;
    while text.len() < characters {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.push_str(words[(state >> 16) as usize % words.len()]);
        text.push_str(&format!("{:x}", state >> (state >> 28)));
    }
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    (0..bytes).map(|_| next()).collect()
}

fn written_comes_out(content: &[u8]) -> usize {
    let written = write("blob", content).unwrap();
    let all = members(&written).unwrap_or_else(|error| panic!("{} bytes: {error}", content.len()));
    assert!(all[0].1 == content, "{} bytes came out differently", content.len());
    assert_eq!((all.len(), all[0].0.as_str()), (1, "blob"));
    written.len()
}

#[test]
fn what_is_written_is_read() {
    for size in [0, 1, 2, 5, 6, 7, 100, 32_767, 32_768, 32_769, 262_143, 262_144, 262_145, 300_000] {
        written_comes_out(&vec![b'a'; size]);
        written_comes_out(&noise(size));
        let mut text = document(size);
        text.truncate(size);
        written_comes_out(&text);
    }
    for byte in 0..=255 {
        written_comes_out(&[byte]);
    }
}

/// Farther apart than the window of 2 MiB reaches, and just within it.
#[test]
fn matches_stay_within_the_window() {
    let start = noise(40_000);
    for gap in [(2 << 20) - 40_003, (2 << 20) - 40_000, 2 << 20, 3 << 20] {
        let mut content = start.clone();
        content.resize(40_000 + gap, 0);
        content.extend(&start);
        written_comes_out(&content);
    }
}

#[test]
fn text_becomes_small() {
    let text = document(200_000);
    let written = written_comes_out(&text);
    assert!(written * 5 < text.len(), "{} became {written}", text.len());
    let written = written_comes_out(&vec![b' '; 1 << 20]);
    assert!(written < 3_000, "{written}");
    // What cannot be packed becomes hardly larger.
    let written = written_comes_out(&noise(200_000));
    assert!(written < 203_000, "{written}");
}

/// The head is that of a recorded cabinet, but for sizes; the recorded document becomes about as small.
#[test]
fn what_is_written_looks_like_what_was_recorded() {
    let Some(recorded) = recorded_cabinet() else { return };
    let content = &members(&recorded).unwrap()[0].1;
    let written = write("blob", content).unwrap();
    let without_size = |cabinet: &[u8]| [&cabinet[..8], &cabinet[12..65]].concat();
    assert_eq!(without_size(&written), without_size(&recorded));
    assert_eq!(written[8..12], u32::try_from(written.len()).unwrap().to_le_bytes());
    assert!(written.len() * 100 < recorded.len() * 110, "{} against {}", written.len(), recorded.len());
}

fn recorded_cabinet() -> Option<Vec<u8>> {
    use base64::Engine as _;
    let text = std::fs::read_to_string(shared("captures/wsus-upstream/000013/response.body")?).unwrap();
    let (_, rest) = text.split_once("<XmlUpdateBlobCompressed>").unwrap();
    Some(base64::engine::general_purpose::STANDARD.decode(rest.split_once('<').unwrap().0).unwrap())
}

/// Another unpacker than the one that our reader uses.
#[test]
fn cabextract_reads_what_is_written() {
    use std::process::{Command, Stdio};
    if Command::new("cabextract").arg("--version").stdout(Stdio::null()).status().is_err() {
        eprintln!("SKIPPED: cabextract is not installed");
        return;
    }
    for content in [document(5_000), document(400_000), noise(100_000), vec![b'a'; 2_200_000], document(3_000_000)] {
        let folder = tempfile();
        let path = folder.join("x.cab");
        std::fs::write(&path, write("blob", &content).unwrap()).unwrap();
        let output = Command::new("cabextract").arg("-p").arg(&path).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout == content, "{} bytes came out differently", content.len());
        std::fs::remove_dir_all(folder).unwrap();
    }
}

/// A folder of this test.
fn tempfile() -> std::path::PathBuf {
    let folder =
        std::env::temp_dir().join(format!("sluice-cabinet-{}", uuid::Uuid::from_u128(std::process::id().into())));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

proptest::proptest! {
    #[test]
    fn anything_comes_out_again(content in proptest::collection::vec(0_u8..4, 0..2_000), copies in 1_usize..60) {
        written_comes_out(&content.repeat(copies));
    }
}
