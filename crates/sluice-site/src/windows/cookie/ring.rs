//! The keys of cookies: kept in the store, so that a restart of the site costs clients nothing.

use aws_lc_rs::aead::{AES_256_GCM_SIV, LessSafeKey, UnboundKey};
use jiff::{SignedDuration, Timestamp};
use sluice_store::{Store, meta};

use crate::error::{SiteError, SiteResult};
use crate::host::Host;

/// Where they are kept.
const META: &str = "windows-cookie-keys";

/// Age at which a key gets a successor. A cookie of a key that is gone costs its client a refresh of
/// its whole cache, thousands of updates, so this is longer than holidays. Nothing asks for less:
/// the AEAD tolerates even repeated nonces (RFC 8452), and a cookie proves no more than that this
/// site gave it to whoever claimed a client id.
const CHANGE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Keys kept: the one in use and the one before.
const KEPT: usize = 2;

/// Bytes of a stored key: number, time, secret.
const STORED: usize = 1 + 8 + 32;

/// A key of cookies.
pub(super) struct Key {
    /// The first byte of its cookies.
    pub(super) number: u8,
    made_at: Timestamp,
    secret: [u8; 32],
    pub(super) aead: LessSafeKey,
}

/// The keys, newest first; at least one.
pub(super) struct Ring(Vec<Key>);

impl Key {
    fn new(number: u8, made_at: Timestamp, secret: [u8; 32]) -> SiteResult<Self> {
        let key = UnboundKey::new(&AES_256_GCM_SIV, &secret)
            .map_err(|e| SiteError::internal("making a key of cookies", e.to_string()))?;
        Ok(Self { number, made_at, secret, aead: LessSafeKey::new(key) })
    }
}

impl Ring {
    /// The site's keys; made at its first start.
    pub(super) async fn load(store: &Store, host: &Host) -> SiteResult<Self> {
        let fresh = Self(vec![Key::new(0, host.now(), host.secret())?]).to_bytes();
        let stored = store.write(move |tx| Box::pin(async move { meta::set_if_none(tx, META, &fresh).await })).await?;
        let (keys, rest) = stored.as_chunks::<STORED>();
        let keys = keys.iter().map(stored_key).collect::<SiteResult<Vec<_>>>()?;
        if keys.is_empty() || !rest.is_empty() {
            return Err(SiteError::internal("reading the keys of cookies", "they are damaged"));
        }
        Ok(Self(keys))
    }

    /// The key for new cookies.
    pub(super) fn newest(&self) -> &Key {
        // Every way to make a ring puts one in.
        &self.0[0]
    }

    pub(super) fn get(&self, number: u8) -> Option<&Key> {
        self.0.iter().find(|key| key.number == number)
    }

    /// The ring after this one, when its time has come. A clock that was put back changes nothing.
    pub(super) fn next(&self, host: &Host) -> SiteResult<Option<Self>> {
        let (now, newest) = (host.now(), self.newest());
        if now.duration_since(newest.made_at) < CHANGE {
            return Ok(None);
        }
        let mut keys = vec![Key::new(newest.number.wrapping_add(1), now, host.secret())?];
        for key in self.0.iter().take(KEPT - 1) {
            keys.push(Key::new(key.number, key.made_at, key.secret)?);
        }
        Ok(Some(Self(keys)))
    }

    pub(super) async fn store(&self, store: &Store) -> SiteResult<()> {
        let bytes = self.to_bytes();
        Ok(store.write(move |tx| Box::pin(async move { meta::set(tx, META, &bytes).await })).await?)
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * STORED);
        for key in &self.0 {
            bytes.push(key.number);
            bytes.extend_from_slice(&key.made_at.as_microsecond().to_be_bytes());
            bytes.extend_from_slice(&key.secret);
        }
        bytes
    }
}

fn stored_key(bytes: &[u8; STORED]) -> SiteResult<Key> {
    let [number, rest @ ..] = bytes;
    let damaged = || SiteError::internal("reading the keys of cookies", "they are damaged");
    let (time, secret) = rest.split_first_chunk().ok_or_else(damaged)?;
    let made_at = Timestamp::from_microsecond(i64::from_be_bytes(*time)).map_err(|_| damaged())?;
    Key::new(*number, made_at, <[u8; 32]>::try_from(secret).map_err(|_| damaged())?)
}
