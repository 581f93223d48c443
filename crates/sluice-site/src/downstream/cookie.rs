//! Cookies of servers: as those of Windows devices, numbers at fixed places, sealed with the same
//! keys for a purpose of their own.

use jiff::Timestamp;
use sluice_model::{ProtocolVersion, ServerId};
use uuid::Uuid;

use super::fault::{ServerFault, ServerResult};
use crate::windows::Cookies;

/// First byte; another layout gets another number.
const VERSION: u8 = 1;

/// Authenticated with the cookies, so that one kind never passes for another.
const FOR_SERVER: &[u8] = b"sluice downstream server cookie";
const FOR_AUTHORIZATION: &[u8] = b"sluice downstream authorization cookie";

const SIZE: usize = 1 + 16 + 16 + 8 + 2 + 2 + 1;

/// What a server shows with each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ServerCookie {
    pub(super) server: ServerId,
    /// The life of the database in which it was authorized.
    pub(super) epoch: [u8; 16],
    pub(super) expires: Timestamp,
    /// What it speaks; of an authorization nothing yet.
    pub(super) protocol: ProtocolVersion,
    /// It said that it is a Sluice.
    pub(super) sluice: bool,
    /// It takes documents as they are stored.
    pub(super) stored_documents: bool,
}

impl ServerCookie {
    fn to_bytes(self) -> [u8; SIZE] {
        let mut bytes = [0; SIZE];
        let parts: [&[u8]; 7] = [
            &[VERSION],
            self.server.0.as_bytes(),
            &self.epoch,
            &self.expires.as_microsecond().to_be_bytes(),
            &self.protocol.major.to_be_bytes(),
            &self.protocol.minor.to_be_bytes(),
            &[u8::from(self.sluice) | u8::from(self.stored_documents) << 1],
        ];
        for (place, byte) in bytes.iter_mut().zip(parts.into_iter().flatten()) {
            *place = *byte;
        }
        bytes
    }

    fn from_bytes(bytes: &[u8; SIZE]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        (*version == VERSION).then_some(())?;
        let (server, rest) = rest.split_first_chunk()?;
        let (epoch, rest) = rest.split_first_chunk()?;
        let (expires, rest) = rest.split_first_chunk()?;
        let (major, rest) = rest.split_first_chunk()?;
        let (minor, rest) = rest.split_first_chunk()?;
        Some(Self {
            server: ServerId(Uuid::from_bytes(*server)),
            epoch: *epoch,
            expires: Timestamp::from_microsecond(i64::from_be_bytes(*expires)).ok()?,
            protocol: ProtocolVersion { major: u16::from_be_bytes(*major), minor: u16::from_be_bytes(*minor) },
            sluice: rest.first()? & 1 != 0,
            stored_documents: rest.first()? & 2 != 0,
        })
    }

    /// As the server gets it.
    pub(super) fn seal(self, cookies: &Cookies) -> ServerResult<Vec<u8>> {
        cookies.seal_for(self.to_bytes(), FOR_SERVER).map_err(|_| ServerFault::Internal)
    }

    /// The same, of an authorization.
    pub(super) fn seal_authorization(self, cookies: &Cookies) -> ServerResult<Vec<u8>> {
        cookies.seal_for(self.to_bytes(), FOR_AUTHORIZATION).map_err(|_| ServerFault::Internal)
    }

    /// Opens a cookie that must be in force. The protocol has no word for one that is past its time:
    /// the server gets another one all the same.
    pub(super) fn open(bytes: &[u8], cookies: &Cookies, now: Timestamp) -> ServerResult<Self> {
        let plain = cookies.open_for(bytes, FOR_SERVER).ok_or(ServerFault::InvalidCookie)?;
        let cookie = Self::from_bytes(&plain).ok_or(ServerFault::InvalidCookie)?;
        if cookie.epoch != cookies.epoch() {
            return Err(ServerFault::ServerChanged);
        }
        if cookie.expires > now { Ok(cookie) } else { Err(ServerFault::InvalidCookie) }
    }

    /// Opens an authorization that must be in force.
    pub(super) fn open_authorization(bytes: &[u8], cookies: &Cookies, now: Timestamp) -> ServerResult<Self> {
        let plain = cookies.open_for(bytes, FOR_AUTHORIZATION);
        plain
            .and_then(|plain| Self::from_bytes(&plain))
            .filter(|cookie| cookie.epoch == cookies.epoch() && cookie.expires > now)
            .ok_or(ServerFault::InvalidAuthorizationCookie)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_two_way() {
        let cookie = ServerCookie {
            server: ServerId(Uuid::from_u128(7)),
            epoch: [3; 16],
            expires: Timestamp::from_microsecond(1_790_000_000_000_001).unwrap(),
            protocol: ProtocolVersion { major: 1, minor: 20 },
            sluice: true,
            stored_documents: false,
        };
        assert_eq!(ServerCookie::from_bytes(&cookie.to_bytes()), Some(cookie));
        let plain = ServerCookie { sluice: false, stored_documents: true, ..cookie };
        assert_eq!(ServerCookie::from_bytes(&plain.to_bytes()), Some(plain));
        let mut other = cookie.to_bytes();
        other[0] = 2;
        assert_eq!(ServerCookie::from_bytes(&other), None);
    }
}
