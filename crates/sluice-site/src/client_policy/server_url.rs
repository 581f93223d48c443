//! The address of a server, as `WUServer` wants it: scheme, host and port, nothing more.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Longest address, characters: a host name has 253 at most.
const MAX_CHARS: usize = 255 + 20;

/// `https://updates.example.org:8531`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ServerUrl(String);

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ServerUrlError {
    /// Another scheme or none.
    #[error("it does not begin with https:// or http://")]
    Scheme,
    /// User name, path, query or fragment.
    #[error("it has more than a host and a port")]
    More,
    /// No host, or letters a host name cannot have.
    #[error("its host is neither a host name (ASCII) nor an IP address")]
    Host,
    /// No number between 1 and 65535.
    #[error("its port is not a number between 1 and 65535")]
    Port,
    /// Too many characters.
    #[error("it is too long")]
    Long,
}

impl ServerUrl {
    /// Reads an address. A slash at its end is left out.
    pub fn parse(text: &str) -> Result<Self, ServerUrlError> {
        let text = text.trim();
        if text.len() > MAX_CHARS {
            return Err(ServerUrlError::Long);
        }
        let lower = text.to_ascii_lowercase();
        let (scheme, rest) = match (lower.strip_prefix("https://"), lower.strip_prefix("http://")) {
            (Some(rest), _) => ("https", rest),
            (None, Some(rest)) => ("http", rest),
            (None, None) => return Err(ServerUrlError::Scheme),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '\\', '@', '?', '#']) {
            return Err(ServerUrlError::More);
        }
        let (host, port) = match rest.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']').ok_or(ServerUrlError::Host)?;
                host.parse::<Ipv6Addr>().map_err(|_| ServerUrlError::Host)?;
                let port =
                    if port.is_empty() { None } else { Some(port.strip_prefix(':').ok_or(ServerUrlError::Port)?) };
                (format!("[{host}]"), port)
            }
            None => {
                let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
                if !is_host(host) {
                    return Err(ServerUrlError::Host);
                }
                (host.to_owned(), port)
            }
        };
        let Some(port) = port else { return Ok(Self(format!("{scheme}://{host}"))) };
        // Digits only: `parse` would take a sign.
        let number = port.bytes().all(|byte| byte.is_ascii_digit()).then(|| port.parse::<u16>().ok()).flatten();
        match number {
            Some(port) if port > 0 => Ok(Self(format!("{scheme}://{host}:{port}"))),
            _ => Err(ServerUrlError::Port),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether what goes there can be read and changed on its way.
    pub fn is_plain(&self) -> bool {
        self.0.starts_with("http:")
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A host name or an IPv4 address. Underscores are no letters of host names, but of many a Windows computer.
fn is_host(host: &str) -> bool {
    if host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return host.parse::<Ipv4Addr>().is_ok();
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scheme_host_and_port() {
        for (text, url) in [
            ("https://updates.example.org:8531", "https://updates.example.org:8531"),
            (" HTTPS://Updates.Example.org:8531/ ", "https://updates.example.org:8531"),
            ("http://10.0.0.7:8530", "http://10.0.0.7:8530"),
            ("https://[fd00::7]:8531", "https://[fd00::7]:8531"),
            ("https://my_server", "https://my_server"),
        ] {
            assert_eq!(ServerUrl::parse(text).map(|url| url.to_string()).as_deref(), Ok(url), "{text}");
        }
        use ServerUrlError::*;
        for (text, error) in [
            ("", Scheme),
            ("updates.example.org:8531", Scheme),
            ("ftp://a", Scheme),
            ("https://", Host),
            ("https://a/ClientWebService", More),
            ("https://a//", More),
            ("https://user@a", More),
            ("https://a?b", More),
            ("https://a b", Host),
            ("https://a\"b", Host),
            ("https://münchen", Host),
            ("https://-a", Host),
            ("https://a..b", Host),
            ("https://999.1.1.1", Host),
            ("https://[fd00::zz]", Host),
            ("https://[fd00::1]8531", Port),
            ("https://a:", Port),
            ("https://a:+80", Port),
            ("https://a:0", Port),
            ("https://a:70000", Port),
        ] {
            assert_eq!(ServerUrl::parse(text), Err(error), "{text}");
        }
        assert_eq!(ServerUrl::parse(&format!("https://{}", "a.".repeat(200))), Err(Long));
    }
}
