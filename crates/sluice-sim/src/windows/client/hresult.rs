//! Error codes of Windows Update, as agents show and report them (protocols.md §10, 13; peer-wsus-rs.md §7).

/// A parameter is wrong: an update came without deployment (peer-wsus-rs.md Q24).
pub const INVALID_ARGUMENT: u32 = 0x8007_0057;
/// The server answered with a fault.
pub const SOAP_FAULT: u32 = 0x8024_4007;
/// An answer could not be read.
pub const SOAP_PARSE: u32 = 0x8024_4008;
/// More than 200 round trips in one scan.
pub const TOO_MANY_TRIPS: u32 = 0x8024_4010;
/// The configuration lacks a property that every server must give.
pub const PROPERTY_MISSING: u32 = 0x8024_4014;
/// The connection cannot be made.
pub const CANNOT_CONNECT: u32 = 0x8007_2EFD;
/// No answer in time.
pub const TIMEOUT: u32 = 0x8007_2EE2;
/// The connection broke.
pub const CONNECTION_LOST: u32 = 0x8007_2EFE;
/// An update cannot be read.
pub const INVALID_UPDATE: u32 = 0x8024_0022;
/// A file has no address.
pub const NO_URL: u32 = 0x8024_6001;
/// A file is not what its digest says.
pub const WRONG_DIGEST: u32 = 0x8024_6002;
/// A file has no digest of an algorithm that is accepted.
pub const UNKNOWN_ALGORITHM: u32 = 0x8024_6003;
/// An update is installed before it was downloaded.
pub const NOT_DOWNLOADED: u32 = 0x8024_6007;
/// An update cannot be removed.
pub const UNINSTALL_NOT_ALLOWED: u32 = 0x8024_0028;
/// Something that should not be; here: the virtual machine cannot be changed as the update's rules demand.
pub const UNEXPECTED: u32 = 0x8024_FFFF;
/// A restart is needed to end the installation: not a failure.
pub const RESTART_NEEDED: u32 = 0x0024_0005;

/// The code of an HTTP status of a service.
#[must_use]
pub const fn of_service_status(status: u16) -> u32 {
    match status {
        400 => 0x8024_4016,
        401 => 0x8024_4017,
        403 => 0x8024_4018,
        404 => 0x8024_4019,
        405 => 0x8024_401A,
        407 => 0x8024_401B,
        408 => 0x8024_401C,
        409 => 0x8024_401D,
        410 => 0x8024_401E,
        500 => 0x8024_401F,
        501 => 0x8024_4020,
        502 => 0x8024_4021,
        503 => 0x8024_4022,
        504 => 0x8024_4023,
        505 => 0x8024_4024,
        _ => 0x8024_402B,
    }
}

/// The code of an HTTP status of a download.
#[must_use]
pub const fn of_download_status(status: u16) -> u32 {
    0x8019_0000 | status as u32
}

/// As events carry it.
#[must_use]
pub const fn signed(code: u32) -> i32 {
    code.cast_signed()
}
