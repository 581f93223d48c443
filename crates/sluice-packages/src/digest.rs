//! Digests: the values repositories publish, and checking bytes against them while they stream.

use std::fmt;
use std::io::{self, Read};

use aws_lc_rs::digest::{Context, SHA256, SHA512};
use thiserror::Error;

/// A SHA-256 or SHA-512 value. Nothing weaker is accepted anywhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Digest {
    /// SHA-256.
    Sha256([u8; 32]),
    /// SHA-512.
    Sha512([u8; 64]),
}

impl Digest {
    /// A SHA-256 value from 64 hexadecimal digits.
    #[must_use]
    pub fn sha256_from_hex(text: &str) -> Option<Self> {
        from_hex(text).map(Self::Sha256)
    }

    /// A SHA-512 value from 128 hexadecimal digits.
    #[must_use]
    pub fn sha512_from_hex(text: &str) -> Option<Self> {
        from_hex(text).map(Self::Sha512)
    }

    /// The SHA-256 value of `bytes`.
    #[must_use]
    pub fn sha256_of(bytes: &[u8]) -> Self {
        let mut hasher = Hasher::sha256();
        hasher.update(bytes);
        hasher.finish()
    }

    /// The bytes of the value.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Sha256(bytes) => bytes,
            Self::Sha512(bytes) => bytes,
        }
    }

    /// `SHA256` or `SHA512`, as repositories write it in `by-hash` paths.
    #[must_use]
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Sha256(_) => "SHA256",
            Self::Sha512(_) => "SHA512",
        }
    }

    /// The value in lower-case hexadecimal digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex::encode(self.bytes())
    }

    /// A hasher of the same algorithm.
    #[must_use]
    pub fn hasher(&self) -> Hasher {
        match self {
            Self::Sha256(_) => Hasher::sha256(),
            Self::Sha512(_) => Hasher(Context::new(&SHA512)),
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{self}", self.algorithm())
    }
}

fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).ok().map(|()| bytes)
}

/// A running digest.
#[derive(Clone)]
pub struct Hasher(Context);

impl Hasher {
    /// A SHA-256 hasher.
    #[must_use]
    pub fn sha256() -> Self {
        Self(Context::new(&SHA256))
    }

    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The value over everything taken in.
    #[must_use]
    pub fn finish(self) -> Digest {
        let value = self.0.finish();
        let mut long = [0; 64];
        let mut short = [0; 32];
        if value.as_ref().len() == short.len() {
            short.copy_from_slice(value.as_ref());
            Digest::Sha256(short)
        } else {
            long.copy_from_slice(value.as_ref());
            Digest::Sha512(long)
        }
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher")
    }
}

/// The bytes are not the ones that were announced.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DigestError {
    /// More or fewer bytes than announced.
    #[error("{actual} bytes where {expected} were announced")]
    Size {
        /// What was announced.
        expected: u64,
        /// What came. When more came than announced, counting stopped right behind the limit.
        actual: u64,
    },
    /// The right number of bytes, but others.
    #[error("the {algorithm} digest is {actual} where {expected} was announced")]
    Value {
        /// `SHA256` or `SHA512`.
        algorithm: &'static str,
        /// What was announced, in hexadecimal digits.
        expected: String,
        /// What the bytes give, in hexadecimal digits.
        actual: String,
    },
}

/// Checks bytes in memory against the announced size and digest.
///
/// # Errors
/// [`DigestError`] says which of both differs.
pub fn verify_digest(bytes: &[u8], size: u64, expected: &Digest) -> Result<(), DigestError> {
    let actual_size = bytes.len() as u64;
    if actual_size != size {
        return Err(DigestError::Size { expected: size, actual: actual_size });
    }
    let mut hasher = expected.hasher();
    hasher.update(bytes);
    check(expected, hasher.finish())
}

fn check(expected: &Digest, actual: Digest) -> Result<(), DigestError> {
    if actual == *expected {
        return Ok(());
    }
    let (expected, algorithm) = (expected.to_hex(), expected.algorithm());
    Err(DigestError::Value { algorithm, expected, actual: actual.to_hex() })
}

/// Passes bytes through from a reader and computes their digest on the way.
///
/// What is read must not be believed before [`HashingReader::verify`] has agreed.
#[derive(Debug)]
pub struct HashingReader<R> {
    reader: R,
    hasher: Hasher,
    count: u64,
    size: u64,
    expected: Digest,
}

impl<R: Read> HashingReader<R> {
    /// Reads what is announced to be `size` bytes with the digest `expected`.
    /// Reading fails as soon as there are more bytes than announced.
    #[must_use]
    pub fn new(reader: R, size: u64, expected: Digest) -> Self {
        Self { reader, hasher: expected.hasher(), count: 0, size, expected }
    }

    /// Reads what is left, so that bytes behind the end of an archive count too, then compares.
    ///
    /// # Errors
    /// A failed read as it is; otherwise an [`io::Error`] around a [`DigestError`].
    pub fn verify(mut self) -> io::Result<R> {
        io::copy(&mut self, &mut io::sink())?;
        if self.count != self.size {
            return Err(invalid(DigestError::Size { expected: self.size, actual: self.count }));
        }
        check(&self.expected, self.hasher.finish()).map_err(invalid)?;
        Ok(self.reader)
    }
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buffer)?;
        self.hasher.update(buffer.get(..n).unwrap_or_default());
        self.count += n as u64;
        if self.count > self.size {
            return Err(invalid(DigestError::Size { expected: self.size, actual: self.count }));
        }
        Ok(n)
    }
}

fn invalid(error: DigestError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn values_read_and_print() {
        let digest = Digest::sha256_from_hex(&ABC.to_uppercase()).unwrap();
        assert_eq!(digest, Digest::sha256_of(b"abc"));
        assert_eq!(digest.to_string(), ABC);
        assert_eq!(Digest::sha256_from_hex("ba78"), None);
        assert_eq!(Digest::sha256_from_hex(&"g".repeat(64)), None);
        assert_eq!(Digest::sha512_from_hex(&"0a".repeat(64)).unwrap().algorithm(), "SHA512");
    }

    #[test]
    fn size_and_value_are_checked() {
        let digest = Digest::sha256_of(b"abc");
        assert_eq!(verify_digest(b"abc", 3, &digest), Ok(()));
        insta::assert_snapshot!(verify_digest(b"abcd", 3, &digest).unwrap_err(), @"4 bytes where 3 were announced");
        assert!(matches!(verify_digest(b"abd", 3, &digest), Err(DigestError::Value { .. })));
        let mut long = Digest::sha512_from_hex(&"00".repeat(64)).unwrap().hasher();
        long.update(b"abc");
        assert_eq!(verify_digest(b"abc", 3, &long.finish()), Ok(()));
    }

    #[test]
    fn streams_are_checked_to_their_last_byte() {
        let digest = Digest::sha256_of(b"abc");
        let run = |bytes: &'static [u8], size| {
            let mut reader = HashingReader::new(bytes, size, digest);
            let mut first = [0];
            reader.read_exact(&mut first).and_then(|()| reader.verify().map(|_| ()))
        };
        assert!(run(b"abc", 3).is_ok());
        for (bytes, size) in [(&b"abcd"[..], 3), (b"ab", 3), (b"abd", 3), (b"abc", 4)] {
            let error = run(bytes, size).unwrap_err();
            assert!(error.get_ref().is_some_and(|e| e.is::<DigestError>()), "{error}");
        }
    }
}
