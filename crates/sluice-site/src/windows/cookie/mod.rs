//! Cookies of Windows clients: a few numbers, sealed.
//!
//! A cookie is a number of a key, a nonce, and the [`layout`] sealed with AES-256-GCM-SIV (RFC 8452),
//! a modified byte of which opens nothing. No byte of it is looked at before it is authenticated, and
//! none is ever decoded into a type of the sender's choice, which is how WSUS was taken over
//! (CVE-2025-59287).

mod layout;
mod ring;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use arc_swap::ArcSwap;
use aws_lc_rs::aead::{Aad, NONCE_LEN, Nonce};
use jiff::Timestamp;
use sluice_store::Store;

use super::fault::{ClientFault, ClientResult};
use crate::error::SiteResult;
use crate::host::Host;
use layout::{AUTHORIZATION, CLIENT, Layout};
pub(crate) use layout::{Authorization, ClientCookie};
use ring::Ring;

/// Bytes that sealing adds: number of the key, nonce, tag (RFC 8452). So all cookies of a kind have
/// one size: 114 bytes, and 70 those of an authorization. WSUS's have 224 and 496.
const SEAL: usize = 1 + NONCE_LEN + 16;

/// Authenticated with the cookies, so that one kind never passes for the other.
const FOR_CLIENT: &[u8] = b"sluice windows client cookie";
const FOR_AUTHORIZATION: &[u8] = b"sluice windows authorization cookie";

/// Seals and opens cookies.
pub(crate) struct Cookies {
    ring: ArcSwap<Ring>,
    epoch: [u8; 16],
    host: Host,
}

impl Cookies {
    /// With the site's keys, for one life of its database.
    pub(crate) async fn load(store: &Store, host: &Host, epoch: [u8; 16]) -> SiteResult<Self> {
        let ring = Ring::load(store, host).await?;
        Ok(Self { ring: ArcSwap::from_pointee(ring), epoch, host: host.clone() })
    }

    /// Which life of the database new cookies are for.
    pub(crate) fn epoch(&self) -> [u8; 16] {
        self.epoch
    }

    /// A cookie as clients get it.
    pub(crate) fn seal(&self, cookie: &ClientCookie) -> ClientResult<Vec<u8>> {
        self.seal_bytes(cookie.to_bytes(), FOR_CLIENT)
    }

    /// An authorization cookie as clients get it.
    pub(crate) fn seal_authorization(&self, authorization: &Authorization) -> ClientResult<Vec<u8>> {
        self.seal_bytes(authorization.to_bytes(), FOR_AUTHORIZATION)
    }

    /// Opens a cookie that must be in force.
    pub(crate) fn open(&self, bytes: &[u8], now: Timestamp) -> ClientResult<ClientCookie> {
        let cookie = self.open_old(bytes)?;
        if cookie.expires <= now { Err(ClientFault::CookieExpired) } else { Ok(cookie) }
    }

    /// Opens a cookie for what it says was delivered; it may be past its time.
    pub(crate) fn open_old(&self, bytes: &[u8]) -> ClientResult<ClientCookie> {
        let plain: [u8; CLIENT] = self.open_bytes(bytes, FOR_CLIENT).ok_or(ClientFault::InvalidCookie)?;
        let cookie = ClientCookie::from_bytes(&plain).ok_or(ClientFault::InvalidCookie)?;
        if cookie.epoch == self.epoch { Ok(cookie) } else { Err(ClientFault::ServerChanged) }
    }

    /// Opens an authorization cookie that must be in force. Whatever is wrong with it, the client
    /// shall get another one.
    pub(crate) fn open_authorization(&self, bytes: &[u8], now: Timestamp) -> ClientResult<Authorization> {
        self.open_bytes(bytes, FOR_AUTHORIZATION)
            .and_then(|plain: [u8; AUTHORIZATION]| Authorization::from_bytes(&plain))
            .filter(|authorization| authorization.epoch == self.epoch && authorization.expires > now)
            .ok_or(ClientFault::InvalidAuthorizationCookie)
    }

    /// Makes the next key when its time has come.
    pub(crate) async fn rotate(&self, store: &Store) -> SiteResult<()> {
        if let Some(next) = self.ring.load().next(&self.host)? {
            next.store(store).await?;
            self.ring.store(Arc::new(next));
        }
        Ok(())
    }

    /// Seals bytes for another purpose than those of devices, which `kind` names.
    pub(crate) fn seal_for<const N: usize>(&self, plain: [u8; N], kind: &[u8]) -> ClientResult<Vec<u8>> {
        self.seal_bytes(plain, kind)
    }

    /// Opens what [`Self::seal_for`] sealed for a purpose.
    pub(crate) fn open_for<const N: usize>(&self, sealed: &[u8], kind: &[u8]) -> Option<[u8; N]> {
        self.open_bytes(sealed, kind)
    }

    fn seal_bytes<const N: usize>(&self, mut plain: [u8; N], kind: &[u8]) -> ClientResult<Vec<u8>> {
        let ring = self.ring.load();
        let key = ring.newest();
        let mut nonce = [0; NONCE_LEN];
        self.host.entropy.fill(&mut nonce);
        let tag = key.aead.seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(kind), &mut plain);
        let tag = tag.map_err(|_| ClientFault::Internal)?;
        let mut sealed = Vec::with_capacity(N + SEAL);
        sealed.push(key.number);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&plain);
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// The plain bytes, once they are known to be ours.
    fn open_bytes<const N: usize>(&self, sealed: &[u8], kind: &[u8]) -> Option<[u8; N]> {
        if sealed.len() != N + SEAL {
            return None;
        }
        let (number, rest) = sealed.split_first()?;
        let (nonce, rest) = rest.split_first_chunk()?;
        let (cipher, tag) = rest.split_first_chunk::<N>()?;
        let ring = self.ring.load();
        let key = ring.get(*number)?;
        let mut plain = [0; N];
        let nonce = Nonce::assume_unique_for_key(*nonce);
        key.aead.open_separate_gather(nonce, Aad::from(kind), cipher, tag, &mut plain).ok()?;
        Some(plain)
    }
}
