//! The configuration of an upstream server (\[MS-WSUSSS\] 3.1.4.4.3.1).

use crate::messages::shared::MAX_SMALL_ARRAY;
use crate::soap::{Element, Reader, SoapError, XmlWriter};

/// In which order the numbers of a configuration are written. Clients generated from one of the contracts may insist
/// on theirs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ElementOrder {
    /// That of WSUS and of the document's appendix.
    #[default]
    Wsus,
    /// That of Microsoft's own service and of section 3.1.4.4.3.1.
    MicrosoftUpdate,
}

/// A language that updates may be in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerSyncLanguageData {
    /// Its number, e.g. 1033; 0 stands for all languages and comes first.
    pub language_id: i32,
    /// Its tag, e.g. `en`.
    pub short_language: String,
    /// Its name in English.
    pub long_language: String,
    /// Whether the upstream server has files in it.
    pub enabled: bool,
}

/// Limits, flags and languages of an upstream server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerSyncConfigData {
    /// Whether the server has no files: they are at the address that came with the update from Microsoft.
    pub catalog_only_sync: bool,
    /// Whether the server gets files only when they are needed: they may be missing at first.
    pub lazy_sync: bool,
    /// Whether it has express files too.
    pub server_hosts_psf_files: bool,
    /// Computer ids in one GetDriverIdList; 0: the server has no driver sets, as the next two.
    pub max_number_of_computer_ids_in_request: i32,
    /// Driver sets in one GetDriverSetData.
    pub max_number_of_driver_sets_per_request: i32,
    /// Hardware ids in one GetDriverIdList.
    pub max_number_of_pnp_hardware_ids_in_request: i32,
    /// Updates in one GetUpdateData: 100.
    pub max_number_of_updates_per_request: i32,
    /// To be given back in the next GetConfigData.
    pub new_config_anchor: String,
    /// Protocol of the server: `1.20`.
    pub protocol_version: String,
    /// The languages that changed since the anchor; all without one.
    pub language_update_list: Vec<ServerSyncLanguageData>,
    /// Updates in one GetUpdateDecryptionData: 100.
    pub max_updates_per_request_in_get_update_decryption_data: i32,
    /// How it is written; when read, how it came.
    pub order: ElementOrder,
}

impl ServerSyncConfigData {
    /// Reads the children of the current element.
    ///
    /// # Errors
    /// [`SoapError`] if a value is not of its type or there are too many languages.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut data = Self::default();
        let mut first_number = None;
        reader.children(|reader, element| {
            let order = match element.name() {
                "MaxNumberOfUpdatesPerRequest" => Some(ElementOrder::MicrosoftUpdate),
                "MaxNumberOfComputerIdsInRequest" => Some(ElementOrder::Wsus),
                _ => None,
            };
            first_number = first_number.or(order);
            data.read_part(reader, element)
        })?;
        data.order = first_number.unwrap_or_default();
        Ok(data)
    }

    fn read_part<'a>(&mut self, reader: &mut Reader<'a>, element: &Element<'a>) -> Result<(), SoapError> {
        match element.name() {
            "CatalogOnlySync" => reader.set(element, &mut self.catalog_only_sync)?,
            "LazySync" => reader.set(element, &mut self.lazy_sync)?,
            "ServerHostsPsfFiles" => reader.set(element, &mut self.server_hosts_psf_files)?,
            "MaxNumberOfComputerIdsInRequest" => {
                reader.set(element, &mut self.max_number_of_computer_ids_in_request)?
            }
            "MaxNumberOfDriverSetsPerRequest" => {
                reader.set(element, &mut self.max_number_of_driver_sets_per_request)?
            }
            "MaxNumberOfPnpHardwareIdsInRequest" => {
                reader.set(element, &mut self.max_number_of_pnp_hardware_ids_in_request)?;
            }
            "MaxNumberOfUpdatesPerRequest" => reader.set(element, &mut self.max_number_of_updates_per_request)?,
            "NewConfigAnchor" => self.new_config_anchor = reader.string(element)?,
            "ProtocolVersion" => self.protocol_version = reader.string(element)?,
            "LanguageUpdateList" => {
                reader.items(element, MAX_SMALL_ARRAY, &mut self.language_update_list, |reader, _| {
                    ServerSyncLanguageData::read(reader).map(Some)
                })?;
            }
            "MaxUpdatesPerRequestInGetUpdateDecryptionData" => {
                reader.set(element, &mut self.max_updates_per_request_in_get_update_decryption_data)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Writes an element `name`, in the order of [`order`](Self::order).
    pub fn write(&self, name: &str, out: &mut XmlWriter) {
        let computers = ("MaxNumberOfComputerIdsInRequest", self.max_number_of_computer_ids_in_request);
        let drivers = ("MaxNumberOfDriverSetsPerRequest", self.max_number_of_driver_sets_per_request);
        let hardware = ("MaxNumberOfPnpHardwareIdsInRequest", self.max_number_of_pnp_hardware_ids_in_request);
        let updates = ("MaxNumberOfUpdatesPerRequest", self.max_number_of_updates_per_request);
        let numbers = match self.order {
            ElementOrder::Wsus => [computers, drivers, hardware, updates],
            ElementOrder::MicrosoftUpdate => [updates, drivers, computers, hardware],
        };
        out.element(name, |out| {
            out.bool("CatalogOnlySync", self.catalog_only_sync);
            out.bool("LazySync", self.lazy_sync);
            out.bool("ServerHostsPsfFiles", self.server_hosts_psf_files);
            for (name, number) in numbers {
                out.int(name, number);
            }
            out.text("NewConfigAnchor", &self.new_config_anchor);
            out.text("ProtocolVersion", &self.protocol_version);
            out.element("LanguageUpdateList", |out| {
                for language in &self.language_update_list {
                    language.write(out);
                }
            });
            out.int(
                "MaxUpdatesPerRequestInGetUpdateDecryptionData",
                self.max_updates_per_request_in_get_update_decryption_data,
            );
        });
    }
}

impl ServerSyncLanguageData {
    fn read(reader: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut language = Self::default();
        reader.children(|reader, element| {
            match element.name() {
                "LanguageID" => reader.set(element, &mut language.language_id)?,
                "ShortLanguage" => language.short_language = reader.string(element)?,
                "LongLanguage" => language.long_language = reader.string(element)?,
                "Enabled" => reader.set(element, &mut language.enabled)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(language)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("ServerSyncLanguageData", |out| {
            out.int("LanguageID", self.language_id);
            out.text("ShortLanguage", &self.short_language);
            out.text("LongLanguage", &self.long_language);
            out.bool("Enabled", self.enabled);
        });
    }
}
