use proptest::prelude::*;

use super::*;

/// The examples of \[MS-XCA\] 3.1.
const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const ALPHABET_PACKED: &[u8] = b"\x3f\x00\x00\x00abcdefghijklmnopqrstuvwxyz";
const ABC_PACKED: &[u8] = b"\xff\xff\xff\x1f\x61\x62\x63\x17\x00\x0f\xff\x26\x01";

fn framed(plain: usize, packed: &[u8]) -> Vec<u8> {
    let mut body = u32::try_from(plain).unwrap().to_le_bytes().to_vec();
    body.extend_from_slice(&u32::try_from(packed.len()).unwrap().to_le_bytes());
    body.extend_from_slice(packed);
    body
}

#[test]
fn the_specifications_examples_are_unpacked() {
    let mut out = Vec::new();
    decompress::unpack(ALPHABET_PACKED, ALPHABET.len(), &mut out).unwrap();
    assert_eq!(out, ALPHABET);
    // Packed it is longer than plain; a server may send it so.
    assert_eq!(decompress(&framed(26, ALPHABET_PACKED), 26).unwrap(), ALPHABET);
    assert_eq!(decompress(&framed(300, ABC_PACKED), 300).unwrap(), b"abc".repeat(100));
}

#[test]
fn three_hundred_bytes_are_packed_as_the_specification_does() {
    let mut out = Vec::new();
    assert!(compress::Matcher::new().pack(&b"abc".repeat(100), &mut out));
    assert_eq!(out, ABC_PACKED);
}

#[test]
fn what_does_not_shrink_is_stored() {
    assert_eq!(compress(ALPHABET), framed(26, ALPHABET));
    assert_eq!(decompress(&framed(26, ALPHABET), 26).unwrap(), ALPHABET);
    let noise: Vec<u8> = (0..20_000_u32).map(|n| (n.wrapping_mul(0x9E37_79B1) >> 19) as u8).collect();
    assert!(compress(&noise).len() <= noise.len() + 16);
}

#[test]
fn empty_input_is_an_empty_body() {
    assert_eq!(compress(b""), b"");
    assert_eq!(decompress(b"", 0).unwrap(), b"");
}

#[test]
fn ready_blocks_can_be_put_together() {
    let parts: [&[u8]; 3] = [b"<a>one one one one one</a>", &[b'x'; 40_000], b"<b/>"];
    let mut body = Vec::new();
    for part in parts {
        body.extend_from_slice(&compress(part));
    }
    assert_eq!(decompress(&body, 1 << 20).unwrap(), parts.concat());
}

#[test]
fn xml_shrinks_to_a_fraction() {
    let xml: String = (0..2_000)
        .map(|n| {
            format!("&lt;b.RegSz Key=\"HKEY_LOCAL_MACHINE\" Subkey=\"SOFTWARE\\Vendor\\{n}\" Data=\"{n}.0\" /&gt;")
        })
        .collect();
    let packed = compress(xml.as_bytes());
    assert!(packed.len() * 4 < xml.len(), "{} of {}", packed.len(), xml.len());
    assert_eq!(decompress(&packed, xml.len()).unwrap(), xml.as_bytes());
}

#[test]
fn a_bomb_is_refused_before_it_is_expanded() {
    // 65,535 bytes out of 13: a thousand such blocks declare 65 MB.
    let mut block = framed(MAX_BLOCK, b"\xff\xff\xff\x7f\x61\x07\x00\x0f\xff\xfb\xff");
    assert_eq!(decompress(&block, MAX_BLOCK).unwrap(), vec![b'a'; MAX_BLOCK]);
    block = block.repeat(1_000);
    assert_eq!(decompress(&block, 1 << 20), Err(XpressError::TooLarge { limit: 1 << 20 }));
}

#[test]
fn damage_is_named() {
    let good = framed(300, ABC_PACKED);
    assert_eq!(decompress(&good[..10], 300), Err(XpressError::Truncated { block: 0 }));
    assert_eq!(decompress(&good[..5], 300), Err(XpressError::Truncated { block: 0 }));
    assert_eq!(decompress(&framed(MAX_BLOCK + 1, ABC_PACKED), 1 << 20), Err(XpressError::Sizes { block: 0 }));
    assert_eq!(decompress(&framed(0, b"x"), 1 << 20), Err(XpressError::Sizes { block: 0 }));
    assert_eq!(decompress(&framed(5, b""), 1 << 20), Err(XpressError::Sizes { block: 0 }));
    for plain in [5, 299, 301] {
        assert_eq!(decompress(&framed(plain, ABC_PACKED), 1 << 20), Err(XpressError::Damaged { block: 0 }));
    }
    // A distance that reaches before the block, although the body has bytes there.
    let mut body = good;
    body.extend_from_slice(&framed(20, b"\xff\xff\xff\x7f\x61\xff\xff\x00"));
    assert_eq!(decompress(&body, 1 << 20), Err(XpressError::Damaged { block: 1 }));
}

/// Text with repetitions at all distances, as XML has.
fn repetitive() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec((0_usize..40, 1_usize..400, any::<u8>()), 0..400).prop_map(|pieces| {
        let mut text = Vec::new();
        for (back, length, fresh) in pieces {
            text.push(fresh);
            let from = text.len().saturating_sub(back * back * 6 + 1);
            for at in from..from + length {
                text.push(text[at]);
            }
        }
        text
    })
}

proptest! {
    #[test]
    fn everything_comes_back(plain in prop_oneof![repetitive(), proptest::collection::vec(any::<u8>(), 0..20_000)]) {
        let packed = compress(&plain);
        prop_assert!(packed.len() <= plain.len() + 8 * plain.len().div_ceil(BLOCK_SIZE));
        prop_assert_eq!(plain_size(&packed).unwrap(), plain.len());
        prop_assert_eq!(decompress(&packed, plain.len()).unwrap(), plain);
    }

    #[test]
    fn damaged_bodies_neither_panic_nor_exceed_their_limit(
        plain in repetitive(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut packed = compress(&plain);
        if !packed.is_empty() {
            for (at, byte) in changes {
                let at = at.index(packed.len());
                packed[at] = byte;
            }
        }
        let mut out = Vec::new();
        let limit = plain.len() + 1_000;
        let _ = decompress_into(&packed, limit, &mut out);
        prop_assert!(out.len() <= limit);
    }
}
