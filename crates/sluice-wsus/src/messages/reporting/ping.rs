//! Ping (\[MS-WSUSSS\] 6.3): a health check of the service, in a namespace of its own.

use jiff::Timestamp;

use crate::soap::{Message, Reader, Service, SoapError, Style, XmlWriter};

const MONITORABLE: Service =
    Service { namespace: "http://www.microsoft.com/SoftwareDistribution/Server/IMonitorable", style: Style::Asmx };

/// Asks whether the service is well.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ping {
    /// How thorough to be.
    pub ping_level: i32,
}

impl Message<'_> for Ping {
    const SERVICE: Service = MONITORABLE;
    const ELEMENT: &'static str = "Ping";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| match element.name() {
            "pingLevel" => reader.set(element, &mut request.ping_level),
            _ => Ok(()),
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.int("pingLevel", self.ping_level);
    }
}

/// How the service is. The parts about configuration files, which do not exist here, are written empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MonitoredServicesResponse {
    /// Whether it is well.
    pub success_flag: bool,
    /// Its clock.
    pub services_time: Timestamp,
    /// Its name.
    pub services_name: String,
    /// Whether the request came over TLS.
    pub is_https: bool,
}

/// How the service is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PingResponse {
    /// How the service is.
    pub result: MonitoredServicesResponse,
}

impl Message<'_> for PingResponse {
    const SERVICE: Service = MONITORABLE;
    const ELEMENT: &'static str = "PingResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        let result = &mut response.result;
        body.children(|reader, element| {
            if element.name() != "PingResult" {
                return Ok(());
            }
            reader.children(|reader, element| {
                match element.name() {
                    "SuccessFlag" => reader.set(element, &mut result.success_flag)?,
                    "ServicesTime" => reader.set(element, &mut result.services_time)?,
                    "ServicesName" => result.services_name = reader.string(element)?,
                    "IsHttps" => reader.set(element, &mut result.is_https)?,
                    _ => {}
                }
                Ok(())
            })
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        let result = &self.result;
        out.element("PingResult", |out| {
            out.bool("SuccessFlag", result.success_flag);
            out.date_time("ServicesTime", result.services_time);
            out.text("ServicesName", &result.services_name);
            out.bool("IsHttps", result.is_https);
            // Mandatory in the contract.
            out.date_time("ConfigFileLastModifiedTime", result.services_time);
            out.date_time("ConfigFileNextExpirationTime", result.services_time);
            out.int("ConfigFileExpirationModuloInMinutes", 0);
        });
    }
}
