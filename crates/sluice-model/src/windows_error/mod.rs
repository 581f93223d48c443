//! The error codes Windows devices report: `HRESULT`s of the Windows Update Agent and of what it calls, each with its
//! symbol, what it means and what an administrator does next (MON-08, CMP-06).
//!
//! Codes and symbols are Microsoft's (wuerror.h, winerror.h, the published lists of CBS and Windows Setup); the words
//! are ours. One file per family, sorted by code.

mod agent;
mod automatic;
mod certificate;
mod data_store;
mod download;
mod driver;
mod evaluation;
mod handler;
mod http;
mod installer;
mod metadata;
mod network;
mod protocol;
mod servicing;
mod setup;
mod step;
mod success;
mod win32;

use std::fmt;

use crate::error_code::{ErrorCode, ErrorExplanation, ErrorMeaning};

/// Lines of a catalogue: code, symbol, next step, meaning.
macro_rules! codes {
    ($($code:literal $symbol:ident $step:ident $meaning:literal;)*) => {
        pub(super) const CODES: &[$crate::error_code::ErrorMeaning] = &[$($crate::error_code::ErrorMeaning {
            code: $crate::error_code::ErrorCode($code),
            symbol: stringify!($symbol),
            meaning: $meaning,
            next_step: super::step::$step,
        }),*];
    };
}
use codes;

/// Every family; each is sorted by code, and no code is in two.
const FAMILIES: &[&[ErrorMeaning]] = &[
    agent::CODES,
    protocol::CODES,
    download::CODES,
    handler::CODES,
    servicing::CODES,
    network::CODES,
    certificate::CODES,
    http::CODES,
    win32::CODES,
    installer::CODES,
    driver::CODES,
    setup::CODES,
    automatic::CODES,
    data_store::CODES,
    evaluation::CODES,
    metadata::CODES,
    success::CODES,
];

/// An error code of Windows: an `HRESULT`, written in hexadecimal as everybody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowsErrorCode(pub u32);

impl WindowsErrorCode {
    /// The smallest code that is taken for one of Windows: the successes of the Windows Update Agent begin here.
    /// Codes of Linux agents are far below.
    pub const MIN: u32 = 0x0024_0000;

    /// The code in the signed form in which reports carry it (\[MS-WUSP\] 2.2.2.3.1, `Win32HResult`).
    /// `None` for zero, which is success.
    #[must_use]
    pub fn from_hresult(hresult: i32) -> Option<Self> {
        (hresult != 0).then_some(Self(hresult.cast_unsigned()))
    }

    /// Its line in the catalogue, if it is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static ErrorMeaning> {
        let code = ErrorCode(self.0);
        FAMILIES.iter().find_map(|family| {
            let at = family.binary_search_by_key(&code, |line| line.code).ok()?;
            family.get(at)
        })
    }

    /// What can be said of a code that is not in the catalogue: which part of Windows it is from.
    pub(crate) fn explain_unknown(self) -> ErrorExplanation {
        let low = self.0 & 0xFFFF;
        let (meaning, next_step) = match self.0 >> 16 {
            0x8007 => (format!("Windows error {low}, which is not in Sluice's catalogue."), step::UNKNOWN),
            0x8024 => ("An error of the Windows Update Agent that is not in Sluice's catalogue.".into(), step::UNKNOWN),
            0x0024 => ("A success of the Windows Update Agent that is not in Sluice's catalogue.".into(), step::NONE),
            0x800F => (
                "An error of Windows servicing or driver setup that is not in Sluice's catalogue.".into(),
                step::CBS_LOG,
            ),
            0x8019 => (format!("The download was answered with HTTP status {low}."), step::CONTENT),
            0x80D0 => ("An error of Delivery Optimization that is not in Sluice's catalogue.".into(), step::DELIVERY),
            0x8020 => (
                "An error of the Background Intelligent Transfer Service that is not in Sluice's catalogue.".into(),
                step::BITS,
            ),
            0xC190 => ("An error of Windows Setup that is not in Sluice's catalogue.".into(), step::SETUP),
            _ => ("An error of Windows that is not in Sluice's catalogue.".into(), step::UNKNOWN),
        };
        ErrorExplanation { symbol: self.to_string(), meaning, next_step }
    }
}

impl fmt::Display for WindowsErrorCode {
    /// As `0x8024402C`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:08X}", self.0)
    }
}

impl From<WindowsErrorCode> for ErrorCode {
    fn from(code: WindowsErrorCode) -> Self {
        Self(code.0)
    }
}

#[cfg(test)]
mod tests;
