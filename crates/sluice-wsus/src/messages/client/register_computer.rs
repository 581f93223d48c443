//! RegisterComputer (\[MS-WUSP\] 2.2.2.2.3): the inventory that every agent sends.

use jiff::Timestamp;

use super::SERVICE;
use crate::messages::shared::Cookie;
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// What a computer is. Numbers are wider than the contract's `short`, so that no odd computer is refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComputerInfo {
    /// Its name.
    pub dns_name: String,
    /// 10 for Windows 10 and 11.
    pub os_major_version: i32,
    /// 0 for Windows 10 and 11.
    pub os_minor_version: i32,
    /// The build; 22000 and above is Windows 11, whatever the description says.
    pub os_build_number: i32,
    /// Service pack.
    pub os_service_pack_major_number: i32,
    /// Service pack.
    pub os_service_pack_minor_number: i32,
    /// Language, e.g. `en-US`.
    pub os_locale: String,
    /// Manufacturer of the computer.
    pub computer_manufacturer: String,
    /// Model of the computer.
    pub computer_model: String,
    /// Version of the firmware.
    pub bios_version: String,
    /// Name of the firmware.
    pub bios_name: String,
    /// Date of the firmware; `None` if it was no date.
    pub bios_release_date: Option<Timestamp>,
    /// Free text, e.g. `AMD64`; reports of events use other words.
    pub processor_architecture: String,
    /// Suites of Windows, as bits.
    pub suite_mask: i32,
    /// 1 workstation, 2 domain controller, 3 server.
    pub old_product_type: i32,
    /// The edition (SKU); 48 is Pro.
    pub new_product_type: i32,
    /// Result of `GetSystemMetrics`.
    pub system_metrics: i32,
    /// Version of the agent, first number.
    pub client_version_major_number: i32,
    /// Version of the agent, second number.
    pub client_version_minor_number: i32,
    /// Version of the agent, third number.
    pub client_version_build_number: i32,
    /// Version of the agent, fourth number.
    pub client_version_qfe_number: i32,
    /// Name of the system; Windows 11 says `Windows 10 Pro`.
    pub os_description: Option<String>,
    /// Manufacturer.
    pub oem: Option<String>,
    /// Kind of device.
    pub device_type: Option<String>,
    /// Version of the firmware.
    pub firmware_version: Option<String>,
    /// Mobile operator.
    pub mobile_operator: Option<String>,
}

impl ComputerInfo {
    fn read(reader: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut info = Self::default();
        reader.children(|reader, element| {
            match element.name() {
                "DnsName" => info.dns_name = reader.string(element)?,
                "OSMajorVersion" => reader.set(element, &mut info.os_major_version)?,
                "OSMinorVersion" => reader.set(element, &mut info.os_minor_version)?,
                "OSBuildNumber" => reader.set(element, &mut info.os_build_number)?,
                "OSServicePackMajorNumber" => reader.set(element, &mut info.os_service_pack_major_number)?,
                "OSServicePackMinorNumber" => reader.set(element, &mut info.os_service_pack_minor_number)?,
                "OSLocale" => info.os_locale = reader.string(element)?,
                "ComputerManufacturer" => info.computer_manufacturer = reader.string(element)?,
                "ComputerModel" => info.computer_model = reader.string(element)?,
                "BiosVersion" => info.bios_version = reader.string(element)?,
                "BiosName" => info.bios_name = reader.string(element)?,
                "BiosReleaseDate" => info.bios_release_date = reader.value_if_valid(element)?,
                "ProcessorArchitecture" => info.processor_architecture = reader.string(element)?,
                "SuiteMask" => reader.set(element, &mut info.suite_mask)?,
                "OldProductType" => reader.set(element, &mut info.old_product_type)?,
                "NewProductType" => reader.set(element, &mut info.new_product_type)?,
                "SystemMetrics" => reader.set(element, &mut info.system_metrics)?,
                "ClientVersionMajorNumber" => reader.set(element, &mut info.client_version_major_number)?,
                "ClientVersionMinorNumber" => reader.set(element, &mut info.client_version_minor_number)?,
                "ClientVersionBuildNumber" => reader.set(element, &mut info.client_version_build_number)?,
                "ClientVersionQfeNumber" => reader.set(element, &mut info.client_version_qfe_number)?,
                "OSDescription" => info.os_description = Some(reader.string(element)?),
                "OEM" => info.oem = Some(reader.string(element)?),
                "DeviceType" => info.device_type = Some(reader.string(element)?),
                "FirmwareVersion" => info.firmware_version = Some(reader.string(element)?),
                "MobileOperator" => info.mobile_operator = Some(reader.string(element)?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(info)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.text_unless_empty("DnsName", &self.dns_name);
        out.int("OSMajorVersion", self.os_major_version);
        out.int("OSMinorVersion", self.os_minor_version);
        out.int("OSBuildNumber", self.os_build_number);
        out.int("OSServicePackMajorNumber", self.os_service_pack_major_number);
        out.int("OSServicePackMinorNumber", self.os_service_pack_minor_number);
        out.text_unless_empty("OSLocale", &self.os_locale);
        out.text_unless_empty("ComputerManufacturer", &self.computer_manufacturer);
        out.text_unless_empty("ComputerModel", &self.computer_model);
        out.text_unless_empty("BiosVersion", &self.bios_version);
        out.text_unless_empty("BiosName", &self.bios_name);
        if let Some(date) = self.bios_release_date {
            out.date_time("BiosReleaseDate", date);
        }
        out.text_unless_empty("ProcessorArchitecture", &self.processor_architecture);
        out.int("SuiteMask", self.suite_mask);
        out.int("OldProductType", self.old_product_type);
        out.int("NewProductType", self.new_product_type);
        out.int("SystemMetrics", self.system_metrics);
        out.int("ClientVersionMajorNumber", self.client_version_major_number);
        out.int("ClientVersionMinorNumber", self.client_version_minor_number);
        out.int("ClientVersionBuildNumber", self.client_version_build_number);
        out.int("ClientVersionQfeNumber", self.client_version_qfe_number);
        out.optional_text("OSDescription", self.os_description.as_deref());
        out.optional_text("OEM", self.oem.as_deref());
        out.optional_text("DeviceType", self.device_type.as_deref());
        out.optional_text("FirmwareVersion", self.firmware_version.as_deref());
        out.optional_text("MobileOperator", self.mobile_operator.as_deref());
    }
}

/// Tells the server what the computer is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegisterComputer {
    /// The cookie.
    pub cookie: Option<Cookie>,
    /// What the computer is; `None` if the element was absent.
    pub computer_info: Option<ComputerInfo>,
}

impl Message<'_> for RegisterComputer {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "RegisterComputer";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "computerInfo" => request.computer_info = Some(ComputerInfo::read(reader)?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        Cookie::write_optional(self.cookie.as_ref(), "cookie", out);
        if let Some(info) = &self.computer_info {
            out.element("computerInfo", |out| info.write(out));
        }
    }
}

/// Nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RegisterComputerResponse;

impl Message<'_> for RegisterComputerResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "RegisterComputerResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        body.children(|_, _| Ok(()))?;
        Ok(Self)
    }

    fn write(&self, _out: &mut XmlWriter) {}
}
