//! GetDriverSetData (\[MS-WSUSSS\] 3.1.4.8): the contents of driver sets. Only Microsoft's own service has them.

use uuid::Uuid;

use super::SERVICE;
use crate::messages::shared::{Cookie, MAX_GUIDS};
use crate::soap::{Fragment, Message, Reader, Service, SoapError, XmlWriter};

/// Asks for driver sets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetDriverSetData {
    /// The cookie.
    pub cookie: Option<Cookie>,
    /// The sets; at most `MaxNumberOfDriverSetsPerRequest`. `None` if the element was absent or nil.
    pub driver_sets: Option<Vec<Uuid>>,
}

impl Message<'_> for GetDriverSetData {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetDriverSetData";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "driverSets" if !element.is_nil() => {
                    reader.values(element, MAX_GUIDS, request.driver_sets.get_or_insert_default())?;
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        Cookie::write_optional(self.cookie.as_ref(), "cookie", out);
        if let Some(sets) = &self.driver_sets {
            out.guids("driverSets", sets);
        }
    }
}

/// A driver set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ServerSyncDriverSetData<'a> {
    /// Which set.
    pub driver_set_id: Uuid,
    /// What is in it, as XML.
    pub driver_set_xml: Option<Fragment<'a>>,
}

/// The driver sets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GetDriverSetDataResponse<'a> {
    /// One for each.
    pub driver_sets: Vec<ServerSyncDriverSetData<'a>>,
}

impl<'a> Message<'a> for GetDriverSetDataResponse<'a> {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetDriverSetDataResponse";

    fn read(body: &mut Reader<'a>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        let sets = &mut response.driver_sets;
        body.children(|reader, element| {
            if element.name() != "GetDriverSetDataResult" {
                return Ok(());
            }
            reader.children(|reader, element| match element.name() {
                "DriverSets" => reader.items(element, MAX_GUIDS, sets, |reader, _| {
                    let mut set = ServerSyncDriverSetData::default();
                    reader.children(|reader, element| {
                        match element.name() {
                            "DriverSetId" => reader.set(element, &mut set.driver_set_id)?,
                            "DriverSetXml" => set.driver_set_xml = Some(reader.fragment()?),
                            _ => {}
                        }
                        Ok(())
                    })?;
                    Ok(Some(set))
                }),
                _ => Ok(()),
            })
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("GetDriverSetDataResult", |out| {
            out.array("DriverSets", &self.driver_sets, |out, set| {
                out.element("ServerSyncDriverSetData", |out| {
                    out.guid("DriverSetId", set.driver_set_id);
                    if let Some(xml) = &set.driver_set_xml {
                        out.fragment("DriverSetXml", xml);
                    }
                });
            });
        });
    }
}
