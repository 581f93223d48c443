//! What is inside a cookie: numbers at fixed places, nothing that has to be parsed.

use jiff::Timestamp;
use sluice_model::DeviceId;
use uuid::Uuid;

use super::super::protocol::Protocol;

/// First byte; another layout gets another number.
const VERSION: u8 = 1;

/// What a client may be told with, after it was authorized.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClientCookie {
    /// The device.
    pub(crate) device: DeviceId,
    /// The life of the database in which the numbers that the client was given mean something.
    pub(crate) epoch: [u8; 16],
    /// When it ends.
    pub(crate) expires: Timestamp,
    /// When the settings that the client read last changed.
    pub(crate) settings: Timestamp,
    /// What the client speaks.
    pub(crate) protocol: Protocol,
    /// Fingerprint of the groups the client was in when it was last told of changes.
    pub(crate) groups: u64,
    /// The change up to which it was told, for software.
    pub(crate) software: u64,
    /// The same for drivers.
    pub(crate) drivers: u64,
    /// The same for printers.
    pub(crate) printers: u64,
}

/// Who a client says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Authorization {
    /// The device.
    pub(crate) device: DeviceId,
    /// See [`ClientCookie::epoch`].
    pub(crate) epoch: [u8; 16],
    /// When it ends.
    pub(crate) expires: Timestamp,
}

/// A value of fixed size. Reading is total but for the version and impossible times, and happens
/// only to bytes that were authenticated.
pub(super) trait Layout<const N: usize>: Sized {
    fn to_bytes(&self) -> [u8; N];
    fn from_bytes(bytes: &[u8; N]) -> Option<Self>;
}

pub(super) const CLIENT: usize = 1 + 16 + 16 + 8 + 8 + 2 + 2 + 4 * 8;
pub(super) const AUTHORIZATION: usize = 1 + 16 + 16 + 8;

impl Layout<CLIENT> for ClientCookie {
    fn to_bytes(&self) -> [u8; CLIENT] {
        let mut out = Writer { bytes: [0; CLIENT], at: 0 };
        out.put([VERSION]);
        out.put(*self.device.0.as_bytes());
        out.put(self.epoch);
        out.put(self.expires.as_microsecond().to_be_bytes());
        out.put(self.settings.as_microsecond().to_be_bytes());
        out.put(self.protocol.major.to_be_bytes());
        out.put(self.protocol.minor.to_be_bytes());
        for number in [self.groups, self.software, self.drivers, self.printers] {
            out.put(number.to_be_bytes());
        }
        out.bytes
    }

    fn from_bytes(bytes: &[u8; CLIENT]) -> Option<Self> {
        let mut from = Reader { rest: bytes };
        (from.take()? == [VERSION]).then_some(())?;
        Some(Self {
            device: DeviceId(Uuid::from_bytes(from.take()?)),
            epoch: from.take()?,
            expires: time(from.take()?)?,
            settings: time(from.take()?)?,
            protocol: Protocol { major: u16::from_be_bytes(from.take()?), minor: u16::from_be_bytes(from.take()?) },
            groups: u64::from_be_bytes(from.take()?),
            software: u64::from_be_bytes(from.take()?),
            drivers: u64::from_be_bytes(from.take()?),
            printers: u64::from_be_bytes(from.take()?),
        })
    }
}

impl Layout<AUTHORIZATION> for Authorization {
    fn to_bytes(&self) -> [u8; AUTHORIZATION] {
        let mut out = Writer { bytes: [0; AUTHORIZATION], at: 0 };
        out.put([VERSION]);
        out.put(*self.device.0.as_bytes());
        out.put(self.epoch);
        out.put(self.expires.as_microsecond().to_be_bytes());
        out.bytes
    }

    fn from_bytes(bytes: &[u8; AUTHORIZATION]) -> Option<Self> {
        let mut from = Reader { rest: bytes };
        (from.take()? == [VERSION]).then_some(())?;
        Some(Self {
            device: DeviceId(Uuid::from_bytes(from.take()?)),
            epoch: from.take()?,
            expires: time(from.take()?)?,
        })
    }
}

fn time(bytes: [u8; 8]) -> Option<Timestamp> {
    Timestamp::from_microsecond(i64::from_be_bytes(bytes)).ok()
}

struct Writer<const N: usize> {
    bytes: [u8; N],
    at: usize,
}

impl<const N: usize> Writer<N> {
    /// What does not fit is left out; the tests show that all fits.
    fn put<const M: usize>(&mut self, part: [u8; M]) {
        if let Some(place) = self.bytes.get_mut(self.at..self.at + M) {
            place.copy_from_slice(&part);
        }
        self.at += M;
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn take<const M: usize>(&mut self) -> Option<[u8; M]> {
        let (part, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*part)
    }
}
