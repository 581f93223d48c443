//! Files of updates: names, sizes, digests, and contents where they are made.

use aws_lc_rs::digest;

use crate::random::Random;

/// A file of an update.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub name: String,
    pub size: u64,
    pub sha1: [u8; 20],
    pub sha256: [u8; 32],
    /// `PatchingType` or `PatchingTypePreferred` with value, as attributes stand in the document.
    pub patching: &'static str,
    /// What the content is made of.
    pub stream: Random,
}

impl File {
    /// A file of a name and the usual size; when contents are made, digests are theirs.
    pub(super) fn new(
        name: String,
        size: u64,
        patching: &'static str,
        mut stream: Random,
        content: Option<usize>,
    ) -> Self {
        let own = stream.clone();
        let Some(limit) = content else {
            let (mut sha1, mut sha256) = ([0; 20], [0; 32]);
            fill(&mut sha1, &mut stream);
            fill(&mut sha256, &mut stream);
            return Self { name, size, sha1, sha256, patching, stream: own };
        };
        let size = usize::try_from(size).map_or(limit, |size| 1 + size % limit.max(1));
        let mut file = Self { name, size: size as u64, sha1: [0; 20], sha256: [0; 32], patching, stream: own };
        let bytes = file.bytes();
        copy(&mut file.sha1, digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &bytes).as_ref());
        copy(&mut file.sha256, digest::digest(&digest::SHA256, &bytes).as_ref());
        file
    }

    /// What is in it. Only meaningful when contents are made.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(self.size).unwrap_or(0)];
        fill(&mut bytes, &mut self.stream.clone());
        bytes
    }
}

fn fill(bytes: &mut [u8], stream: &mut Random) {
    for part in bytes.chunks_mut(8) {
        copy(part, &stream.next().to_le_bytes());
    }
}

fn copy(to: &mut [u8], from: &[u8]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}
