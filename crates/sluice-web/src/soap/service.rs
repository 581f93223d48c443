//! The services and their addresses.

use sluice_wsus::messages::{client, dss_auth, reporting, server_sync, simple_auth};
use sluice_wsus::soap::Style;

/// A web service that agents or servers call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// What there is for a client.
    Client,
    /// Who a client is.
    SimpleAuth,
    /// What happened on a client, and what servers further down know.
    Reporting,
    /// What there is for a server further down.
    ServerSync,
    /// Who such a server is.
    DssAuth,
}

impl Service {
    const ALL: [Self; 5] = [Self::Client, Self::SimpleAuth, Self::Reporting, Self::ServerSync, Self::DssAuth];

    const fn path(self) -> &'static str {
        match self {
            Self::Client => "ClientWebService/client.asmx",
            Self::SimpleAuth => "SimpleAuthWebService/SimpleAuth.asmx",
            Self::Reporting => "ReportingWebService/ReportingWebService.asmx",
            Self::ServerSync => "ServerSyncWebService/ServerSyncWebService.asmx",
            Self::DssAuth => "DssAuthWebService/DssAuthWebService.asmx",
        }
    }

    /// The service at a path. Case does not count, nor how many slashes there are where one belongs:
    /// real clients write both (protocols.md §1.1).
    pub(crate) fn at(path: &str) -> Option<Self> {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let (folder, page) = (parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        Self::ALL.into_iter().find(|service| {
            service.path().split_once('/').is_some_and(|(its_folder, its_page)| {
                its_folder.eq_ignore_ascii_case(folder) && its_page.eq_ignore_ascii_case(page)
            })
        })
    }

    /// What it is called for people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Client => "Update service for Windows devices",
            Self::SimpleAuth => "Authorization service for Windows devices",
            Self::Reporting => "Reporting service for Windows devices",
            Self::ServerSync => "Synchronization service for downstream servers",
            Self::DssAuth => "Authorization service for downstream servers",
        }
    }

    /// How its server writes.
    pub(crate) fn style(self) -> Style {
        match self {
            Self::Client => client::SERVICE.style,
            Self::SimpleAuth => simple_auth::SERVICE.style,
            Self::Reporting => reporting::SERVICE.style,
            Self::ServerSync => server_sync::SERVICE.style,
            Self::DssAuth => dss_auth::SERVICE.style,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_in_any_case() {
        assert_eq!(Service::at("/ClientWebService/client.asmx"), Some(Service::Client));
        assert_eq!(Service::at("/clientwebservice/Client.ASMX"), Some(Service::Client));
        assert_eq!(Service::at("//SimpleAuthWebService//SimpleAuth.asmx"), Some(Service::SimpleAuth));
        assert_eq!(Service::at("/ReportingWebService/ReportingWebService.asmx"), Some(Service::Reporting));
        assert_eq!(Service::at("//DssAuthWebService/DssAuthWebService.asmx"), Some(Service::DssAuth));
        assert_eq!(Service::at("/serversyncwebservice/serversyncwebservice.asmx"), Some(Service::ServerSync));
        for other in
            ["/", "", "/ReportingWebService/WebService.asmx", "/ClientWebService/client.asmx/x", "/client.asmx"]
        {
            assert_eq!(Service::at(other), None, "{other}");
        }
    }
}
