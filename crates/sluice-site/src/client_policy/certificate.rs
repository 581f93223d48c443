//! The authority's certificate in the forms of Windows.

use std::fmt::Write as _;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Properties of a serialized certificate (wincrypt.h).
const SHA1_HASH_PROPERTY: u32 = 3;
const CERTIFICATE_PROPERTY: u32 = 32;

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Certificate {
    der: Vec<u8>,
}

impl Certificate {
    /// A certificate in DER. It is not looked into: devices do.
    pub fn new(der: &[u8]) -> Self {
        Self { der: der.to_vec() }
    }

    pub fn der(&self) -> &[u8] {
        &self.der
    }

    pub fn base64(&self) -> String {
        STANDARD.encode(&self.der)
    }

    fn sha1(&self) -> digest::Digest {
        // Windows names certificates so; nothing is trusted because of it.
        digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.der)
    }

    /// The name of the certificate in Windows: SHA-1, hexadecimal, upper case.
    pub fn thumbprint(&self) -> String {
        self.sha1().as_ref().iter().fold(String::with_capacity(40), |mut text, byte| {
            let _infallible = write!(text, "{byte:02X}");
            text
        })
    }

    /// The value `Blob` of a certificate in the registry: properties, each with its number, the number 1, its length and
    /// its bytes; the certificate itself is the last.
    pub fn blob(&self) -> Vec<u8> {
        let mut blob = Vec::with_capacity(self.der.len() + 44);
        for (property, bytes) in [(SHA1_HASH_PROPERTY, self.sha1().as_ref()), (CERTIFICATE_PROPERTY, &self.der)] {
            blob.extend_from_slice(&property.to_le_bytes());
            blob.extend_from_slice(&1_u32.to_le_bytes());
            blob.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
            blob.extend_from_slice(bytes);
        }
        blob
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_windows() {
        let certificate = Certificate::new(b"abc");
        assert_eq!(certificate.thumbprint(), "A9993E364706816ABA3E25717850C26C9CD0D89D");
        let blob = certificate.blob();
        assert_eq!(blob.len(), 12 + 20 + 12 + 3);
        assert_eq!(blob[..12], [3, 0, 0, 0, 1, 0, 0, 0, 20, 0, 0, 0]);
        assert_eq!(blob[32..], *b"\x20\0\0\0\x01\0\0\0\x03\0\0\0abc");
    }
}
