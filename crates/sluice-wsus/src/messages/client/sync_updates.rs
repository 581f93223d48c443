//! SyncUpdates (\[MS-WUSP\] 2.2.2.2.4, 3.1.5.7): the rounds of a scan.

use uuid::Uuid;

use super::{Device, SERVICE};
use crate::messages::shared::{Cookie, MAX_REVISION_IDS, MAX_SMALL_ARRAY, SyncInfo};
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// What a client has, and what it asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncUpdateParameters {
    /// Always false.
    pub express_query: bool,
    /// Revisions that are installed and on which others depend. WSUS takes at most 400 entries.
    pub installed_non_leaf_update_ids: Vec<i32>,
    /// All other revisions that the client knows, except drivers.
    pub other_cached_update_ids: Vec<i32>,
    /// The devices: only in the driver pass.
    pub system_spec: Vec<Device>,
    /// Drivers that the client knows.
    pub cached_driver_ids: Vec<i32>,
    /// True in the driver pass.
    pub skip_software_sync: bool,
    /// Only updates of these categories, and what they depend on.
    pub filter_category_ids: Vec<Uuid>,
    /// Whether to tell deployed revisions outside the filter from those that are not deployed any more.
    pub need_two_group_out_of_scope_updates: Option<bool>,
    /// Sent by Windows 11, not in the contract.
    pub also_perform_regular_sync: Option<bool>,
    /// Hardware ids of the computer, the most specific first. `None` if there is no such element.
    pub computer_spec: Option<ComputerSpec>,
    /// Which feature scores of drivers count, e.g. `AMD64.10.0`.
    pub feature_score_matching_key: String,
    /// Sent by Windows 11, not in the contract.
    pub products_parameters: Option<ProductsParameters>,
}

/// Hardware ids of a computer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComputerSpec {
    /// The most specific first.
    pub hardware_ids: Vec<Uuid>,
}

/// What Windows 11 tells about itself with every round: free inventory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductsParameters {
    /// False.
    pub sync_current_version_only: bool,
    /// About 60 attributes, `name=value;`: versions, edition, ring, hardware, and where it looks for updates.
    pub device_attributes: String,
    /// Who asked for the scan, in the same form.
    pub caller_attributes: String,
    /// Empty.
    pub products: String,
}

impl ProductsParameters {
    /// The attributes of the device, as pairs.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.device_attributes.split(';').filter_map(|attribute| attribute.split_once('='))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut parameters = Self::default();
        reader.children(|reader, element| {
            match element.name() {
                "SyncCurrentVersionOnly" => reader.set(element, &mut parameters.sync_current_version_only)?,
                "DeviceAttributes" => parameters.device_attributes = reader.string(element)?,
                "CallerAttributes" => parameters.caller_attributes = reader.string(element)?,
                "Products" => parameters.products = reader.string(element)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(parameters)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.bool("SyncCurrentVersionOnly", self.sync_current_version_only);
        out.text("DeviceAttributes", &self.device_attributes);
        out.text("CallerAttributes", &self.caller_attributes);
        out.text("Products", &self.products);
    }
}

impl SyncUpdateParameters {
    fn read(reader: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut all = Self::default();
        reader.children(|reader, element| {
            match element.name() {
                "ExpressQuery" => reader.set(element, &mut all.express_query)?,
                "InstalledNonLeafUpdateIDs" => {
                    reader.ints(element, MAX_REVISION_IDS, &mut all.installed_non_leaf_update_ids)?;
                }
                "OtherCachedUpdateIDs" => {
                    reader.ints(element, MAX_REVISION_IDS, &mut all.other_cached_update_ids)?;
                }
                "SystemSpec" => Device::read_array(reader, element, &mut all.system_spec)?,
                "CachedDriverIDs" => reader.ints(element, MAX_REVISION_IDS, &mut all.cached_driver_ids)?,
                "SkipSoftwareSync" => reader.set(element, &mut all.skip_software_sync)?,
                "FilterCategoryIds" => {
                    let ids = &mut all.filter_category_ids;
                    // Each is a CategoryIdentifier with an Id.
                    reader.items(element, MAX_SMALL_ARRAY, ids, |reader, _| {
                        let mut id = None;
                        reader.children(|reader, element| {
                            if element.name() == "Id" {
                                id = reader.value(element)?;
                            }
                            Ok(())
                        })?;
                        Ok(id)
                    })?;
                }
                "NeedTwoGroupOutOfScopeUpdates" => {
                    all.need_two_group_out_of_scope_updates = reader.value(element)?;
                }
                "AlsoPerformRegularSync" => all.also_perform_regular_sync = reader.value(element)?,
                "ComputerSpec" => {
                    let mut spec = ComputerSpec::default();
                    reader.children(|reader, element| match element.name() {
                        "HardwareIDs" => reader.values(element, MAX_SMALL_ARRAY, &mut spec.hardware_ids),
                        _ => Ok(()),
                    })?;
                    all.computer_spec = Some(spec);
                }
                "FeatureScoreMatchingKey" => all.feature_score_matching_key = reader.string(element)?,
                "ProductsParameters" => all.products_parameters = Some(ProductsParameters::read(reader)?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(all)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.bool("ExpressQuery", self.express_query);
        out.ints("InstalledNonLeafUpdateIDs", &self.installed_non_leaf_update_ids);
        out.ints("OtherCachedUpdateIDs", &self.other_cached_update_ids);
        out.array("SystemSpec", &self.system_spec, |out, device| device.write(out));
        out.ints("CachedDriverIDs", &self.cached_driver_ids);
        out.bool("SkipSoftwareSync", self.skip_software_sync);
        out.array("FilterCategoryIds", &self.filter_category_ids, |out, id| {
            out.element("CategoryIdentifier", |out| out.guid("Id", *id));
        });
        let flags = [
            ("NeedTwoGroupOutOfScopeUpdates", self.need_two_group_out_of_scope_updates),
            ("AlsoPerformRegularSync", self.also_perform_regular_sync),
        ];
        for (name, flag) in flags {
            if let Some(flag) = flag {
                out.bool(name, flag);
            }
        }
        if let Some(spec) = &self.computer_spec {
            out.element("ComputerSpec", |out| out.guids("HardwareIDs", &spec.hardware_ids));
        }
        out.text_unless_empty("FeatureScoreMatchingKey", &self.feature_score_matching_key);
        if let Some(parameters) = &self.products_parameters {
            out.element("ProductsParameters", |out| parameters.write(out));
        }
    }
}

/// Asks for one round.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncUpdates {
    /// The cookie.
    pub cookie: Option<Cookie>,
    /// What the client has; `None` if the element was absent.
    pub parameters: Option<SyncUpdateParameters>,
}

impl Message<'_> for SyncUpdates {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "SyncUpdates";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "parameters" => request.parameters = Some(SyncUpdateParameters::read(reader)?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        Cookie::write_optional(self.cookie.as_ref(), "cookie", out);
        if let Some(parameters) = &self.parameters {
            out.element("parameters", |out| parameters.write(out));
        }
    }
}

/// What one round answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SyncUpdatesResponse<'a> {
    /// What is new, gone and changed.
    pub result: SyncInfo<'a>,
}

impl<'a> Message<'a> for SyncUpdatesResponse<'a> {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "SyncUpdatesResponse";

    fn read(body: &mut Reader<'a>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| {
            if element.name() == "SyncUpdatesResult" {
                response.result = SyncInfo::read(reader, element)?;
            }
            Ok(())
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        self.result.write("SyncUpdatesResult", out);
    }
}
