//! The web services that the Windows Update Agent (MS-WUSP) and servers further down (MS-WSUSSS) call: what comes over HTTP becomes a use
//! case of the site, and what that answers goes back in the form of Microsoft's own server.
//!
//! Only `sluice-wsus` knows the XML. Here its messages and the site's types are converted by hand,
//! one file per operation; nothing is decided.

mod ask;
mod body;
mod call;
mod client;
mod convert;
mod dss_auth;
mod fault;
mod parse;
mod reply;
mod reporting;
mod rollup;
mod server_sync;
mod service;
mod simple_auth;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use sluice_site::Site;
use sluice_wsus::soap::{ContentEncoding, SoapVersion};

use crate::server::{Cutoff, Peer};
pub(crate) use body::{LARGE, TIME as BODY_TIME, Unread};
pub(crate) use call::Call;
pub(crate) use reply::Reply;
pub(crate) use service::Service;

/// How a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exposure {
    /// Through TLS.
    Tls,
    /// In the clear: only when the site's settings allow it.
    Plain,
}

/// Answers a request to a service.
pub(crate) async fn serve(site: Arc<Site>, exposure: Exposure, service: Service, request: Request) -> Response {
    match *request.method() {
        Method::POST => {}
        Method::GET | Method::HEAD => return about(service),
        _ => return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD, POST")]).into_response(),
    }
    if exposure == Exposure::Plain && !site.windows_serves_plain() {
        return refused_plain();
    }
    let (parts, body) = request.into_parts();
    let (bytes, large) = match body::read(&parts.headers, body).await {
        Ok(read) => read,
        Err(refusal) => return refusal.into_response(),
    };
    let offers = parts.headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let call = Call {
        site: &site,
        exposure,
        service,
        path: parts.uri.path(),
        peer: parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0),
        host: text(&parts.headers, HOST.as_str()).or_else(|| parts.uri.authority().map(|a| a.as_str())),
        content_type: text(&parts.headers, CONTENT_TYPE.as_str()).unwrap_or_default(),
        action: text(&parts.headers, "soapaction"),
        encoding: encoding(offers),
    };
    let reply = match call.recall(&bytes) {
        Some(reply) => reply,
        None => call.answer(bytes, large.is_some()).await,
    };
    reply.into_response(parts.extensions.get::<Cutoff>())
}

/// What a person sees who opens the address in a browser. The contract is not served: it is Microsoft's.
fn about(service: Service) -> Response {
    format!("{}: SOAP messages are posted here; there is nothing to see.\n", service.title()).into_response()
}

fn refused_plain() -> Response {
    let line = "This site gives metadata through TLS only. Point WUServer and WUStatusServer at its TLS port.\n";
    (StatusCode::FORBIDDEN, line).into_response()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Xpress, if the client offers it in any of its lists.
pub(crate) fn encoding<'a>(mut offers: impl Iterator<Item = &'a str>) -> ContentEncoding {
    let is_xpress = |offer: &str| {
        let (name, weight) = offer.split_once(';').unwrap_or((offer, ""));
        let refused = weight.trim().trim_start_matches("q=").trim().parse::<f32>() == Ok(0.0);
        name.trim().eq_ignore_ascii_case("xpress") && !refused
    };
    if offers.any(|list| list.split(',').any(is_xpress)) { ContentEncoding::Xpress } else { ContentEncoding::Identity }
}

/// What a refusal before the envelope was read is written in.
fn version_of(content_type: &str) -> SoapVersion {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/soap+xml") { SoapVersion::Soap12 } else { SoapVersion::Soap11 }
}
