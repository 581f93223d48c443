//! Why the site could not be talked to.

use std::error::Error;

use rustls::CertificateError;

/// Why the site could not be talked to.
#[derive(Debug, thiserror::Error)]
pub enum ContactError {
    /// It said no.
    #[error("{server} refused: {problem}")]
    Refused {
        /// Which site.
        server: String,
        /// What it said.
        problem: Box<sluice_wire::Problem>,
    },
    /// No connection, or it broke.
    #[error("cannot reach {server}: {why}")]
    Unreachable {
        /// Which site.
        server: String,
        /// The innermost cause.
        why: String,
    },
    /// A connection, but not to this device's site.
    #[error("{server} could not be authenticated: {why}")]
    Untrusted {
        /// Which site.
        server: String,
        /// What is wrong with its certificate.
        why: String,
    },
    /// Not an answer of a site.
    #[error("{server} does not answer like a Sluice site: {why}; is the address right?")]
    Protocol {
        /// Which site.
        server: String,
        /// What is wrong.
        why: String,
    },
}

impl ContactError {
    /// Whether the site does not know this device (any more).
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Refused { problem, .. } if problem.status == 401)
    }

    /// Sorts an error of the HTTP client.
    pub(crate) fn of(server: &str, error: &reqwest::Error) -> Self {
        let server = server.to_owned();
        if let Some(tls) = find_tls(error) {
            return Self::Untrusted { server, why: describe(tls) };
        }
        let why = if error.is_timeout() { "no answer in time".to_owned() } else { innermost(error) };
        if error.is_decode() || error.is_body() {
            return Self::Protocol { server, why };
        }
        Self::Unreachable { server, why }
    }
}

fn innermost(error: &dyn Error) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}

/// The TLS error within. An I/O error hides what it wraps from `source`.
fn find_tls<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut at: Option<&'a (dyn Error + 'static)> = Some(error);
    while let Some(error) = at {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(tls);
        }
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        at = wrapped.map(|e| e as &(dyn Error + 'static)).or_else(|| error.source());
    }
    None
}

fn describe(error: &rustls::Error) -> String {
    let rustls::Error::InvalidCertificate(certificate) = error else {
        return match error {
            rustls::Error::General(text) => text.clone(),
            other => format!("TLS failed ({other})"),
        };
    };
    match certificate {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired, or this device's clock is wrong".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet, or this device's clock is wrong".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("its certificate is for another name ({certificate}); use the name the site has in its certificate")
        }
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "its certificate is not from the authority this device was enrolled with".to_owned()
        }
        other => format!("its certificate is not good ({other})"),
    }
}
