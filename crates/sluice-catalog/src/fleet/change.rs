//! What can change about devices.

use std::sync::Arc;

use jiff::Timestamp;
use sluice_model::{DeviceId, DeviceNumber, ErrorCode, Inventory, UpdateId};
use thiserror::Error;

use super::enforcement::EnforcementRecord;
use super::windows::{WindowsParticulars, WindowsStatus};

/// A change of one device. A batch is applied in order.
#[derive(Clone, Debug)]
pub enum DeviceChange {
    /// A new device, or new particulars of a known one, whose inventory stays.
    Record(DeviceRecord),
    /// A new inventory.
    Inventory {
        /// The device.
        device: DeviceNumber,
        /// When it was taken.
        at: Timestamp,
        /// The whole inventory.
        inventory: Arc<Inventory>,
    },
    /// It is a Windows device, with new particulars; what it has reported stays.
    Windows {
        /// The device.
        device: DeviceNumber,
        /// What it registered as.
        particulars: Arc<WindowsParticulars>,
    },
    /// A scan of a Windows device ended.
    WindowsScan {
        /// The device.
        device: DeviceNumber,
        /// When.
        at: Timestamp,
        /// Why it failed, when it did.
        error: Option<ErrorCode>,
    },
    /// A new status of a Windows device, in place of the one before.
    WindowsStatus {
        /// The device.
        device: DeviceNumber,
        /// The status.
        status: WindowsStatus,
    },
    /// News of enforcement. Records of other updates stay; an older record never replaces a newer.
    Enforcement {
        /// The device.
        device: DeviceNumber,
        /// By update.
        records: Vec<EnforcementRecord>,
    },
    /// What was said about the enforcement of some updates is forgotten.
    ForgetEnforcement {
        /// The device.
        device: DeviceNumber,
        /// The updates.
        updates: Vec<UpdateId>,
    },
    /// The device is gone.
    Remove(DeviceNumber),
}

/// What is known of a device before it has sent anything.
#[derive(Clone, Debug)]
pub struct DeviceRecord {
    /// Dense number.
    pub number: DeviceNumber,
    /// Identity.
    pub id: DeviceId,
    /// Display name.
    pub name: Arc<str>,
    /// Version of its agent; empty when not known.
    pub agent_version: Arc<str>,
    /// When it enrolled.
    pub enrolled_at: Timestamp,
    /// Last contact; of a known device it is only ever raised.
    pub last_contact: Option<Timestamp>,
}

/// A change that was left out, and why. All others were applied.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FleetProblem {
    /// The number is beyond [`Fleet::MAX_DEVICE`](crate::Fleet::MAX_DEVICE).
    #[error("device {} was left out: its number is beyond the limit", .0.0)]
    DeviceOutOfRange(DeviceNumber),
    /// Something about a device that is not there.
    #[error("a change of device {} was left out: there is no such device", .0.0)]
    UnknownDevice(DeviceNumber),
    /// Windows' news of a device that has not registered as a Windows device.
    #[error("a change of device {} was left out: it is no Windows device", .0.0)]
    NotWindows(DeviceNumber),
    /// Number and identity are not of one device.
    #[error("device {} ({id}) was left out: the number or the identity belongs to another device", .number.0)]
    Mismatch {
        /// The number.
        number: DeviceNumber,
        /// The identity.
        id: DeviceId,
    },
}
