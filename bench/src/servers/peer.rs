//! A server that asks for documents, as the protocol wants it.

use std::net::SocketAddr;

use bytes::Bytes;
use sluice_wsus::messages::dss_auth::{GetAuthorizationCookie, GetAuthorizationCookieResponse};
use sluice_wsus::messages::server_sync::{GetCookie, GetCookieResponse, GetUpdateData};
use sluice_wsus::messages::shared::{Cookie, UpdateIdentity};
use sluice_wsus::soap::{Message, SoapVersion, read_response, write_server_request};
use uuid::Uuid;

use crate::windows::client::Exchange;
use crate::windows::http::Connection;

/// Where the services are.
const SERVICE: &str = "/ServerSyncWebService/ServerSyncWebService.asmx";
const AUTHORIZATION: &str = "/DssAuthWebService/DssAuthWebService.asmx";
/// Most updates in a request, as a WSUS allows.
pub const BATCH: usize = 100;

/// A server.
pub struct Peer {
    connection: Connection,
    cookie: Cookie,
}

impl Peer {
    /// Introduces a server.
    pub async fn introduce(to: SocketAddr, number: usize) -> anyhow::Result<Self> {
        let mut peer = Self { connection: Connection::open(to, number).await?, cookie: Cookie::default() };
        let hello = GetAuthorizationCookie {
            account_name: format!("wsus-{number}.bench.example"),
            account_guid: Uuid::from_u128(0xbe4c_5e40 << 64 | number as u128).to_string(),
            program_keys: Vec::new(),
        };
        let answer = peer.call(AUTHORIZATION, &hello).await?;
        let answer: GetAuthorizationCookieResponse = read_response(std::str::from_utf8(&answer.answer)?)?;
        let cookie =
            GetCookie { auth_cookies: vec![answer.cookie], old_cookie: None, protocol_version: "1.20".to_owned() };
        let answer = peer.call(SERVICE, &cookie).await?;
        peer.cookie = read_response::<GetCookieResponse>(std::str::from_utf8(&answer.answer)?)?.cookie;
        Ok(peer)
    }

    /// The documents of some revisions.
    pub async fn documents(&mut self, update_ids: Vec<UpdateIdentity>) -> anyhow::Result<Exchange> {
        let request = GetUpdateData { cookie: Some(self.cookie.clone()), update_ids };
        self.call(SERVICE, &request).await
    }

    async fn call<'m, M: Message<'m>>(&mut self, path: &str, message: &M) -> anyhow::Result<Exchange> {
        let request = request(path, message);
        let answer = self.connection.send(&request).await?;
        let body = Bytes::copy_from_slice(self.connection.body(&answer));
        let said = || String::from_utf8_lossy(&body).chars().take(600).collect::<String>();
        anyhow::ensure!(answer.status == 200, "{} was answered {}: {}", M::ELEMENT, answer.status, said());
        Ok(Exchange { request, answer: body, packed: answer.packed })
    }
}

fn request<'m, M: Message<'m>>(path: &str, message: &M) -> Bytes {
    let body = write_server_request(message, SoapVersion::Soap11);
    let head = format!(
        "POST {path} HTTP/1.1\r\nUser-Agent: Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol 4.0.30319.42000)\r\nContent-Type: text/xml; charset=utf-8\r\nSOAPAction: \"{}/{}\"\r\nHost: upstream.example.org:8530\r\nContent-Length: {}\r\n\r\n",
        M::SERVICE.namespace,
        M::ELEMENT,
        body.len()
    );
    let mut request = head.into_bytes();
    request.extend_from_slice(&body);
    request.into()
}

/// Revisions of the catalog in batches, spread over all of it.
pub fn batches(count: usize) -> anyhow::Result<Vec<Vec<UpdateIdentity>>> {
    let catalog = super::catalog::catalog();
    let all: Vec<UpdateIdentity> = catalog
        .documents()
        .filter_map(|document| {
            let revision = document.revision();
            Some(UpdateIdentity { update_id: revision.id.0, revision_number: i32::try_from(revision.number).ok()? })
        })
        .collect();
    let step = (all.len() / (count * BATCH)).max(1);
    let some: Vec<_> = all.into_iter().step_by(step).collect();
    let batches: Vec<_> = some.chunks_exact(BATCH).take(count).map(<[_]>::to_vec).collect();
    anyhow::ensure!(batches.len() == count, "the catalog is too small");
    Ok(batches)
}
