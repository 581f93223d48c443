//! How a site proves to the site above that it is the one that joined there.
//!
//! The protocol between servers has no secret: a server is who it says it is. But with its identity it names keys of
//! programs, and a server that does not know one passes over it. So a site shows its credential as such keys. It shows
//! it only to the site above, whose certificate it knows.

use sluice_wire::site::SiteCredential;
use uuid::{Uuid, uuid};

/// The key after which a credential follows: the site, and the two halves of its secret.
const PROOF: Uuid = uuid!("8f2b6a1d-1c53-4d0e-9f6b-52c0a7d9e310");

/// The keys that show a credential.
pub(crate) fn keys(credential: &SiteCredential) -> [Uuid; 4] {
    let half = |from: usize| {
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(credential.secret.iter().skip(from)).for_each(|(to, byte)| *to = *byte);
        Uuid::from_bytes(bytes)
    };
    [PROOF, credential.site, half(0), half(16)]
}

/// The credential among the keys of a server.
pub(super) fn credential(keys: &[Uuid]) -> Option<SiteCredential> {
    let at = keys.iter().position(|key| *key == PROOF)?;
    let [site, first, second] = *keys.get(at + 1..)?.first_chunk()?;
    let mut secret = [0; 32];
    secret.iter_mut().zip(first.as_bytes().iter().chain(second.as_bytes())).for_each(|(to, byte)| *to = *byte);
    Some(SiteCredential { site, secret })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_comes_back_from_its_keys() {
        let shown = SiteCredential { site: Uuid::from_u128(7), secret: std::array::from_fn(|at| at as u8) };
        let mut all = vec![Uuid::from_u128(1)];
        all.extend(keys(&shown));
        assert_eq!(credential(&all), Some(shown));
        assert_eq!((credential(&all[..4]), credential(&all[2..]), credential(&[])), (None, None, None));
    }
}
