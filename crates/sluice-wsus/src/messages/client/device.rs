//! The devices of a computer, for the driver pass (\[MS-WUSP\] 2.2.2.2.4, `Device`).

use jiff::Timestamp;
use uuid::Uuid;

use crate::messages::shared::{MAX_NAME, MAX_SMALL_ARRAY};
use crate::soap::{Element, Reader, SoapError, XmlWriter};

/// A device of the computer and the drivers it has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// Its hardware ids, the most specific first.
    pub hardware_ids: Vec<String>,
    /// Its compatible ids, the most specific first; all of them match worse than any hardware id.
    pub compatible_ids: Vec<String>,
    /// The driver it has.
    pub installed_driver: Option<InstalledDriver>,
    /// Its extension drivers. Windows 11 writes the array `extensionDrivers`, the contract `extensionDriver`.
    pub extension_drivers: Vec<ExtensionDriver>,
    /// Update ids of drivers that the agent installed and that may be uninstalled.
    pub driver_recovery_ids: Vec<String>,
    /// 1 on printers.
    pub device_flags: Option<u8>,
}

/// The driver of a device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstalledDriver {
    /// The id of the device that it matches.
    pub matching_id: String,
    /// Its date; `None` if it was no date.
    pub driver_ver_date: Option<Timestamp>,
    /// Its version: four numbers of 16 bits.
    pub driver_ver_version: i64,
    /// Class: a GUID in braces or a name.
    pub class: String,
    /// Manufacturer; only for printers.
    pub manufacturer: String,
    /// Provider; only for printers.
    pub provider: String,
    /// Model; only for printers.
    pub model: String,
    /// The computer hardware id by which it was chosen.
    pub matching_computer_hwid: Option<Uuid>,
    /// Its rank, lower is better; -1 unknown.
    pub driver_rank: i32,
    /// Sent by Windows 11, not in the contract.
    pub skip_provider_filtering: Option<bool>,
    /// Sent by Windows 11, not in the contract.
    pub is_generic: Option<bool>,
}

/// An extension driver of a device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExtensionDriver {
    /// Its id: a GUID in braces.
    pub extension_id: String,
    /// Its date; `None` if it was no date.
    pub driver_ver_date: Option<Timestamp>,
    /// Its version: four numbers of 16 bits.
    pub driver_ver_version: i64,
    /// Class: a GUID in braces.
    pub class: String,
    /// Its rank, lower is better.
    pub driver_rank: i32,
    /// The computer hardware id by which it was chosen.
    pub matching_computer_hwid: Option<Uuid>,
}

impl Device {
    /// Appends the items of the array that is the current element.
    ///
    /// # Errors
    /// [`SoapError`] if a value is not of its type or an array is too long.
    pub fn read_array<'a>(
        reader: &mut Reader<'a>,
        array: &Element<'a>,
        items: &mut Vec<Self>,
    ) -> Result<(), SoapError> {
        reader.items(array, MAX_SMALL_ARRAY, items, |reader, _| Self::read(reader).map(Some))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut device = Self::default();
        reader.children(|reader, element| {
            match element.name() {
                "HardwareIDs" => reader.strings(element, MAX_SMALL_ARRAY, MAX_NAME, &mut device.hardware_ids)?,
                "CompatibleIDs" => reader.strings(element, MAX_SMALL_ARRAY, MAX_NAME, &mut device.compatible_ids)?,
                "installedDriver" => device.installed_driver = Some(InstalledDriver::read(reader)?),
                "extensionDrivers" | "extensionDriver" => {
                    reader.items(element, MAX_SMALL_ARRAY, &mut device.extension_drivers, |reader, _| {
                        ExtensionDriver::read(reader).map(Some)
                    })?;
                }
                "DriverRecoveryIDs" => {
                    reader.strings(element, MAX_SMALL_ARRAY, MAX_NAME, &mut device.driver_recovery_ids)?;
                }
                "DeviceFlags" => device.device_flags = reader.value(element)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(device)
    }

    /// Writes an element `Device`.
    pub fn write(&self, out: &mut XmlWriter) {
        out.element("Device", |out| {
            out.strings("HardwareIDs", &self.hardware_ids);
            out.strings("CompatibleIDs", &self.compatible_ids);
            if let Some(driver) = &self.installed_driver {
                out.element("installedDriver", |out| driver.write(out));
            }
            out.array("extensionDrivers", &self.extension_drivers, |out, driver| {
                out.element("ExtensionDriver", |out| driver.write(out));
            });
            out.array("DriverRecoveryIDs", &self.driver_recovery_ids, |out, id| out.text("DriverRecoveryID", id));
            if let Some(flags) = self.device_flags {
                out.int("DeviceFlags", flags);
            }
        });
    }
}

impl InstalledDriver {
    fn read(reader: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut driver = Self::default();
        reader.children(|reader, element| {
            match element.name() {
                "MatchingID" => driver.matching_id = reader.string(element)?,
                "DriverVerDate" => driver.driver_ver_date = reader.value_if_valid(element)?,
                "DriverVerVersion" => reader.set(element, &mut driver.driver_ver_version)?,
                "Class" => driver.class = reader.string(element)?,
                "Manufacturer" => driver.manufacturer = reader.string(element)?,
                "Provider" => driver.provider = reader.string(element)?,
                "Model" => driver.model = reader.string(element)?,
                "MatchingComputerHWID" => driver.matching_computer_hwid = reader.value_if_valid(element)?,
                "DriverRank" => reader.set(element, &mut driver.driver_rank)?,
                "SkipProviderFiltering" => driver.skip_provider_filtering = reader.value_if_valid(element)?,
                "IsGeneric" => driver.is_generic = reader.value_if_valid(element)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(driver)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.text_unless_empty("MatchingID", &self.matching_id);
        if let Some(date) = self.driver_ver_date {
            out.date_time("DriverVerDate", date);
        }
        out.int("DriverVerVersion", self.driver_ver_version);
        out.text_unless_empty("Class", &self.class);
        out.text_unless_empty("Manufacturer", &self.manufacturer);
        out.text_unless_empty("Provider", &self.provider);
        out.text_unless_empty("Model", &self.model);
        write_hwid(self.matching_computer_hwid, out);
        out.int("DriverRank", self.driver_rank);
        for (name, flag) in [("SkipProviderFiltering", self.skip_provider_filtering), ("IsGeneric", self.is_generic)] {
            if let Some(flag) = flag {
                out.bool(name, flag);
            }
        }
    }
}

impl ExtensionDriver {
    fn read(reader: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut driver = Self::default();
        reader.children(|reader, element| {
            match element.name() {
                "ExtensionId" => driver.extension_id = reader.string(element)?,
                "DriverVerDate" => driver.driver_ver_date = reader.value_if_valid(element)?,
                "DriverVerVersion" => reader.set(element, &mut driver.driver_ver_version)?,
                "Class" => driver.class = reader.string(element)?,
                "DriverRank" => reader.set(element, &mut driver.driver_rank)?,
                "MatchingComputerHWID" => driver.matching_computer_hwid = reader.value_if_valid(element)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(driver)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.text("ExtensionId", &self.extension_id);
        if let Some(date) = self.driver_ver_date {
            out.date_time("DriverVerDate", date);
        }
        out.int("DriverVerVersion", self.driver_ver_version);
        out.text("Class", &self.class);
        out.int("DriverRank", self.driver_rank);
        write_hwid(self.matching_computer_hwid, out);
    }
}

/// The one element that agents write as nil instead of leaving it out.
fn write_hwid(hwid: Option<Uuid>, out: &mut XmlWriter) {
    match hwid {
        Some(hwid) => out.guid("MatchingComputerHWID", hwid),
        None => out.nil("MatchingComputerHWID"),
    }
}
