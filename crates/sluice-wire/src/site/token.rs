//! What an administrator carries from one site to the one that is to join below it.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use uuid::Uuid;

/// A short-lived secret for one site, the fingerprint of the authority that vouches for the site above, and where that
/// is: the first connection is already authenticated both ways.
#[derive(Clone, PartialEq, Eq)]
pub struct SiteToken {
    /// Which token it is.
    pub id: Uuid,
    /// 32 random bytes.
    pub secret: [u8; 32],
    /// SHA-256 of the certificate (DER) of the authority that the server's certificate must chain to.
    pub authority_sha256: [u8; 32],
    /// Where the site serves: `https://updates.example.org:8531`.
    pub url: String,
}

/// The text is not a site token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a site token; copy the whole text that `sluice site token` printed (it begins with `ss1.`)")]
pub struct SiteTokenError;

const PREFIX: &str = "ss1.";
/// Bytes before the address.
const FIXED: usize = 16 + 32 + 32;
/// Longest address, bytes.
const MAX_URL: usize = 512;

impl SiteToken {
    /// The text to copy.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut bytes = Vec::with_capacity(FIXED + self.url.len());
        bytes.extend_from_slice(self.id.as_bytes());
        bytes.extend_from_slice(&self.secret);
        bytes.extend_from_slice(&self.authority_sha256);
        bytes.extend_from_slice(self.url.as_bytes());
        format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads the text.
    ///
    /// # Errors
    /// When it is not a token.
    pub fn decode(text: &str) -> Result<Self, SiteTokenError> {
        let rest = text.trim().strip_prefix(PREFIX).filter(|rest| rest.len() < (FIXED + MAX_URL) * 2);
        let bytes = rest.and_then(|rest| BASE64_URL_SAFE_NO_PAD.decode(rest).ok()).ok_or(SiteTokenError)?;
        let (id, rest) = bytes.split_at_checked(16).ok_or(SiteTokenError)?;
        let (secret, rest) = rest.split_at_checked(32).ok_or(SiteTokenError)?;
        let (authority, url) = rest.split_at_checked(32).ok_or(SiteTokenError)?;
        let url = std::str::from_utf8(url).ok().filter(|url| url.len() <= MAX_URL && url.starts_with("https://"));
        Ok(Self {
            id: Uuid::from_slice(id).map_err(|_| SiteTokenError)?,
            secret: secret.try_into().map_err(|_| SiteTokenError)?,
            authority_sha256: authority.try_into().map_err(|_| SiteTokenError)?,
            url: url.ok_or(SiteTokenError)?.to_owned(),
        })
    }

    /// What the site keeps of it: SHA-256 over identity and secret.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        crate::inventory::sha256(&[&self.id.as_bytes()[..], &self.secret].concat())
    }
}

impl std::fmt::Debug for SiteToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SiteToken({} of {}, secret hidden)", self.id, self.url)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token() -> SiteToken {
        SiteToken {
            id: Uuid::from_u128(5),
            secret: [1; 32],
            authority_sha256: [2; 32],
            url: "https://top.example.org:8531".into(),
        }
    }

    #[test]
    fn tokens_are_two_way() {
        assert_eq!(SiteToken::decode(&format!(" {}\n", token().encode())), Ok(token()));
        let plain = SiteToken { url: "http://top.example.org".into(), ..token() };
        assert_eq!(SiteToken::decode(&plain.encode()), Err(SiteTokenError));
        let long = SiteToken { url: format!("https://{}", "x".repeat(MAX_URL)), ..token() };
        assert_eq!(SiteToken::decode(&long.encode()), Err(SiteTokenError));
        assert!(!format!("{:?}", token()).contains("AQEB"));
    }

    proptest! {
        #[test]
        fn no_text_is_taken_badly(text in "(ss1\\.)?[A-Za-z0-9_-]{0,200}") {
            if let Ok(token) = SiteToken::decode(&text) {
                prop_assert_eq!(SiteToken::decode(&token.encode()), Ok(token));
            }
        }
    }
}
