//! SyncPrinterCatalog (\[MS-WUSP\] 2.2.2.2.9): drivers of printers, for the Add Printer wizard.

use super::SERVICE;
use crate::messages::shared::{Cookie, MAX_REVISION_IDS, SyncInfo};
use crate::soap::{Message, Reader, Service, SoapError, XmlWriter};

/// Asks for the drivers of printers that are new.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncPrinterCatalog {
    /// The cookie.
    pub cookie: Option<Cookie>,
    /// Revisions that are installed and on which others depend.
    pub installed_non_leaf_update_ids: Vec<i32>,
    /// Revisions of printer drivers that the client knows.
    pub printer_update_ids: Vec<i32>,
}

impl Message<'_> for SyncPrinterCatalog {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "SyncPrinterCatalog";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "installedNonLeafUpdateIDs" => {
                    reader.ints(element, MAX_REVISION_IDS, &mut request.installed_non_leaf_update_ids)?;
                }
                "printerUpdateIDs" => reader.ints(element, MAX_REVISION_IDS, &mut request.printer_update_ids)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        Cookie::write_optional(self.cookie.as_ref(), "cookie", out);
        out.ints("installedNonLeafUpdateIDs", &self.installed_non_leaf_update_ids);
        out.ints("printerUpdateIDs", &self.printer_update_ids);
    }
}

/// What is new.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SyncPrinterCatalogResponse<'a> {
    /// What is new, gone and changed.
    pub result: SyncInfo<'a>,
}

impl<'a> Message<'a> for SyncPrinterCatalogResponse<'a> {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "SyncPrinterCatalogResponse";

    fn read(body: &mut Reader<'a>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| {
            if element.name() == "SyncPrinterCatalogResult" {
                response.result = SyncInfo::read(reader, element)?;
            }
            Ok(())
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        self.result.write("SyncPrinterCatalogResult", out);
    }
}
