//! From bytes to the request of a service.

use bytes::Bytes;
use sluice_wsus::messages::client::ClientRequest;
use sluice_wsus::messages::dss_auth::DssAuthRequest;
use sluice_wsus::messages::reporting::ReportingRequest;
use sluice_wsus::messages::rollup::RollupRequest;
use sluice_wsus::messages::server_sync::ServerSyncRequest;
use sluice_wsus::messages::simple_auth::SimpleAuthRequest;
use sluice_wsus::soap::{Envelope, Limits, SoapError, SoapVersion, decode};

use super::ask::{Answered, Ask};
use super::{Service, client, dss_auth, reporting, rollup, server_sync, simple_auth, version_of};

/// A request of any service.
pub(super) enum Request {
    Client(ClientRequest),
    SimpleAuth(SimpleAuthRequest),
    Reporting(ReportingRequest),
    Rollup(RollupRequest),
    ServerSync(ServerSyncRequest),
    DssAuth(DssAuthRequest),
}

/// A request that was read.
pub(super) struct Parsed {
    pub(super) version: SoapVersion,
    pub(super) request: Request,
    /// Its SOAPAction, by its contents: what the header says does not count.
    pub(super) action: String,
}

/// A request that cannot be read.
pub(super) struct Refused {
    pub(super) version: SoapVersion,
    pub(super) error: SoapError,
    /// Its SOAPAction, when the request came that far.
    pub(super) action: Option<String>,
}

/// Reads a request; a large one off the async threads.
pub(super) async fn parse(service: Service, bytes: Bytes, content_type: &str, large: bool) -> Result<Parsed, Refused> {
    if !large {
        return read(service, &bytes, content_type);
    }
    let (version, content_type) = (version_of(content_type), content_type.to_owned());
    let work = tokio::task::spawn_blocking(move || read(service, &bytes, &content_type));
    // A panic in the parser is a defect of ours; the request counts as unreadable.
    work.await.unwrap_or(Err(Refused { version, error: SoapError::Unfinished, action: None }))
}

fn read(service: Service, bytes: &[u8], content_type: &str) -> Result<Parsed, Refused> {
    let before = |error| Refused { version: version_of(content_type), error, action: None };
    let text = decode(bytes, charset(content_type)).map_err(before)?;
    let envelope = Envelope::open(&text, Limits::REQUEST).map_err(before)?;
    let version = envelope.version;
    let action = (!envelope.namespace.is_empty()).then(|| format!("{}/{}", envelope.namespace, envelope.operation));
    let request = match service {
        Service::Client => ClientRequest::read(envelope).map(|request| (request.action(), Request::Client(request))),
        Service::SimpleAuth => {
            SimpleAuthRequest::read(envelope).map(|request| (request.action(), Request::SimpleAuth(request)))
        }
        Service::ServerSync => {
            ServerSyncRequest::read(envelope).map(|request| (request.action(), Request::ServerSync(request)))
        }
        Service::DssAuth => DssAuthRequest::read(envelope).map(|request| (request.action(), Request::DssAuth(request))),
        Service::Reporting if rollup::OPERATIONS.contains(&envelope.operation.as_str()) => {
            RollupRequest::read(envelope).map(|request| (request.action(), Request::Rollup(request)))
        }
        Service::Reporting => {
            ReportingRequest::read(envelope).map(|request| (request.action(), Request::Reporting(request)))
        }
    };
    match request {
        Ok((action, request)) => Ok(Parsed { version, request, action }),
        Err(error) => Err(Refused { version, error, action }),
    }
}

pub(super) fn charset(content_type: &str) -> Option<&str> {
    let parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let charset =
        parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset")).map(|(_, value)| value).next();
    charset.map(|charset| charset.trim().trim_matches('"'))
}

impl Request {
    /// The answer, as it goes over the wire, with its share of memory.
    pub(super) async fn answer(self, ask: &Ask<'_>) -> Answered {
        let answer = match self {
            Self::Client(request) => client::answer(ask, request).await,
            Self::SimpleAuth(request) => simple_auth::answer(ask, request),
            Self::Reporting(request) => reporting::answer(ask, request).await,
            Self::Rollup(request) => rollup::answer(ask, request).await,
            Self::ServerSync(request) => server_sync::answer(ask, request).await,
            Self::DssAuth(request) => dss_auth::answer(ask, request).await,
        };
        ask.counted(answer?).await
    }
}
