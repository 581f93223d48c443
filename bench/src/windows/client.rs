//! A client that does what the protocol wants and keeps what it sent, so that it can be sent again.

use std::collections::HashSet;
use std::net::SocketAddr;

use anyhow::Context as _;
use bytes::Bytes;
use jiff::Timestamp;
use sluice_sim::windows::{Profile, VirtualMachine};
use sluice_wsus::messages::client::{
    ComputerInfo, GetConfig, GetConfigResponse, GetCookie, GetCookieResponse, GetExtendedUpdateInfo, RegisterComputer,
    RegisterComputerResponse, SyncUpdateParameters, SyncUpdates, SyncUpdatesResponse,
};
use sluice_wsus::messages::shared::{Cookie, FragmentType};
use sluice_wsus::messages::simple_auth::{GetAuthorizationCookie, GetAuthorizationCookieResponse};
use sluice_wsus::soap::{Message, SoapVersion, read_response, write_request};
use sluice_wsus::update::UpdateDocument;
use sluice_wsus::update::document::UpdateType;
use sluice_wsus::update::rules::{Applicability, Truth};
use uuid::Uuid;

use super::http::Connection;
use crate::host;

/// Largest answer that is unpacked: pages have up to 30 fragments.
const MAX_ANSWER: usize = 1 << 30;
/// Agents give up after so many.
const MOST_ROUNDS: usize = 200;

/// Protocol of the agent whose requests these are.
const PROTOCOL: &str = "2.90";

/// Where the services are.
const CLIENT: &str = "/ClientWebService/client.asmx";
const SIMPLE_AUTH: &str = "/SimpleAuthWebService/SimpleAuth.asmx";
/// Where reports go.
pub const REPORTING: &str = "/ReportingWebService/ReportingWebService.asmx";

/// A request and the body of its answer, both as they were on the wire.
#[derive(Clone)]
pub struct Exchange {
    /// The whole request.
    pub request: Bytes,
    /// The body of the answer.
    pub answer: Bytes,
    /// Whether that is packed.
    pub packed: bool,
}

/// A client.
pub struct Client {
    connection: Connection,
    machine: VirtualMachine,
    /// The last cookie.
    pub cookie: Cookie,
    /// When the server's configuration changed last.
    last_change: Option<Timestamp>,
    installed: Vec<i32>,
    other: Vec<i32>,
    drivers: Vec<i32>,
}

/// A scan's rounds.
#[derive(Default)]
pub struct Scan {
    /// What was said, in order.
    pub exchanges: Vec<Exchange>,
    /// Revisions that came.
    pub new: usize,
    /// Ids of software revisions that came.
    pub software: Vec<i32>,
    /// Updates whose deployments changed.
    pub changed: usize,
}

impl Client {
    /// Introduces a machine: authorization, cookie, registration.
    pub async fn introduce(to: SocketAddr, number: u32) -> anyhow::Result<Self> {
        let machine = VirtualMachine::new(Profile::Windows11Pro25H2, 1, number);
        let mut client = Self {
            connection: Connection::open(to, number as usize).await?,
            machine,
            cookie: Cookie::default(),
            last_change: None,
            installed: Vec::new(),
            other: Vec::new(),
            drivers: Vec::new(),
        };
        let configuration = client.call(CLIENT, &GetConfig { protocol_version: PROTOCOL.into() }).await?;
        client.last_change = Some(read::<GetConfigResponse>(&configuration)?.last_change);
        client.sign_on().await?;
        let info = ComputerInfo {
            dns_name: client.machine.dns_name().to_owned(),
            os_major_version: 10,
            os_build_number: 26200,
            os_locale: "en-US".into(),
            processor_architecture: "AMD64".into(),
            old_product_type: 1,
            new_product_type: 48,
            suite_mask: 256,
            ..ComputerInfo::default()
        };
        let register = RegisterComputer { cookie: Some(client.cookie.clone()), computer_info: Some(info) };
        let exchange = client.call(CLIENT, &register).await?;
        read::<RegisterComputerResponse>(&exchange)?;
        Ok(client)
    }

    /// Gets a cookie, as at the beginning of each scan whose cookie is over. Gives what was said.
    pub async fn sign_on(&mut self) -> anyhow::Result<Vec<Exchange>> {
        let hello = GetAuthorizationCookie {
            client_id: self.machine.client_id().to_string(),
            target_group_name: String::new(),
            dns_name: self.machine.dns_name().to_owned(),
        };
        let first = self.call(SIMPLE_AUTH, &hello).await?;
        let authorization = plain(&first)?;
        let authorization: GetAuthorizationCookieResponse = read_response(&authorization)?;
        let cookie = GetCookie {
            auth_cookies: vec![authorization.cookie],
            old_cookie: None,
            last_change: self.last_change,
            current_time: Some(host::now()),
            protocol_version: PROTOCOL.into(),
        };
        let second = self.call(CLIENT, &cookie).await?;
        let text = plain(&second)?;
        self.cookie = read_response::<GetCookieResponse>(&text)?.cookie;
        Ok(vec![first, second])
    }

    /// Software rounds until nothing is left to ask for.
    pub async fn scan(&mut self) -> anyhow::Result<Scan> {
        let mut scan = Scan::default();
        loop {
            anyhow::ensure!(scan.exchanges.len() < MOST_ROUNDS, "the scan takes more than {MOST_ROUNDS} rounds");
            let exchange = self.call(CLIENT, &self.round()).await?;
            let text = plain(&exchange)?;
            let result = read_response::<SyncUpdatesResponse<'_>>(&text)?.result;
            self.cookie = result.new_cookie.context("an answer has no cookie")?;
            let gone: HashSet<i32> = result.out_of_scope_revision_ids.into_iter().collect();
            for known in [&mut self.installed, &mut self.other, &mut self.drivers] {
                known.retain(|id| !gone.contains(id));
            }
            scan.changed += result.changed_updates.len();
            let mut inner = false;
            for update in &result.new_updates {
                inner |= !update.is_leaf;
                let core = update.xml.as_ref().context("a new update has no XML")?.to_xml()?;
                let document = UpdateDocument::parse_fragments(&core)?;
                let rules = Applicability::parse(&core)?.unwrap_or_default();
                let installed = rules.installed(document.revision.id, &self.machine) == Truth::True;
                match document.properties.update_type {
                    UpdateType::Driver => self.drivers.push(update.id),
                    _ if installed && !update.is_leaf => self.installed.push(update.id),
                    kind => {
                        self.other.push(update.id);
                        if kind == UpdateType::Software {
                            scan.software.push(update.id);
                        }
                    }
                }
            }
            scan.new += result.new_updates.len();
            scan.exchanges.push(exchange);
            if !result.truncated && !inner {
                return Ok(scan);
            }
        }
    }

    /// The next round's request.
    fn round(&self) -> SyncUpdates {
        SyncUpdates {
            cookie: Some(self.cookie.clone()),
            parameters: Some(SyncUpdateParameters {
                installed_non_leaf_update_ids: self.installed.clone(),
                other_cached_update_ids: self.other.clone(),
                cached_driver_ids: self.drivers.clone(),
                ..SyncUpdateParameters::default()
            }),
        }
    }

    /// One round without using its answer.
    pub async fn ask(&mut self) -> anyhow::Result<Exchange> {
        self.call(CLIENT, &self.round()).await
    }

    /// Forgets all revisions, as a client does that scans for the first time.
    pub fn forget(&mut self) {
        for known in [&mut self.installed, &mut self.other, &mut self.drivers] {
            known.clear();
        }
    }

    /// Extended and localized fragments of revisions.
    pub async fn extended(&mut self, revision_ids: Vec<i32>) -> anyhow::Result<Exchange> {
        let request = GetExtendedUpdateInfo {
            cookie: Some(self.cookie.clone()),
            revision_ids,
            info_types: vec![FragmentType::Extended, FragmentType::LocalizedProperties],
            locales: vec!["en-US".into(), "en".into()],
            ..GetExtendedUpdateInfo::default()
        };
        self.call(CLIENT, &request).await
    }

    /// What it calls itself.
    pub fn id(&self) -> Uuid {
        self.machine.client_id()
    }

    async fn call<'m, M: Message<'m>>(&mut self, path: &str, message: &M) -> anyhow::Result<Exchange> {
        let request = request(path, message);
        let answer = self.connection.send(&request).await?;
        let exchange =
            Exchange { request, answer: Bytes::copy_from_slice(self.connection.body(&answer)), packed: answer.packed };
        anyhow::ensure!(
            answer.status == 200,
            "{} was answered {}: {}",
            M::ELEMENT,
            answer.status,
            plain(&exchange)?.chars().take(600).collect::<String>()
        );
        Ok(exchange)
    }
}

/// A whole request as agents write it.
pub fn request<'m, M: Message<'m>>(path: &str, message: &M) -> Bytes {
    let body = write_request(message, SoapVersion::Soap11);
    let head = format!(
        "POST {path} HTTP/1.1\r\nCache-Control: no-cache\r\nConnection: Keep-Alive\r\nPragma: no-cache\r\nContent-Type: text/xml; charset=utf-8\r\nAccept-Encoding: xpress\r\nUser-Agent: Windows-Update-Agent/1507.2601.30012.0 Client-Protocol/2.90\r\nSOAPAction: \"{}/{}\"\r\nContent-Length: {}\r\nHost: updates.example.org:8530\r\n\r\n",
        M::SERVICE.namespace,
        M::ELEMENT,
        body.len()
    );
    let mut request = head.into_bytes();
    request.extend_from_slice(&body);
    request.into()
}

/// The text of an answer.
pub fn plain(exchange: &Exchange) -> anyhow::Result<String> {
    let bytes = match exchange.packed {
        true => sluice_wsus::xpress::decompress(&exchange.answer, MAX_ANSWER)?,
        false => exchange.answer.to_vec(),
    };
    Ok(String::from_utf8(bytes)?)
}

fn read<M: for<'a> Message<'a>>(exchange: &Exchange) -> anyhow::Result<M> {
    Ok(read_response(&plain(exchange)?)?)
}
