//! Passwords: Argon2id (RFC 9106) with the crate's default cost, off the async threads.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;

use crate::error::{SiteError, SiteResult};
use crate::host::Host;

/// Shortest password, characters (NIST SP 800-63B-4 §3.1.1.2 with a margin for one factor only).
const MIN_CHARS: usize = 12;
/// Longest password, bytes: hashing cost must not depend on the caller.
const MAX_BYTES: usize = 1024;
/// Hashes computed at once: each takes 19 MiB.
const CONCURRENT: usize = 2;

static GATE: Semaphore = Semaphore::const_new(CONCURRENT);

/// The hash of a password nobody has, for accounts that do not exist.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    let hash: Result<PasswordHash, _> = Argon2::default().hash_password_with_salt(b"nobody", &[0x5a; 16]);
    hash.map(|h| h.to_string()).unwrap_or_default()
});

/// Refuses passwords that are too short or too long.
pub(crate) fn check(password: &str) -> SiteResult<()> {
    if password.chars().count() < MIN_CHARS {
        return Err(SiteError::invalid(
            "password",
            format!("the password has fewer than {MIN_CHARS} characters"),
            "Take a longer one; a few unrelated words are good.",
        ));
    }
    if password.len() > MAX_BYTES {
        return Err(SiteError::invalid("password", "the password is too long", "Take a shorter one."));
    }
    Ok(())
}

/// The PHC string to keep.
pub(crate) async fn hash(password: &str, host: &Host) -> SiteResult<String> {
    let mut salt = [0; 16];
    host.entropy.fill(&mut salt);
    let password = password.to_owned();
    blocking(move || {
        let hash: Result<PasswordHash, _> = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
        hash.map(|h| h.to_string()).map_err(|e| SiteError::internal("hashing a password", e.to_string()))
    })
    .await?
}

/// Whether a password fits; `None` takes as long and never fits.
pub(crate) async fn verify(password: &str, phc: Option<String>) -> SiteResult<bool> {
    if password.len() > MAX_BYTES {
        return Ok(false);
    }
    let password = password.to_owned();
    blocking(move || {
        let known = phc.is_some();
        let phc = phc.unwrap_or_else(|| NOBODY.clone());
        let hash = PasswordHash::new(&phc).map_err(|e| SiteError::internal("reading a password", e.to_string()))?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && known)
    })
    .await?
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> SiteResult<T> {
    let _turn = GATE.acquire().await.map_err(|e| SiteError::internal("checking a password", e))?;
    tokio::task::spawn_blocking(work).await.map_err(|e| SiteError::internal("checking a password", e))
}
