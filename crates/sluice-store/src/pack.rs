//! Packed values: postcard, compressed when that pays. Few wide rows load much faster than many
//! narrow ones.

use std::cell::RefCell;
use std::io::{self, Read as _};

use serde::Serialize;
use serde::de::DeserializeOwned;
use zstd::bulk::Compressor;

use crate::error::StoreError;

/// Below this many bytes compression costs more than the bytes it saves.
const COMPRESS_FROM: usize = 1024;
/// Fast; the values are small and mostly names.
const LEVEL: i32 = 1;
/// Largest unpacked value: an inventory of 100,000 packages stays well below it. It bounds what a
/// damaged row can make us allocate.
const MAX_UNPACKED: usize = 64 << 20;

const RAW: u8 = 0;
const ZSTD: u8 = 1;

/// Packs a private row twin.
///
/// # Errors
/// [`StoreError::Invalid`] when it is so large that [`unpack`] would refuse it.
pub(crate) fn pack<T: Serialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    let raw = postcard::to_extend(value, vec![RAW]).expect("row twins hold only what postcard can write");
    if raw.len() - 1 > MAX_UNPACKED {
        let what = format!("a value of {} bytes cannot be stored: at most {MAX_UNPACKED} can be read again", raw.len());
        return Err(StoreError::Invalid { what });
    }
    if raw.len() > COMPRESS_FROM
        && let Some(plain) = raw.get(1..)
        && let Ok(small) = compress(plain)
        && small.len() + small.len() / 8 < raw.len()
    {
        let mut out = Vec::with_capacity(small.len() + 1);
        out.push(ZSTD);
        out.extend_from_slice(&small);
        return Ok(out);
    }
    Ok(raw)
}

thread_local! {
    /// Made once for each thread: making it costs more than compressing a value.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

fn compress(plain: &[u8]) -> io::Result<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|kept| match kept {
        Some(compressor) => compressor.compress(plain),
        None => kept.insert(Compressor::new(LEVEL)?).compress(plain),
    })
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
                .and_then(|decoder| decoder.take(MAX_UNPACKED as u64 + 1).read_to_end(&mut plain))
                .map_err(|e| format!("cannot be decompressed: {e}"))?;
            if plain.len() > MAX_UNPACKED {
                return Err(format!("more than {MAX_UNPACKED} bytes"));
            }
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
            let packed = pack(&text).unwrap();
            assert!(packed.len() < text.len() + 3);
            assert_eq!(unpack::<String>(&packed), Ok(text));
        }
    }

    #[test]
    fn damage_is_an_error() {
        let packed = pack(&"libc6 ".repeat(1000)).unwrap();
        assert_eq!(packed.first(), Some(&ZSTD));
        assert!(unpack::<String>(&packed[..packed.len() - 5]).is_err());
        assert!(unpack::<String>(&[]).is_err());
        assert!(unpack::<String>(&[9, 1, 2]).is_err());
        assert!(unpack::<u8>(&[RAW, 1, 2]).is_err());
    }

    #[test]
    fn what_cannot_be_read_again_is_not_written() {
        // Its length takes four bytes more.
        let largest = "x".repeat(MAX_UNPACKED - 4);
        assert_eq!(unpack::<String>(&pack(&largest).unwrap()), Ok(largest));
        let error = pack(&"x".repeat(MAX_UNPACKED - 3)).unwrap_err();
        assert!(matches!(error, StoreError::Invalid { .. }), "{error:?}");
        let mut bomb = vec![ZSTD];
        bomb.extend(zstd::bulk::compress(&vec![0; MAX_UNPACKED + 1], LEVEL).unwrap());
        assert_eq!(unpack::<String>(&bomb), Err(format!("more than {MAX_UNPACKED} bytes")));
    }
}
