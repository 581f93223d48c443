//! What bytes turn out to be.

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};

use crate::error::ContentError;
use crate::store::Expected;

/// Digests under way.
pub(crate) struct Hashes {
    sha1: Context,
    sha256: Context,
    size: u64,
}

/// What a file turned out to be.
pub(crate) struct Digests {
    pub(crate) size: u64,
    pub(crate) sha1: [u8; 20],
    pub(crate) sha256: [u8; 32],
}

impl Hashes {
    pub(crate) fn new() -> Self {
        Self { sha1: Context::new(&SHA1_FOR_LEGACY_USE_ONLY), sha256: Context::new(&SHA256), size: 0 }
    }

    pub(crate) fn update(&mut self, piece: &[u8]) {
        self.sha1.update(piece);
        self.sha256.update(piece);
        self.size = self.size.saturating_add(piece.len() as u64);
    }

    /// Bytes so far.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn finish(self) -> Digests {
        let mut digests = Digests { size: self.size, sha1: [0; 20], sha256: [0; 32] };
        digests.sha1.copy_from_slice(self.sha1.finish().as_ref());
        digests.sha256.copy_from_slice(self.sha256.finish().as_ref());
        digests
    }
}

impl Digests {
    /// Refuses what is not what was expected.
    pub(crate) fn verify(&self, expected: &Expected) -> Result<(), ContentError> {
        if let Some(size) = expected.size.filter(|size| *size != self.size) {
            return Err(ContentError::Size { expected: size, found: self.size });
        }
        verify("SHA-1", expected.sha1.as_ref().map(<[u8; 20]>::as_slice), &self.sha1)?;
        verify("SHA-256", expected.sha256.as_ref().map(<[u8; 32]>::as_slice), &self.sha256)
    }
}

fn verify(algorithm: &'static str, expected: Option<&[u8]>, found: &[u8]) -> Result<(), ContentError> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match expected {
        Some(expected) if expected != found => {
            Err(ContentError::Digest { algorithm, expected: hex(expected), found: hex(found) })
        }
        _ => Ok(()),
    }
}
