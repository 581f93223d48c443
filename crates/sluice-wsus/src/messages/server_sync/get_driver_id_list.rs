//! GetDriverIdList (\[MS-WSUSSS\] 3.1.4.7): which drivers there are for some hardware. Only Microsoft's own service has
//! driver sets.

use uuid::Uuid;

use super::{HardwareIdAndDelta, IdAndDelta, SERVICE};
use crate::messages::shared::{Cookie, MAX_IDENTITIES, UpdateIdentity};
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// Which drivers are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerSyncDriverFilter {
    /// The anchor of the last answer; empty at first.
    pub anchor: String,
    /// Products.
    pub categories: Vec<IdAndDelta>,
    /// Models of computers; at most `MaxNumberOfComputerIdsInRequest`.
    pub computer_ids: Vec<IdAndDelta>,
    /// Hardware; at most `MaxNumberOfPnpHardwareIdsInRequest`.
    pub pnp_hardware_ids: Vec<HardwareIdAndDelta>,
}

/// Asks for drivers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetDriverIdList {
    /// The cookie.
    pub cookie: Option<Cookie>,
    /// Which drivers; `None` if the element was absent.
    pub filter: Option<ServerSyncDriverFilter>,
}

impl ServerSyncDriverFilter {
    fn read(reader: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut filter = Self::default();
        reader.children(|reader, element| {
            match element.name() {
                "Anchor" => filter.anchor = reader.string(element)?,
                "Categories" => IdAndDelta::read_array(reader, element, &mut filter.categories)?,
                "ComputerIds" => IdAndDelta::read_array(reader, element, &mut filter.computer_ids)?,
                "PnpHardwareIds" => HardwareIdAndDelta::read_array(reader, element, &mut filter.pnp_hardware_ids)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(filter)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("filter", |out| {
            out.text_unless_empty("Anchor", &self.anchor);
            IdAndDelta::write_array("Categories", &self.categories, out);
            IdAndDelta::write_array("ComputerIds", &self.computer_ids, out);
            HardwareIdAndDelta::write_array("PnpHardwareIds", &self.pnp_hardware_ids, out);
        });
    }
}

impl Message<'_> for GetDriverIdList {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetDriverIdList";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "filter" => request.filter = Some(ServerSyncDriverFilter::read(reader)?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        Cookie::write_optional(self.cookie.as_ref(), "cookie", out);
        if let Some(filter) = &self.filter {
            filter.write(out);
        }
    }
}

/// The drivers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetDriverIdListResponse {
    /// To be given back in the next filter.
    pub anchor: String,
    /// Revisions of driver updates.
    pub new_revisions: Vec<UpdateIdentity>,
    /// Sets of drivers, to be asked for in GetDriverSetData.
    pub new_driver_sets: Vec<Uuid>,
    /// Sets that are no more.
    pub removed_driver_sets: Vec<Uuid>,
}

impl Message<'_> for GetDriverIdListResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetDriverIdListResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| {
            if element.name() != "GetDriverIdListResult" {
                return Ok(());
            }
            reader.children(|reader, element| {
                match element.name() {
                    "Anchor" => response.anchor = reader.string(element)?,
                    "NewRevisions" => UpdateIdentity::read_array(reader, element, &mut response.new_revisions)?,
                    "NewDriverSets" => reader.values(element, MAX_IDENTITIES, &mut response.new_driver_sets)?,
                    "RemovedDriverSets" => reader.values(element, MAX_IDENTITIES, &mut response.removed_driver_sets)?,
                    _ => {}
                }
                Ok(())
            })
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("GetDriverIdListResult", |out| {
            out.text("Anchor", &self.anchor);
            UpdateIdentity::write_array("NewRevisions", self.new_revisions.iter().copied(), out);
            out.guids("NewDriverSets", &self.new_driver_sets);
            out.guids("RemovedDriverSets", &self.removed_driver_sets);
        });
    }
}
