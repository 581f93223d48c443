//! A server that speaks Microsoft's server-to-server protocol, as an administrator defines it.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::check::{authority, proxy_problem};
use crate::error::{SiteError, SiteResult};

/// Microsoft's public service (protocols.md §6.3).
pub const MICROSOFT_UPDATE: &str = "https://sws.update.microsoft.com";

/// Longest address.
const MAX_URL: usize = 512;
/// Longest list of certificates, bytes of PEM.
const MAX_AUTHORITIES: usize = 256 << 10;
/// Most pinned certificates: the present one and its successors.
const MAX_PINNED: usize = 8;
/// Longest account name: a domain name (RFC 1035 §2.3.4).
const MAX_ACCOUNT: usize = 255;
/// Most languages.
const MAX_LANGUAGES: usize = 64;
/// Most requests at once. A server that allows 100 updates a request has enough to do with these.
const MAX_PARALLEL: u8 = 8;

/// A server to synchronize with: Microsoft Update, a WSUS or another Sluice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamSource {
    /// Root of the server: `http://wsus.example.org:8530`.
    pub url: String,
    /// HTTP proxy, with name and password if it wants them: `http://name:password@proxy:3128`.
    pub proxy: Option<String>,
    /// Certificate authorities that are believed beside those of the machine, PEM.
    pub authorities: Option<String>,
    /// When not empty: only a server that shows one of these certificates is believed, its own or an authority's,
    /// by SHA-256 (64 hexadecimal digits).
    pub pinned: Vec<String>,
    /// Take over groups, deployments, declines and accepted licences of the upstream as well.
    pub replica: bool,
    /// How this site calls itself there; the name devices reach it by when absent.
    pub account_name: Option<String>,
    /// Languages of titles, descriptions and language-specific updates that are asked for; all when empty.
    pub languages: Vec<String>,
    /// Requests at once, 1 to 8.
    pub parallel: u8,
}

impl Default for UpstreamSource {
    fn default() -> Self {
        Self {
            url: String::new(),
            proxy: None,
            authorities: None,
            pinned: Vec::new(),
            replica: false,
            account_name: None,
            languages: vec!["en".to_owned()],
            parallel: 4,
        }
    }
}

impl UpstreamSource {
    /// Whether the server is Microsoft's own, which knows no servers below it.
    pub(crate) fn is_microsoft(&self) -> bool {
        let host = authority(&self.url).to_ascii_lowercase();
        host == "update.microsoft.com" || host.ends_with(".update.microsoft.com")
    }

    /// What deserves attention though it works.
    pub(super) fn warnings(&self) -> Vec<String> {
        if self.url.starts_with("https://") {
            return Vec::new();
        }
        vec!["The upstream is asked over plain HTTP: anybody on the way can change what it says.".to_owned()]
    }

    /// Refuses what could not work or must not be.
    pub(crate) fn check(&self) -> SiteResult<()> {
        let invalid = |field, message: String, fix| Err(SiteError::invalid(field, message, fix));
        let fix = "Give the server's root, for example http://wsus.example.org:8530.";
        let host = authority(&self.url);
        if !self.url.starts_with("http://") && !self.url.starts_with("https://") || host.is_empty() {
            return invalid("url", format!("{:?} is not an http or https address", shown(&self.url)), fix);
        }
        if host.contains('@') {
            return invalid("url", "the address holds a user name or password".into(), fix);
        }
        if self.url.len() > MAX_URL || self.url.contains(['?', '#']) || self.url.contains(char::is_whitespace) {
            return invalid("url", "the address is too long or is no server's root".into(), fix);
        }
        if self.url.to_ascii_lowercase().contains(".asmx") {
            return invalid("url", "the address is one of a service of the server".into(), fix);
        }
        if let Some(message) = self.proxy.as_deref().and_then(proxy_problem) {
            return invalid("proxy", message, "Give the proxy's address, for example http://name:password@proxy:3128.");
        }
        if let Some(pem) = &self.authorities {
            certificates(pem)?;
        }
        let is_digest = |text: &String| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if self.pinned.len() > MAX_PINNED || !self.pinned.iter().all(is_digest) {
            let fix =
                "Give SHA-256 as 64 hexadecimal digits: `openssl x509 -noout -fingerprint -sha256`, without colons.";
            return invalid("pinned", "a pinned certificate is not a SHA-256 digest".into(), fix);
        }
        let name_like = |c: char| c.is_alphanumeric() || "-._".contains(c);
        if let Some(name) = &self.account_name
            && (name.is_empty() || name.len() > MAX_ACCOUNT || !name.chars().all(name_like))
        {
            return invalid("account_name", "the account name is not a host name".into(), "Give a host name.");
        }
        let language_like = |text: &String| {
            (2..=35).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        if self.languages.len() > MAX_LANGUAGES || !self.languages.iter().all(language_like) {
            return invalid(
                "languages",
                "the languages are no language tags".into(),
                "Give tags such as en, de, pt-br.",
            );
        }
        if !(1..=MAX_PARALLEL).contains(&self.parallel) {
            let message = format!("{} requests at once are not possible", self.parallel);
            return invalid("parallel", message, "Give 1 to 8.");
        }
        Ok(())
    }
}

/// The certificates of a PEM text.
pub(crate) fn certificates(pem: &str) -> SiteResult<Vec<CertificateDer<'static>>> {
    let refused = |message: &str| {
        SiteError::invalid("authorities", message, "Give certificates as PEM: -----BEGIN CERTIFICATE----- and so on.")
    };
    if pem.len() > MAX_AUTHORITIES {
        return Err(refused("the certificate authorities are too long"));
    }
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let found = found.map_err(|_| refused("the certificate authorities cannot be read"))?;
    if found.is_empty() {
        return Err(refused("there is no certificate among the certificate authorities"));
    }
    let mut roots = rustls::RootCertStore::empty();
    for certificate in &found {
        roots
            .add(certificate.clone())
            .map_err(|_| refused("one of the certificates cannot be used as an authority"))?;
    }
    Ok(found)
}

fn shown(text: &str) -> String {
    text.chars().take(MAX_URL).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> UpstreamSource {
        UpstreamSource { url: "http://wsus.example.org:8530".into(), ..UpstreamSource::default() }
    }

    #[test]
    fn only_what_can_work() {
        assert!(source().check().is_ok());
        assert!(UpstreamSource { url: MICROSOFT_UPDATE.into(), ..source() }.check().is_ok());
        let refused = |change: &dyn Fn(&mut UpstreamSource)| {
            let mut s = source();
            change(&mut s);
            s.check().unwrap_err().field.unwrap()
        };
        assert_eq!(refused(&|s| s.url = "ftp://wsus".into()), "url");
        assert_eq!(refused(&|s| s.url = "http://".into()), "url");
        assert_eq!(refused(&|s| s.url = "http://ada:secret@wsus".into()), "url");
        assert_eq!(refused(&|s| s.url = "http://wsus/ServerSyncWebService/ServerSyncWebService.asmx".into()), "url");
        assert_eq!(refused(&|s| s.proxy = Some("socks://x".into())), "proxy");
        assert_eq!(refused(&|s| s.authorities = Some("no certificate".into())), "authorities");
        assert_eq!(refused(&|s| s.pinned = vec!["12".into()]), "pinned");
        assert_eq!(refused(&|s| s.account_name = Some("a b".into())), "account_name");
        assert_eq!(refused(&|s| s.languages = vec!["../x".into()]), "languages");
        assert_eq!(refused(&|s| s.parallel = 0), "parallel");
    }

    #[test]
    fn plain_http_is_warned_of() {
        assert_eq!(source().warnings().len(), 1);
        assert!(UpstreamSource { url: MICROSOFT_UPDATE.into(), ..source() }.warnings().is_empty());
    }
}
