//! The `EventID`s of namespace 1 that change what is known about a device (\[MS-WUSP\] 2.2.2.3.1).

/// A scan ended well; the first replacement string counts what it found.
pub const DETECTION_SUCCEEDED: i32 = 147;
/// A scan failed; the first replacement string is the error. Changes no state of updates.
pub const DETECTION_FAILED: i32 = 148;
/// The full status of the device: replaces what was known.
pub const STATUS: i32 = 156;
/// A download failed.
pub const DOWNLOAD_FAILED: i32 = 161;
/// A download ended well.
pub const DOWNLOAD_SUCCEEDED: i32 = 162;
/// A download began.
pub const DOWNLOAD_STARTED: i32 = 167;
/// An installation began.
pub const INSTALL_STARTED: i32 = 181;
/// An installation failed.
pub const INSTALL_FAILED: i32 = 182;
/// An installation ended well.
pub const INSTALL_SUCCEEDED: i32 = 183;
/// An installation ended well and needs a restart.
pub const INSTALL_SUCCEEDED_RESTART: i32 = 184;
/// A scheduled installation ended well.
pub const SCHEDULED_INSTALL_SUCCEEDED: i32 = 190;
/// A scheduled installation ended well and needs a restart.
pub const SCHEDULED_INSTALL_SUCCEEDED_RESTART: i32 = 191;
/// A scheduled installation failed.
pub const SCHEDULED_INSTALL_FAILED: i32 = 195;
/// An installation at shutdown ended well.
pub const SHUTDOWN_INSTALL_SUCCEEDED: i32 = 197;
/// An installation at shutdown failed.
pub const SHUTDOWN_INSTALL_FAILED: i32 = 198;
/// An installation at shutdown ended well and needs a restart.
pub const SHUTDOWN_INSTALL_SUCCEEDED_RESTART: i32 = 199;
/// A restart is pending: what Windows 11 sends instead of 184, 190 and 191.
pub const RESTART_PENDING: i32 = 201;
/// The restart took place.
pub const RESTART_COMPLETED: i32 = 202;
/// An installation ended well after the restart.
pub const INSTALL_SUCCEEDED_AFTER_RESTART: i32 = 203;
/// An installation failed after the restart.
pub const INSTALL_FAILED_AFTER_RESTART: i32 = 204;
/// Uninstalling failed.
pub const UNINSTALL_FAILED: i32 = 221;
/// Uninstalling ended well.
pub const UNINSTALL_SUCCEEDED: i32 = 222;
/// Uninstalling ended well and needs a restart.
pub const UNINSTALL_SUCCEEDED_RESTART: i32 = 224;
