//! An event (\[MS-WUSP\] 2.2.2.3.1, `ReportingEvent`).

use jiff::Timestamp;
use uuid::Uuid;

use super::MiscData;
use crate::messages::shared::{MAX_EVENTS, MAX_SMALL_ARRAY, UpdateIdentity};
use crate::soap::{Element, Reader, SoapError, Value, XmlWriter};

/// Bytes of one string of `MiscData`. The lists of a full status (156) have 37 bytes for every update: this holds
/// 28,000 of them.
const MAX_MISC_DATA: usize = 1 << 20;

/// Something that happened on a device. An agent sends a whole batch again until it is accepted, so no odd value in
/// an event is an error: it is left at its default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportingEvent {
    /// What happened.
    pub basic_data: BasicData,
    /// More about it, and about the device.
    pub extended_data: ExtendedData,
    /// Empty.
    pub private_data: PrivateData,
}

/// What happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BasicData {
    /// The client id (`TargetID/Sid`).
    pub target_id: String,
    /// 0.
    pub sequence_number: i32,
    /// When, by the clock of the device. Events of a batch in their order are chronological even if these are equal.
    pub time_at_target: Option<Timestamp>,
    /// Unique: the same event may come again. All zeros if it was absent or no GUID.
    pub event_instance_id: Uuid,
    /// 1; others are to be ignored.
    pub namespace_id: i32,
    /// What it is, see [`event_id`](super::event_id).
    pub event_id: i32,
    /// 101 the agent, 102 Automatic Updates.
    pub source_id: i32,
    /// The update it is about; all zeros if none.
    pub update_id: UpdateIdentity,
    /// The error, signed: -2145123272 is 0x80240438.
    pub win32_hresult: i32,
    /// The program that asked.
    pub app_name: Option<String>,
}

/// More about an event, and about the device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExtendedData {
    /// What goes into the placeholders of the event's text.
    pub replacement_strings: Vec<String>,
    /// Keys and values.
    pub misc_data: MiscData,
    /// Manufacturer of the device.
    pub computer_brand: String,
    /// Model of the device.
    pub computer_model: String,
    /// Version of the firmware.
    pub bios_revision: String,
    /// Architecture of the processor.
    pub processor_architecture: ProcessorArchitecture,
    /// Version of the system.
    pub os_version: DetailedVersion,
    /// Language of the system, e.g. 1033.
    pub os_locale_id: i32,
    /// Absent today.
    pub device_id: Option<String>,
}

/// Architecture of a processor, in the words of events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ProcessorArchitecture {
    /// Another one, ARM64 included.
    #[default]
    Unknown,
    /// x86.
    X86Compatible,
    /// Itanium.
    Ia64Compatible,
    /// x64.
    Amd64Compatible,
}

impl ProcessorArchitecture {
    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "Unknown",
            Self::X86Compatible => "X86Compatible",
            Self::Ia64Compatible => "IA64Compatible",
            Self::Amd64Compatible => "Amd64Compatible",
        }
    }
}

impl Value for ProcessorArchitecture {
    const KIND: &'static str = "ProcessorArchitecture";

    fn parse(text: &str) -> Option<Self> {
        [Self::Unknown, Self::X86Compatible, Self::Ia64Compatible, Self::Amd64Compatible]
            .into_iter()
            .find(|architecture| architecture.as_str() == text)
    }
}

/// Version of a system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct DetailedVersion {
    /// First number.
    pub major: i32,
    /// Second number.
    pub minor: i32,
    /// The build.
    pub build: i32,
    /// 65792 on Windows 11: not the number after the build.
    pub revision: i32,
    /// Service pack.
    pub service_pack_major: i32,
    /// Service pack.
    pub service_pack_minor: i32,
}

/// Empty for events of agents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrivateData {
    /// Name of the device.
    pub computer_dns_name: Option<String>,
    /// Name of the user.
    pub user_account_name: Option<String>,
}

impl ReportingEvent {
    /// Appends the items of the array that is the current element.
    ///
    /// # Errors
    /// [`SoapError`] if the document is damaged or an array too long.
    pub fn read_array<'a>(
        reader: &mut Reader<'a>,
        array: &Element<'a>,
        items: &mut Vec<Self>,
    ) -> Result<(), SoapError> {
        reader.items(array, MAX_EVENTS, items, |reader, _| {
            let mut event = Self::default();
            reader.children(|reader, element| match element.name() {
                "BasicData" => event.basic_data.read(reader),
                "ExtendedData" => event.extended_data.read(reader),
                "PrivateData" => event.private_data.read(reader),
                _ => Ok(()),
            })?;
            Ok(Some(event))
        })
    }

    /// Writes an element `ReportingEvent`.
    pub fn write(&self, out: &mut XmlWriter) {
        out.element("ReportingEvent", |out| {
            out.element("BasicData", |out| self.basic_data.write(out));
            out.element("ExtendedData", |out| self.extended_data.write(out));
            out.element("PrivateData", |out| {
                out.optional_text("ComputerDnsName", self.private_data.computer_dns_name.as_deref());
                out.optional_text("UserAccountName", self.private_data.user_account_name.as_deref());
            });
        });
    }
}

impl BasicData {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), SoapError> {
        reader.children(|reader, element| {
            match element.name() {
                "TargetID" => reader.children(|reader, element| {
                    if element.name() == "Sid" {
                        self.target_id = reader.string(element)?;
                    }
                    Ok(())
                })?,
                "SequenceNumber" => reader.set_if_valid(element, &mut self.sequence_number)?,
                "TimeAtTarget" => self.time_at_target = reader.value_if_valid(element)?,
                "EventInstanceID" => reader.set_if_valid(element, &mut self.event_instance_id)?,
                "NamespaceID" => reader.set_if_valid(element, &mut self.namespace_id)?,
                "EventID" => reader.set_if_valid(element, &mut self.event_id)?,
                "SourceID" => reader.set_if_valid(element, &mut self.source_id)?,
                "UpdateID" => reader.children(|reader, element| match element.name() {
                    "UpdateID" => reader.set_if_valid(element, &mut self.update_id.update_id),
                    "RevisionNumber" => reader.set_if_valid(element, &mut self.update_id.revision_number),
                    _ => Ok(()),
                })?,
                // The prose of the specification spells it the second way.
                "Win32HResult" | "Win32Hresult" => reader.set_if_valid(element, &mut self.win32_hresult)?,
                "AppName" => self.app_name = Some(reader.string(element)?),
                _ => {}
            }
            Ok(())
        })
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("TargetID", |out| out.text("Sid", &self.target_id));
        out.int("SequenceNumber", self.sequence_number);
        if let Some(time) = self.time_at_target {
            out.date_time("TimeAtTarget", time);
        }
        out.guid("EventInstanceID", self.event_instance_id);
        out.int("NamespaceID", self.namespace_id);
        out.int("EventID", self.event_id);
        out.int("SourceID", self.source_id);
        self.update_id.write("UpdateID", out);
        out.int("Win32HResult", self.win32_hresult);
        out.optional_text("AppName", self.app_name.as_deref());
    }
}

impl ExtendedData {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), SoapError> {
        reader.children(|reader, element| {
            match element.name() {
                "ReplacementStrings" => {
                    // Empty ones count: the place says which placeholder it is.
                    reader.items(element, MAX_SMALL_ARRAY, &mut self.replacement_strings, |reader, element| {
                        reader.string(element).map(Some)
                    })?;
                }
                "MiscData" => {
                    let mut strings = Vec::new();
                    reader.strings(element, MAX_SMALL_ARRAY, MAX_MISC_DATA, &mut strings)?;
                    self.misc_data = MiscData::parse(strings);
                }
                "ComputerBrand" => self.computer_brand = reader.string(element)?,
                "ComputerModel" => self.computer_model = reader.string(element)?,
                "BiosRevision" => self.bios_revision = reader.string(element)?,
                "ProcessorArchitecture" => reader.set_if_valid(element, &mut self.processor_architecture)?,
                "OSVersion" => self.os_version.read(reader)?,
                "OSLocaleID" => reader.set_if_valid(element, &mut self.os_locale_id)?,
                "DeviceID" => self.device_id = Some(reader.string(element)?),
                _ => {}
            }
            Ok(())
        })
    }

    fn write(&self, out: &mut XmlWriter) {
        out.strings("ReplacementStrings", &self.replacement_strings);
        if !self.misc_data.is_empty() {
            out.element("MiscData", |out| {
                for text in self.misc_data.strings() {
                    out.text("string", &text);
                }
            });
        }
        out.text("ComputerBrand", &self.computer_brand);
        out.text("ComputerModel", &self.computer_model);
        out.text("BiosRevision", &self.bios_revision);
        out.text("ProcessorArchitecture", self.processor_architecture.as_str());
        out.element("OSVersion", |out| self.os_version.write(out));
        out.int("OSLocaleID", self.os_locale_id);
        out.optional_text("DeviceID", self.device_id.as_deref());
    }
}

impl DetailedVersion {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), SoapError> {
        reader.children(|reader, element| match element.name() {
            "Major" => reader.set_if_valid(element, &mut self.major),
            "Minor" => reader.set_if_valid(element, &mut self.minor),
            "Build" => reader.set_if_valid(element, &mut self.build),
            "Revision" => reader.set_if_valid(element, &mut self.revision),
            "ServicePackMajor" => reader.set_if_valid(element, &mut self.service_pack_major),
            "ServicePackMinor" => reader.set_if_valid(element, &mut self.service_pack_minor),
            _ => Ok(()),
        })
    }

    fn write(&self, out: &mut XmlWriter) {
        out.int("Major", self.major);
        out.int("Minor", self.minor);
        out.int("Build", self.build);
        out.int("Revision", self.revision);
        out.int("ServicePackMajor", self.service_pack_major);
        out.int("ServicePackMinor", self.service_pack_minor);
    }
}

impl PrivateData {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), SoapError> {
        reader.children(|reader, element| {
            match element.name() {
                "ComputerDnsName" => self.computer_dns_name = Some(reader.string(element)?),
                "UserAccountName" => self.user_account_name = Some(reader.string(element)?),
                _ => {}
            }
            Ok(())
        })
    }
}
