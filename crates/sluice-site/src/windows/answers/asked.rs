//! What an answer depends on.

use sluice_model::CollectionId;

use super::super::cookie::ClientCookie;
use super::super::memory::Recipient;
use super::super::round::Told;

/// Parts of a request.
const PARTS: usize = 5;

/// A request in the form in which it came, without what differs between clients that ask for the same: their cookies
/// and what they say about themselves.
#[derive(Clone, Copy, Debug)]
pub struct AskedBytes<'a> {
    /// The parts around what was taken out.
    pub parts: [&'a [u8]; PARTS],
    /// By which name and in which way the client reaches the site, for addresses in the answer.
    pub root: &'a [u8],
}

/// Everything else.
pub(crate) struct Circumstances(Vec<u8>);

impl Circumstances {
    /// Of a client that is in these deployed-to collections, was told so much, and speaks the protocol of its cookie.
    pub(in crate::windows) fn new(
        asked: &AskedBytes<'_>,
        collections: &[CollectionId],
        told: Told,
        cookie: &ClientCookie,
        recipient: Recipient,
    ) -> Self {
        let mut bytes = Vec::with_capacity(128 + collections.len() * 16 + asked.root.len());
        // Fixed sizes and counts first, so that every byte has one meaning.
        for part in asked.parts {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        }
        bytes.extend_from_slice(&told.software.to_be_bytes());
        bytes.extend_from_slice(&told.drivers.to_be_bytes());
        bytes.extend_from_slice(&cookie.protocol.major.to_be_bytes());
        bytes.extend_from_slice(&cookie.protocol.minor.to_be_bytes());
        bytes.push(u8::from(recipient.unpacks));
        bytes.extend_from_slice(&(collections.len() as u64).to_be_bytes());
        collections.iter().for_each(|id| bytes.extend_from_slice(id.0.as_bytes()));
        bytes.extend_from_slice(asked.root);
        Self(bytes)
    }

    /// The pieces of the key.
    pub(crate) fn pieces<'a>(&'a self, asked: &AskedBytes<'a>) -> [&'a [u8]; PARTS + 1] {
        let [a, b, c, d, e] = asked.parts;
        [&self.0, a, b, c, d, e]
    }
}
