//! Refusals, as Microsoft's server words them (protocols.md §2.3).

use sluice_site::downstream::ServerFault;
use sluice_site::windows::ClientFault;
use sluice_wsus::soap::{ErrorCode, Fault, ProtocolFault, Style};
use uuid::Uuid;

use super::ask::{Ask, Failure};
use super::{Reply, Service};

/// The answer to a request that failed. What is our doing is logged with the number that the client
/// is told.
pub(super) fn reply(ask: &Ask<'_>, service: Service, action: &str, failure: Failure) -> Reply {
    let id = ask.site.windows_fault_id();
    let bytes = match failure {
        Failure::Fault(fault) => {
            tracing::debug!(%id, %fault, action, peer = %ask.peer, "a Windows client was refused");
            write(ask, service, &of_site(fault, id, action))
        }
        Failure::Server(fault) => {
            tracing::debug!(%id, %fault, action, peer = %ask.peer, "a downstream server was refused");
            write(ask, service, &of_server(fault, id, action))
        }
        Failure::Soap(error) => {
            tracing::debug!(%id, %error, action, peer = %ask.peer, "a request of a Windows client cannot be read");
            match error.service_fault(id, action) {
                Some(fault) => write(ask, service, &fault),
                None => error.protocol_fault().write(&error.to_string(), service.style(), ask.writing.version),
            }
        }
        Failure::Damaged(error) => {
            tracing::error!(%id, %error, action, "prepared metadata is damaged; restart the site to make it anew");
            ProtocolFault::Server.write("the server failed", service.style(), ask.writing.version)
        }
    };
    Reply::failure(service, ask.writing.version, bytes)
}

fn write(ask: &Ask<'_>, service: Service, fault: &Fault) -> Vec<u8> {
    // ASMX services name themselves, WCF ones do not (C).
    let actor = match service.style() {
        Style::Asmx => ask.root().map(|root| format!("{root}{}", ask.path.trim_start_matches('/'))),
        Style::Wcf | Style::Agent => None,
    };
    Fault { actor, ..fault.clone() }.write(service.style(), ask.writing.version)
}

fn of_site(fault: ClientFault, id: Uuid, action: &str) -> Fault {
    let (code, message) = match fault {
        ClientFault::InvalidCookie => (ErrorCode::InvalidCookie, ""),
        ClientFault::CookieExpired => (ErrorCode::CookieExpired, ""),
        ClientFault::ServerChanged => (ErrorCode::ServerChanged, ""),
        ClientFault::ConfigChanged => (ErrorCode::ConfigChanged, ""),
        ClientFault::RegistrationRequired => (ErrorCode::RegistrationRequired, ""),
        ClientFault::RegistrationNotRequired => (ErrorCode::RegistrationNotRequired, ""),
        ClientFault::InvalidAuthorizationCookie => (ErrorCode::InvalidAuthorizationCookie, ""),
        ClientFault::InvalidParameters(parameter) => (ErrorCode::InvalidParameters, parameter),
        ClientFault::NoDevicesHere => (ErrorCode::InvalidParameters, NO_DEVICES_HERE),
        ClientFault::ServerBusy => (ErrorCode::ServerBusy, ""),
        ClientFault::Internal => (ErrorCode::InternalServerError, ""),
    };
    Fault { code, message: message.to_owned(), id, action: action.to_owned(), actor: None }
}

/// What stands in the log of a device at the wrong site; none of the codes says it.
const NO_DEVICES_HERE: &str = "computerInfo: this is a central administration site; devices register at a primary site";

/// What a server that is not approved reads in its log; none of the codes says it.
const NOT_APPROVED: &str = "accountGuid: this server is not approved at the upstream server";

fn of_server(fault: ServerFault, id: Uuid, action: &str) -> Fault {
    let (code, message) = match fault {
        ServerFault::InvalidCookie => (ErrorCode::InvalidCookie, String::new()),
        ServerFault::InvalidAuthorizationCookie => (ErrorCode::InvalidAuthorizationCookie, String::new()),
        ServerFault::ServerChanged => (ErrorCode::ServerChanged, String::new()),
        ServerFault::IncompatibleProtocolVersion => (ErrorCode::IncompatibleProtocolVersion, String::new()),
        ServerFault::InvalidParameters(parameter) => (ErrorCode::InvalidParameters, parameter.to_owned()),
        ServerFault::NotApproved => (ErrorCode::InvalidParameters, NOT_APPROVED.to_owned()),
        ServerFault::FileDigestsMissing(digests) => (ErrorCode::FileDigestsMissing, digests),
        ServerFault::ServerBusy => (ErrorCode::ServerBusy, String::new()),
        ServerFault::UnknownRevision | ServerFault::Internal => (ErrorCode::InternalServerError, String::new()),
    };
    Fault { code, message, id, action: action.to_owned(), actor: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_its_code() {
        let all = [
            (ClientFault::InvalidCookie, "InvalidCookie", "Client"),
            (ClientFault::CookieExpired, "CookieExpired", "Client"),
            (ClientFault::ServerChanged, "ServerChanged", "Client"),
            (ClientFault::ConfigChanged, "ConfigChanged", "Client"),
            (ClientFault::RegistrationRequired, "RegistrationRequired", "Client"),
            (ClientFault::RegistrationNotRequired, "RegistrationNotRequired", "Client"),
            (ClientFault::InvalidAuthorizationCookie, "InvalidAuthorizationCookie", "Client"),
            (ClientFault::InvalidParameters("parameters"), "InvalidParameters", "Client"),
            (ClientFault::NoDevicesHere, "InvalidParameters", "Client"),
            (ClientFault::ServerBusy, "ServerBusy", "Server"),
            (ClientFault::Internal, "InternalServerError", "Server"),
        ];
        for (fault, code, side) in all {
            let message = match fault {
                ClientFault::InvalidParameters(parameter) => parameter,
                ClientFault::NoDevicesHere => NO_DEVICES_HERE,
                _ => "",
            };
            let bytes = of_site(fault, Uuid::nil(), "urn:x/Y").write(Style::Wcf, Default::default());
            let text = String::from_utf8(bytes).unwrap();
            assert!(
                text.contains(&format!("<faultcode>s:{side}</faultcode><faultstring>Fault occurred</faultstring>"))
            );
            assert!(
                text.contains(&format!(
                    "<detail><ErrorCode>{code}</ErrorCode><Message>{message}</Message><ID>{}</ID><Method>\"urn:x/Y\"</Method></detail>",
                    Uuid::nil()
                )),
                "{text}"
            );
        }
    }
}
