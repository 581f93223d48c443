//! How many computers of a kind a downstream server has (\[MS-WSUSSS\] 3.1.4.14.2.4).

use crate::messages::shared::{MAX_GUIDS, UpdateIdentity};
use crate::soap::{Element, Reader, SoapError, XmlWriter};

use super::MAX_BATCH;

/// How often an update was installed on computers of a kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClientActivitySummary {
    /// The revision.
    pub update: UpdateIdentity,
    /// Successful installations since the last rollup.
    pub install_success_count: i32,
    /// Failed installations since the last rollup.
    pub install_failure_count: i32,
}

/// How many computers of a kind a downstream server has, and what was installed on them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientSummary {
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
    /// Suites of Windows, as bits.
    pub suite_mask: i32,
    /// 1 workstation, 2 domain controller, 3 server.
    pub old_product_type: i32,
    /// The edition (SKU).
    pub new_product_type: i32,
    /// Result of `GetSystemMetrics`.
    pub system_metrics: i32,
    /// Free text, e.g. `AMD64`.
    pub processor_architecture: String,
    /// Computers of this kind. A kind that is repeated because its activities did not go into one request counts again.
    pub count: i32,
    /// What was installed.
    pub activity_summaries: Vec<ClientActivitySummary>,
}

impl ClientSummary {
    pub(super) fn read_array<'a>(
        reader: &mut Reader<'a>,
        array: &Element<'a>,
        items: &mut Vec<Self>,
    ) -> Result<(), SoapError> {
        reader.items(array, MAX_BATCH, items, |reader, _| {
            let mut summary = Self::default();
            reader.children(|reader, element| summary.read_part(reader, element))?;
            Ok(Some(summary))
        })
    }

    fn read_part<'a>(&mut self, reader: &mut Reader<'a>, element: &Element<'a>) -> Result<(), SoapError> {
        match element.name() {
            "OSMajorVersion" => reader.set(element, &mut self.os_major_version)?,
            "OSMinorVersion" => reader.set(element, &mut self.os_minor_version)?,
            "OSBuildNumber" => reader.set(element, &mut self.os_build_number)?,
            "OSServicePackMajorNumber" => reader.set(element, &mut self.os_service_pack_major_number)?,
            "OSServicePackMinorNumber" => reader.set(element, &mut self.os_service_pack_minor_number)?,
            "OSLocale" => self.os_locale = reader.string(element)?,
            "SuiteMask" => reader.set(element, &mut self.suite_mask)?,
            "OldProductType" => reader.set(element, &mut self.old_product_type)?,
            "NewProductType" => reader.set(element, &mut self.new_product_type)?,
            "SystemMetrics" => reader.set(element, &mut self.system_metrics)?,
            "ProcessorArchitecture" => self.processor_architecture = reader.string(element)?,
            "Count" => reader.set(element, &mut self.count)?,
            "ActivitySummaries" => reader.items(element, MAX_GUIDS, &mut self.activity_summaries, |reader, _| {
                ClientActivitySummary::read(reader).map(Some)
            })?,
            _ => {}
        }
        Ok(())
    }

    pub(super) fn write(&self, out: &mut XmlWriter) {
        out.element("DownstreamServerRollupClientSummary", |out| {
            out.int("OSMajorVersion", self.os_major_version);
            out.int("OSMinorVersion", self.os_minor_version);
            out.int("OSBuildNumber", self.os_build_number);
            out.int("OSServicePackMajorNumber", self.os_service_pack_major_number);
            out.int("OSServicePackMinorNumber", self.os_service_pack_minor_number);
            out.text_unless_empty("OSLocale", &self.os_locale);
            out.int("SuiteMask", self.suite_mask);
            out.int("OldProductType", self.old_product_type);
            out.int("NewProductType", self.new_product_type);
            out.int("SystemMetrics", self.system_metrics);
            out.text_unless_empty("ProcessorArchitecture", &self.processor_architecture);
            out.int("Count", self.count);
            out.array("ActivitySummaries", &self.activity_summaries, |out, activity| activity.write(out));
        });
    }
}

impl ClientActivitySummary {
    fn read(reader: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut activity = Self::default();
        reader.children(|reader, element| match element.name() {
            "UpdateId" => reader.set(element, &mut activity.update.update_id),
            "RevisionNumber" => reader.set(element, &mut activity.update.revision_number),
            "InstallSuccessCount" => reader.set(element, &mut activity.install_success_count),
            "InstallFailureCount" => reader.set(element, &mut activity.install_failure_count),
            _ => Ok(()),
        })?;
        Ok(activity)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("DownstreamServerRollupClientActivitySummary", |out| {
            out.guid("UpdateId", self.update.update_id);
            out.int("RevisionNumber", self.update.revision_number);
            out.int("InstallSuccessCount", self.install_success_count);
            out.int("InstallFailureCount", self.install_failure_count);
        });
    }
}
