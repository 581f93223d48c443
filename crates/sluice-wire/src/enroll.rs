//! How a device becomes known to a site.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What an administrator copies to a device: a short-lived secret and the fingerprint of the
/// site's certificate authority, so that the first connection is already authenticated both ways.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrollmentToken {
    /// Which token it is.
    pub id: Uuid,
    /// 32 random bytes.
    pub secret: [u8; 32],
    /// SHA-256 of the certificate (DER) of the authority that the server's certificate must chain
    /// to.
    pub authority_sha256: [u8; 32],
}

/// The text is not an enrolment token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is not an enrolment token; copy the whole text that `sluice token enroll` printed (it begins with `sl1.`)"
)]
pub struct TokenError;

const PREFIX: &str = "sl1.";

impl EnrollmentToken {
    /// The text to copy.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut bytes = Vec::with_capacity(80);
        bytes.extend_from_slice(self.id.as_bytes());
        bytes.extend_from_slice(&self.secret);
        bytes.extend_from_slice(&self.authority_sha256);
        format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads the text.
    ///
    /// # Errors
    /// When it is not a token.
    pub fn decode(text: &str) -> Result<Self, TokenError> {
        let bytes = text.trim().strip_prefix(PREFIX).and_then(|rest| BASE64_URL_SAFE_NO_PAD.decode(rest).ok());
        let bytes: [u8; 80] = bytes.and_then(|b| b.try_into().ok()).ok_or(TokenError)?;
        let (id, rest) = bytes.split_at(16);
        let (secret, authority) = rest.split_at(32);
        Ok(Self {
            id: Uuid::from_slice(id).map_err(|_| TokenError)?,
            secret: secret.try_into().map_err(|_| TokenError)?,
            authority_sha256: authority.try_into().map_err(|_| TokenError)?,
        })
    }
}

impl std::fmt::Debug for EnrollmentToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EnrollmentToken({}, secret hidden)", self.id)
    }
}

/// `POST enroll`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EnrollRequest {
    /// [`EnrollmentToken::encode`].
    pub token: String,
    /// The device's name for people.
    pub hostname: String,
    /// The agent's version.
    pub agent_version: String,
}

/// The answer: who the device is from now on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EnrollResponse {
    /// The device.
    pub device_id: Uuid,
    /// [`crate::DeviceCredential::encode`]; given once, kept by the agent with mode 0600.
    pub credential: String,
    /// Ed25519 public key, base64, that signs the device's policy.
    pub policy_key: String,
    /// The site's name for people.
    pub site: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_two_way() {
        let token = EnrollmentToken { id: Uuid::from_u128(5), secret: [1; 32], authority_sha256: [2; 32] };
        assert_eq!(EnrollmentToken::decode(&format!(" {}\n", token.encode())), Ok(token.clone()));
        assert_eq!(EnrollmentToken::decode(&token.encode()[..60]), Err(TokenError));
        assert_eq!(EnrollmentToken::decode("sl1.%%%"), Err(TokenError));
    }
}
