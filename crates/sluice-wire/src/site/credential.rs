//! Who a site is, on every request to the site above.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use uuid::Uuid;

/// A site's identity and the secret it was given when it joined, as the `Authorization: Bearer` header carries them.
#[derive(Clone, PartialEq, Eq)]
pub struct SiteCredential {
    /// The site.
    pub site: Uuid,
    /// 32 random bytes.
    pub secret: [u8; 32],
}

impl SiteCredential {
    /// The text after `Bearer `.
    #[must_use]
    pub fn encode(&self) -> String {
        format!("{}.{}", self.site, BASE64_URL_SAFE_NO_PAD.encode(self.secret))
    }

    /// Reads the text after `Bearer `; `None` when it is not a credential.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        let (site, secret) = text.split_once('.')?;
        let secret = BASE64_URL_SAFE_NO_PAD.decode(secret).ok()?.try_into().ok()?;
        Some(Self { site: Uuid::try_parse(site).ok()?, secret })
    }

    /// What the site above keeps: SHA-256 of the secret. The secret is random, so no slow hash is needed.
    #[must_use]
    pub fn secret_hash(&self) -> [u8; 32] {
        crate::inventory::sha256(&self.secret)
    }
}

impl std::fmt::Debug for SiteCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SiteCredential({}, secret hidden)", self.site)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_way_and_never_shown() {
        let credential = SiteCredential { site: Uuid::from_u128(7), secret: [9; 32] };
        assert_eq!(SiteCredential::decode(&credential.encode()), Some(credential.clone()));
        assert_eq!(SiteCredential::decode("x.y"), None);
        assert!(!format!("{credential:?}").contains("CQkJ"));
    }
}
