//! Packed values: postcard, compressed when that pays. Few wide rows load much faster than many
//! narrow ones.

use std::io::Read as _;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Below this many bytes compression costs more than the bytes it saves.
const COMPRESS_FROM: usize = 1024;
/// Fast; the values are small and mostly names.
const LEVEL: i32 = 1;
/// Largest unpacked value: an inventory of 100,000 packages stays well below it. It bounds what a
/// damaged row can make us allocate.
const MAX_UNPACKED: u64 = 64 << 20;

const RAW: u8 = 0;
const ZSTD: u8 = 1;

/// Packs a private row twin.
pub(crate) fn pack<T: Serialize>(value: &T) -> Vec<u8> {
    let raw = postcard::to_extend(value, vec![RAW]).expect("row twins hold only what postcard can write");
    if raw.len() > COMPRESS_FROM
        && let Some(plain) = raw.get(1..)
        && let Ok(small) = zstd::bulk::compress(plain, LEVEL)
        && small.len() + small.len() / 8 < raw.len()
    {
        let mut out = Vec::with_capacity(small.len() + 1);
        out.push(ZSTD);
        out.extend_from_slice(&small);
        return out;
    }
    raw
}

/// Unpacks what [`pack`] made.
pub(crate) fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let decode = |plain: &[u8]| match postcard::take_from_bytes::<T>(plain) {
        Ok((value, [])) => Ok(value),
        Ok((_, rest)) => Err(format!("{} bytes too many", rest.len())),
        Err(e) => Err(format!("cannot be unpacked: {e}")),
    };
    match bytes.split_first() {
        Some((&RAW, plain)) => decode(plain),
        Some((&ZSTD, small)) => {
            let mut plain = Vec::new();
            zstd::stream::read::Decoder::new(small)
                .and_then(|decoder| decoder.take(MAX_UNPACKED).read_to_end(&mut plain))
                .map_err(|e| format!("cannot be decompressed: {e}"))?;
            decode(&plain)
        }
        Some((kind, _)) => Err(format!("unknown packing {kind}")),
        None => Err("empty".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_values_come_back() {
        for text in ["short".to_owned(), "libc6 2.36-9+deb12u10 ".repeat(1000)] {
            let packed = pack(&text);
            assert!(packed.len() < text.len() + 3);
            assert_eq!(unpack::<String>(&packed), Ok(text));
        }
    }

    #[test]
    fn damage_is_an_error() {
        let packed = pack(&"libc6 ".repeat(1000));
        assert_eq!(packed.first(), Some(&ZSTD));
        assert!(unpack::<String>(&packed[..packed.len() - 5]).is_err());
        assert!(unpack::<String>(&[]).is_err());
        assert!(unpack::<String>(&[9, 1, 2]).is_err());
        assert!(unpack::<u8>(&[RAW, 1, 2]).is_err());
    }
}
