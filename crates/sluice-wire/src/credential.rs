//! Who a device is, on every request.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use uuid::Uuid;

/// A device's identity and secret, as the `Authorization: Bearer` header carries it.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceCredential {
    /// The device.
    pub device: Uuid,
    /// Its secret, 32 random bytes given at enrolment.
    pub secret: [u8; 32],
}

impl DeviceCredential {
    /// The text after `Bearer `.
    #[must_use]
    pub fn encode(&self) -> String {
        format!("{}.{}", self.device, BASE64_URL_SAFE_NO_PAD.encode(self.secret))
    }

    /// Reads the text after `Bearer `; `None` when it is not a credential.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        let (device, secret) = text.split_once('.')?;
        let secret = BASE64_URL_SAFE_NO_PAD.decode(secret).ok()?.try_into().ok()?;
        Some(Self { device: Uuid::try_parse(device).ok()?, secret })
    }

    /// What the server keeps: SHA-256 of the secret. The secret is random, so no slow hash is
    /// needed.
    #[must_use]
    pub fn secret_hash(&self) -> [u8; 32] {
        crate::inventory::sha256(&self.secret)
    }
}

impl std::fmt::Debug for DeviceCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DeviceCredential({}, secret hidden)", self.device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_way_and_never_shown() {
        let credential = DeviceCredential { device: Uuid::from_u128(7), secret: [9; 32] };
        assert_eq!(DeviceCredential::decode(&credential.encode()), Some(credential.clone()));
        assert_eq!(DeviceCredential::decode("x.y"), None);
        assert!(!format!("{credential:?}").contains("CQkJ"));
    }
}
