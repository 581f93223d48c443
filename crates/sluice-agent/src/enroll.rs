//! How the device becomes known to a site: with a token that says which site is the right one.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::Url;
use sluice_wire::{EnrollRequest, EnrollResponse, EnrollmentToken, TokenError};
use uuid::Uuid;

use crate::config::AgentConfig;
use crate::host::Host;
use crate::site::{ContactError, PinnedAuthority, SiteClient, TrustError};
use crate::state::identity::Identity;
use crate::state::progress::Progress;
use crate::state::{StateDirectory, StateError, policy, reports};

/// What is needed to enroll.
#[derive(Clone, Debug)]
pub struct Enrollment {
    /// The site's client listener, as `https://name:8531`.
    pub server: String,
    /// The text of the token.
    pub token: String,
    /// The device's name at the site; its own when not given.
    pub name: Option<String>,
    /// Replace an identity the device has already.
    pub replace: bool,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolled {
    /// The device.
    pub device: Uuid,
    /// The site's name.
    pub site: String,
    /// Its address.
    pub server: String,
}

/// Why the device could not be enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrollError {
    /// The token is not one.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The address is not one.
    #[error("{server:?} is not the address of a site; it looks like https://sluice.example.org:8531")]
    Server {
        /// What was given.
        server: String,
    },
    /// There is an identity already.
    #[error("this device is enrolled at {site} ({server}) already; say `--replace` to enroll it anew")]
    AlreadyEnrolled {
        /// Where.
        site: String,
        /// Its address.
        server: String,
    },
    /// The site said no or could not be reached.
    #[error(transparent)]
    Contact(#[from] ContactError),
    /// The site's answer makes no sense.
    #[error("{server} gave a credential or key that cannot be used")]
    Answer {
        /// Which site.
        server: String,
    },
    /// TLS cannot be set up.
    #[error("cannot prepare the connection")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The identity cannot be kept.
    #[error(transparent)]
    State(#[from] StateError),
}

impl From<TrustError> for EnrollError {
    fn from(error: TrustError) -> Self {
        Self::Tls(Box::new(error))
    }
}

pub(crate) async fn enroll(
    config: &AgentConfig,
    host: &Host,
    state: &StateDirectory,
    enrollment: &Enrollment,
) -> Result<Enrolled, EnrollError> {
    let token = EnrollmentToken::decode(&enrollment.token)?;
    let server = address(&enrollment.server)?;
    state.prepare()?;
    if let Some(old) = Identity::load(state)?.filter(|_| !enrollment.replace) {
        return Err(EnrollError::AlreadyEnrolled { site: old.site, server: old.server });
    }
    let authority = Arc::new(PinnedAuthority::new(token.authority_sha256));
    let client = SiteClient::new(&server, Arc::clone(&authority) as _, Arc::clone(&host.clock), None, &config.version)?;
    let request = EnrollRequest {
        token: token.encode(),
        hostname: enrollment.name.clone().unwrap_or_else(crate::inventory::hostname),
        agent_version: config.version.clone(),
    };
    let answer: EnrollResponse = client.post("enroll", &request).await?;
    let wrong = || EnrollError::Answer { server: server.clone() };
    let authority = pem(authority.found().ok_or_else(wrong)?);
    let identity = Identity::new(enrollment.name.clone(), server.clone(), authority, answer).ok_or_else(wrong)?;
    // What belongs to another site or identity goes first: a crash in between leaves a device that
    // is merely not enrolled completely, never one that obeys an old policy under a new identity.
    policy::forget(state)?;
    Progress::forget(state)?;
    reports::forget(state)?;
    state.remove(crate::state::INVENTORY)?;
    identity.save(state)?;
    Ok(Enrolled { device: identity.device, site: identity.site, server })
}

/// The address in its one spelling.
fn address(text: &str) -> Result<String, EnrollError> {
    let wrong = || EnrollError::Server { server: text.to_owned() };
    let url = Url::parse(text.trim()).map_err(|_| wrong())?;
    let plain = url.scheme() == "https"
        && url.host().is_some()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if plain { Ok(url.as_str().trim_end_matches('/').to_owned()) } else { Err(wrong()) }
}

/// A certificate in the text form of RFC 7468.
fn pem(certificate: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(certificate);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in text.as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_https_addresses() {
        assert_eq!(address(" https://Site.example:8531/ ").unwrap(), "https://site.example:8531");
        assert_eq!(address("https://[::1]:8531").unwrap(), "https://[::1]:8531");
        for bad in ["http://site:8530", "site:8531", "https://site/x", "https://a:b@site", "https://site/?x", ""] {
            assert!(matches!(address(bad), Err(EnrollError::Server { .. })), "{bad}");
        }
    }
}
