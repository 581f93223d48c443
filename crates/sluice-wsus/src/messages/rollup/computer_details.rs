//! What a computer of a downstream server is (\[MS-WSUSSS\] 3.1.4.15.2.3).

use jiff::Timestamp;
use uuid::Uuid;

use crate::messages::shared::{MAX_NAME, MAX_SMALL_ARRAY, past_attribute, read_time_attribute};
use crate::soap::{Element, Reader, SoapError, XmlWriter};

/// What a computer of a downstream server is. All but the two lists are attributes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComputerRollupDetails {
    /// Its address as the downstream server saw it.
    pub ip_address: String,
    /// Its name.
    pub full_domain_name: String,
    /// Version of the system, first number.
    pub os_major_version: i32,
    /// Version of the system, second number.
    pub os_minor_version: i32,
    /// Version of the system, build.
    pub os_build_number: i32,
    /// Service pack.
    pub os_service_pack_major_number: i32,
    /// Service pack.
    pub os_service_pack_minor_number: i32,
    /// Language, e.g. `en-US`.
    pub os_locale: String,
    /// Family of the system: `Windows`.
    pub os_family: String,
    /// Name of the system.
    pub os_description: String,
    /// Manufacturer of the computer.
    pub computer_make: String,
    /// Model of the computer.
    pub computer_model: String,
    /// Version of the firmware.
    pub bios_version: String,
    /// Name of the firmware.
    pub bios_name: String,
    /// Date of the firmware; `None` if it is not known.
    pub bios_release_date: Option<Timestamp>,
    /// Free text, e.g. `AMD64`.
    pub processor_architecture: String,
    /// Suites of Windows, as bits.
    pub suite_mask: i32,
    /// 1 workstation, 2 domain controller, 3 server.
    pub old_product_type: i32,
    /// The edition (SKU).
    pub new_product_type: i32,
    /// Result of `GetSystemMetrics`.
    pub system_metrics: i32,
    /// Version of the agent, four numbers with dots.
    pub client_version: String,
    /// The groups that it is in.
    pub target_group_ids: Vec<Uuid>,
    /// The groups that it asked for itself.
    pub requested_target_group_names: Vec<String>,
}

impl ComputerRollupDetails {
    pub(super) fn read<'a>(reader: &mut Reader<'a>, element: &Element<'a>) -> Result<Self, SoapError> {
        let mut details = Self::default();
        let texts = [
            ("IPAddress", &mut details.ip_address),
            ("FullDomainName", &mut details.full_domain_name),
            ("OSLocale", &mut details.os_locale),
            ("OSFamily", &mut details.os_family),
            ("OSDescription", &mut details.os_description),
            ("ComputerMake", &mut details.computer_make),
            ("ComputerModel", &mut details.computer_model),
            ("BiosVersion", &mut details.bios_version),
            ("BiosName", &mut details.bios_name),
            ("ProcessorArchitecture", &mut details.processor_architecture),
            ("ClientVersion", &mut details.client_version),
        ];
        for (name, text) in texts {
            *text = element.attribute_string(name)?;
        }
        let numbers = [
            ("OSMajorVersion", &mut details.os_major_version),
            ("OSMinorVersion", &mut details.os_minor_version),
            ("OSBuildNumber", &mut details.os_build_number),
            ("OSServicePackMajorNumber", &mut details.os_service_pack_major_number),
            ("OSServicePackMinorNumber", &mut details.os_service_pack_minor_number),
            ("SuiteMask", &mut details.suite_mask),
            ("OldProductType", &mut details.old_product_type),
            ("NewProductType", &mut details.new_product_type),
            ("SystemMetrics", &mut details.system_metrics),
        ];
        for (name, number) in numbers {
            element.set_attribute(name, number)?;
        }
        details.bios_release_date = read_time_attribute(element, "BiosReleaseDate")?;
        reader.children(|reader, element| match element.name() {
            "TargetGroupIdList" => reader.values(element, MAX_SMALL_ARRAY, &mut details.target_group_ids),
            "RequestedTargetGroupNames" => {
                reader.strings(element, MAX_SMALL_ARRAY, MAX_NAME, &mut details.requested_target_group_names)
            }
            _ => Ok(()),
        })?;
        Ok(details)
    }

    pub(super) fn write(&self, out: &mut XmlWriter) {
        let attributes = [
            ("IPAddress", self.ip_address.clone()),
            ("FullDomainName", self.full_domain_name.clone()),
            ("OSMajorVersion", self.os_major_version.to_string()),
            ("OSMinorVersion", self.os_minor_version.to_string()),
            ("OSBuildNumber", self.os_build_number.to_string()),
            ("OSServicePackMajorNumber", self.os_service_pack_major_number.to_string()),
            ("OSServicePackMinorNumber", self.os_service_pack_minor_number.to_string()),
            ("OSLocale", self.os_locale.clone()),
            ("OSFamily", self.os_family.clone()),
            ("OSDescription", self.os_description.clone()),
            ("ComputerMake", self.computer_make.clone()),
            ("ComputerModel", self.computer_model.clone()),
            ("BiosVersion", self.bios_version.clone()),
            ("BiosName", self.bios_name.clone()),
            ("BiosReleaseDate", past_attribute(self.bios_release_date)),
            ("ProcessorArchitecture", self.processor_architecture.clone()),
            ("SuiteMask", self.suite_mask.to_string()),
            ("OldProductType", self.old_product_type.to_string()),
            ("NewProductType", self.new_product_type.to_string()),
            ("SystemMetrics", self.system_metrics.to_string()),
            ("ClientVersion", self.client_version.clone()),
        ];
        out.element_with("Details", &attributes, |out| {
            out.guids("TargetGroupIdList", &self.target_group_ids);
            out.strings("RequestedTargetGroupNames", &self.requested_target_group_names);
        });
    }
}
