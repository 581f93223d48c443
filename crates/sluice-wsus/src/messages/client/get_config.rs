//! GetConfig (\[MS-WUSP\] 2.2.2.2.1): the first call of every client.

use jiff::Timestamp;

use super::SERVICE;
use crate::messages::shared::{AuthPlugInInfo, MAX_SMALL_ARRAY};
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// Asks for the configuration of the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetConfig {
    /// Protocol of the client, two whole numbers: `2.90` is newer than `2.4`.
    pub protocol_version: String,
}

impl Message<'_> for GetConfig {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetConfig";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            if element.name() == "protocolVersion" {
                request.protocol_version = reader.string(element)?;
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.text("protocolVersion", &self.protocol_version);
    }
}

/// A named setting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigurationProperty {
    /// Its name, e.g. `MaxExtendedUpdatesPerRequest`.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// The configuration of the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetConfigResponse {
    /// When it last changed; clients give it back in GetCookie.
    pub last_change: Timestamp,
    /// Whether clients must call RegisterComputer.
    pub is_registration_required: bool,
    /// How to get authorization: exactly one.
    pub auth_info: Vec<AuthPlugInInfo>,
    /// The events to report. Empty means all; WSUS sends none.
    pub allowed_event_ids: Vec<i32>,
    /// Settings, in the order sent.
    pub properties: Vec<ConfigurationProperty>,
}

impl Message<'_> for GetConfigResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetConfigResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(
            |reader, element| {
                if element.name() == "GetConfigResult" { response.read_result(reader) } else { Ok(()) }
            },
        )?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("GetConfigResult", |out| {
            out.date_time("LastChange", self.last_change);
            out.bool("IsRegistrationRequired", self.is_registration_required);
            AuthPlugInInfo::write_array(&self.auth_info, out);
            out.ints("AllowedEventIds", &self.allowed_event_ids);
            out.array("Properties", &self.properties, |out, property| {
                out.element("ConfigurationProperty", |out| {
                    out.text("Name", &property.name);
                    out.text("Value", &property.value);
                });
            });
        });
    }
}

impl GetConfigResponse {
    fn read_result(&mut self, reader: &mut Reader<'_>) -> Result<(), SoapError> {
        reader.children(|reader, element| match element.name() {
            "LastChange" => reader.set(element, &mut self.last_change),
            "IsRegistrationRequired" => reader.set(element, &mut self.is_registration_required),
            "AuthInfo" => AuthPlugInInfo::read_array(reader, element, &mut self.auth_info),
            "AllowedEventIds" => reader.values(element, MAX_SMALL_ARRAY, &mut self.allowed_event_ids),
            "Properties" => reader.items(element, MAX_SMALL_ARRAY, &mut self.properties, |reader, _| {
                let mut property = ConfigurationProperty::default();
                reader.children(|reader, element| {
                    match element.name() {
                        "Name" => property.name = reader.string(element)?,
                        "Value" => property.value = reader.string(element)?,
                        _ => {}
                    }
                    Ok(())
                })?;
                Ok(Some(property))
            }),
            _ => Ok(()),
        })
    }
}
