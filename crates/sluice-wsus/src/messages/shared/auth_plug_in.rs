//! How to get authorization (\[MS-WUSP\] 2.2.2.2.1, \[MS-WSUSSS\] 3.1.4.1).

use super::limits::MAX_SMALL_ARRAY;
use crate::soap::{Element, Reader, SoapError, XmlWriter};

/// How clients and downstream servers get authorization.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthPlugInInfo {
    /// `SimpleTargeting` for clients, `DssTargeting` for servers.
    pub plug_in_id: String,
    /// Path of the service, relative to the root of the server.
    pub service_url: String,
    /// Empty.
    pub parameter: String,
}

impl AuthPlugInInfo {
    /// Appends the items of the array that is the current element.
    ///
    /// # Errors
    /// [`SoapError::TooLong`] if there are too many.
    pub fn read_array<'a>(
        reader: &mut Reader<'a>,
        array: &Element<'a>,
        items: &mut Vec<Self>,
    ) -> Result<(), SoapError> {
        reader.items(array, MAX_SMALL_ARRAY, items, |reader, _| {
            let mut plug_in = Self::default();
            reader.children(|reader, element| {
                match element.name() {
                    "PlugInID" => plug_in.plug_in_id = reader.string(element)?,
                    "ServiceUrl" => plug_in.service_url = reader.string(element)?,
                    "Parameter" => plug_in.parameter = reader.string(element)?,
                    _ => {}
                }
                Ok(())
            })?;
            Ok(Some(plug_in))
        })
    }

    /// Writes an element `AuthInfo`, or nothing if there are none.
    pub fn write_array(items: &[Self], out: &mut XmlWriter) {
        out.array("AuthInfo", items, |out, plug_in| {
            out.element("AuthPlugInInfo", |out| {
                out.text("PlugInID", &plug_in.plug_in_id);
                out.text("ServiceUrl", &plug_in.service_url);
                out.text("Parameter", &plug_in.parameter);
            });
        });
    }
}
