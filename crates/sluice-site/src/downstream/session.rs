//! Before a synchronization: authorization, cookie, configuration (\[MS-WSUSSS\] 3.1.4.1 to 3.1.4.4).

use std::net::IpAddr;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sluice_model::{ProtocolVersion, ServerId, SiteId};
use sluice_store::downstream_server::{self, DownstreamServerRecord, PackedServer, ServerStanding};
use uuid::{Uuid, uuid};

use super::anchor::Anchor;
use super::cookie::ServerCookie;
use super::fault::{ServerFault, ServerResult};
use super::languages::LANGUAGES;
use super::proof;
use super::servers::{KnownServer, MAX_SERVERS};
use super::settings::{ConfigOrder, DownstreamAccess};
use crate::error::chain;
use crate::site::Site;
use crate::windows::session::IssuedCookie;

/// What this site speaks, as WSUS since Windows 10 (protocols.md §6.1).
pub const PROTOCOL: ProtocolVersion = ProtocolVersion { major: 1, minor: 20 };

/// Most updates in one request for documents (Q65).
pub const MAX_UPDATES: usize = 100;

/// The program key by which a Sluice tells that it is one, so that it gets what a WSUS would not
/// understand: deployments of Linux updates.
pub const SLUICE_PROGRAM: Uuid = uuid!("3f0c7b52-6d0e-4b53-9a9e-6c1f5b2d8e41");

/// The program key by which it tells that it takes documents as they are stored: compressed by Zstandard (RFC 8878).
pub const STORED_DOCUMENTS: Uuid = uuid!("c1d7f0a4-90b8-4c55-8d0b-7a35e2f4b6d9");

/// Life of an authorization: a server exchanges it for a cookie at once.
const AUTHORIZATION_LIFE: SignedDuration = SignedDuration::from_hours(1);

/// Life of a cookie (protocols.md §9).
const COOKIE_LIFE: SignedDuration = SignedDuration::from_hours(4);

/// Longest name of a server, characters: that of a name in DNS.
const MAX_NAME: usize = 255;

/// A server says who it is.
#[derive(Clone, Debug)]
pub struct ServerAuthorization {
    /// Its name in the network.
    pub name: String,
    /// The GUID it made up for itself.
    pub id: String,
    /// What programs it says it is.
    pub programs: Vec<Uuid>,
    /// From where.
    pub peer: IpAddr,
}

/// A server asks for a cookie.
#[derive(Clone, Debug, Default)]
pub struct ServerCookieRequest {
    /// What [`Site::downstream_authorize`] gave: exactly one.
    pub authorizations: Vec<Vec<u8>>,
    /// What it speaks, `1.20`.
    pub protocol: String,
}

/// What a server must know of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// Where it was left.
    pub anchor: String,
    /// Numbers, tags and names of languages that changed; none when the server knows them.
    pub languages: &'static [(i32, &'static str, &'static str)],
    /// In which order it is written.
    pub order: ConfigOrder,
}

/// A cookie that was opened and is in force.
pub(super) struct OpenServer {
    pub(super) known: Arc<KnownServer>,
    pub(super) cookie: ServerCookie,
}

impl Site {
    /// When what a server must know of authorization last changed.
    #[must_use]
    pub fn downstream_changed_at(&self) -> Timestamp {
        Timestamp::from_second(self.started_at.as_second()).unwrap_or(self.started_at)
    }

    /// Believes a server who it is, if such a server is served. One that is not is remembered for an
    /// administrator; nothing is stored of it.
    ///
    /// # Errors
    /// `InvalidParameters` for an id or a name that cannot be one; `NotApproved`, also for who says it is a site that
    /// joined here and does not prove it.
    pub async fn downstream_authorize(self: &Arc<Self>, asked: ServerAuthorization) -> ServerResult<Vec<u8>> {
        let now = self.now();
        let (name, id) = identity(&asked.name, &asked.id)?;
        let sluice = asked.programs.contains(&SLUICE_PROGRAM);
        let stored_documents = asked.programs.contains(&STORED_DOCUMENTS);
        if self.sites.children.of_server(id).is_some_and(|site| !self.proves(site, &asked.programs)) {
            self.downstream.pending.refuse();
            tracing::warn!(server = %id, name, peer = %asked.peer, "a server says it is a site that joined here and does not prove it");
            return Err(ServerFault::NotApproved);
        }
        let access = self.downstream.settings.load().access;
        let known = self.served(id);
        let known = match (known, access) {
            (Some(known), _) => known,
            (None, DownstreamAccess::Anybody) => self.admit(id, &name, &asked, now).await?,
            (None, DownstreamAccess::Nobody | DownstreamAccess::Approved) => {
                self.downstream.pending.refuse();
                self.downstream.pending.note(id, &name, asked.peer, sluice, now);
                tracing::debug!(server = %id, name, peer = %asked.peer, "a server that is not approved asked for updates");
                return Err(ServerFault::NotApproved);
            }
        };
        known.change(|record| {
            record.name.clone_from(&name);
            record.address = asked.peer.to_canonical().to_string();
            record.sluice = sluice;
            record.last_contact = Some(now);
        });
        let expires = now.checked_add(AUTHORIZATION_LIFE).map_err(|_| ServerFault::Internal)?;
        let epoch = self.windows.cookies.epoch();
        let cookie = ServerCookie { server: id, epoch, expires, protocol: PROTOCOL, sluice, stored_documents };
        cookie.seal_authorization(&self.windows.cookies)
    }

    /// Whether the keys of a server show the credential of this site.
    fn proves(&self, site: SiteId, keys: &[Uuid]) -> bool {
        let shown = proof::credential(keys).and_then(|credential| self.authenticate_site(&credential).ok());
        shown.is_some_and(|shown| shown.id == site)
    }

    /// Takes a server in that comes while anybody is welcome.
    async fn admit(
        self: &Arc<Self>,
        id: ServerId,
        name: &str,
        asked: &ServerAuthorization,
        now: Timestamp,
    ) -> ServerResult<Arc<KnownServer>> {
        if self.downstream.servers.len() >= MAX_SERVERS {
            tracing::warn!(server = %id, "there are {MAX_SERVERS} downstream servers already; one more is refused");
            return Err(ServerFault::NotApproved);
        }
        let record = new_record(id, ServerStanding::Admitted, name, asked.peer, now);
        let packed = PackedServer::new(&record).map_err(|_| ServerFault::Internal)?;
        let site = Arc::clone(self);
        let stored = self.to_the_end(async move {
            site.store.write(move |tx| Box::pin(async move { downstream_server::put(tx, &[packed]).await })).await?;
            Ok(site.downstream.servers.insert(record))
        });
        stored.await.map_err(|error| {
            tracing::error!(server = %id, error = chain(&error), "a downstream server could not be stored");
            ServerFault::Internal
        })
    }

    /// Gives a cookie for an authorization.
    ///
    /// # Errors
    /// `InvalidAuthorizationCookie`, `InvalidParameters`, `IncompatibleProtocolVersion`.
    pub fn downstream_cookie(&self, request: &ServerCookieRequest) -> ServerResult<IssuedCookie> {
        let (now, cookies) = (self.now(), &self.windows.cookies);
        let [authorization] = request.authorizations.as_slice() else {
            return Err(ServerFault::InvalidAuthorizationCookie);
        };
        let authorized = ServerCookie::open_authorization(authorization, cookies, now)?;
        let protocol = ProtocolVersion::parse(&request.protocol);
        let protocol = protocol.ok_or(ServerFault::InvalidParameters("protocolVersion"))?;
        if protocol.major != PROTOCOL.major {
            return Err(ServerFault::IncompatibleProtocolVersion);
        }
        let known = self.served(authorized.server).ok_or(ServerFault::InvalidAuthorizationCookie)?;
        known.change(|record| record.protocol = protocol.to_string());
        let expires = now.checked_add(COOKIE_LIFE).map_err(|_| ServerFault::Internal)?;
        let cookie = ServerCookie { expires, protocol, ..authorized };
        Ok(IssuedCookie { expires, data: cookie.seal(cookies)? })
    }

    /// A server that is served now.
    pub(super) fn served(&self, id: ServerId) -> Option<Arc<KnownServer>> {
        let access = self.downstream.settings.load().access;
        self.downstream.servers.get(id).filter(|known| match known.standing() {
            // A site that joined proved who it is, which this protocol cannot.
            ServerStanding::Approved => access != DownstreamAccess::Nobody || self.is_site_below(id),
            ServerStanding::Admitted => access == DownstreamAccess::Anybody || self.is_site_below(id),
            ServerStanding::Below => false,
        })
    }

    /// Opens the cookie of a request.
    pub(super) fn open_server(&self, cookie: &[u8]) -> ServerResult<OpenServer> {
        let now = self.now();
        let cookie = ServerCookie::open(cookie, &self.windows.cookies, now)?;
        // Whoever was removed, or is not welcome any more, starts again and learns it there.
        let known = self.served(cookie.server).ok_or(ServerFault::InvalidCookie)?;
        known.touch(now);
        Ok(OpenServer { known, cookie })
    }

    /// Whether a cookie is in force, for requests that need no more.
    ///
    /// # Errors
    /// Those of the cookie.
    pub fn downstream_check(&self, cookie: &[u8]) -> ServerResult<()> {
        self.open_server(cookie).map(drop)
    }

    /// What a server must know of the site; with the anchor of the last answer only what changed,
    /// which is nothing.
    ///
    /// # Errors
    /// Those of the cookie; `InvalidParameters` and `ServerChanged` of the anchor.
    pub fn downstream_config(&self, cookie: &[u8], anchor: &str) -> ServerResult<ServerConfig> {
        self.open_server(cookie)?;
        let epoch = self.windows.cookies.epoch();
        let known = if anchor.is_empty() { None } else { Some(Anchor::parse(anchor, epoch, "configAnchor")?) };
        let newest = Anchor { epoch, revision: sluice_model::RevisionId(0), change: LANGUAGES.len() as u64 };
        let order = self.downstream.settings.load().config_order;
        let languages = if known == Some(newest) { &[][..] } else { &LANGUAGES[..] };
        Ok(ServerConfig { anchor: newest.to_text(), languages, order })
    }
}

/// What is known of a server that was just taken in.
pub(super) fn new_record(
    id: ServerId,
    standing: ServerStanding,
    name: &str,
    peer: IpAddr,
    now: Timestamp,
) -> DownstreamServerRecord {
    DownstreamServerRecord {
        id,
        standing,
        parent: None,
        name: name.to_owned(),
        added_at: now,
        last_contact: Some(now),
        address: peer.to_canonical().to_string(),
        version: String::new(),
        protocol: String::new(),
        sluice: false,
        replica: false,
        last_sync_at: None,
        last_rollup_at: None,
        summary: None,
        systems: Vec::new(),
        told: Vec::new(),
    }
}

/// Name and GUID of a server. Some clients swap the two (protocols.md §6.3).
fn identity(name: &str, id: &str) -> ServerResult<(String, ServerId)> {
    let guid = |text: &str| Uuid::try_parse(text.trim()).ok().filter(|id| !id.is_nil());
    let (name, id) = match (guid(id), guid(name)) {
        (Some(found), _) => (name, found),
        (None, Some(found)) => (id, found),
        (None, None) => return Err(ServerFault::InvalidParameters("accountGuid")),
    };
    let name = name.trim();
    let usable = !name.is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
    if usable { Ok((name.to_owned(), ServerId(id))) } else { Err(ServerFault::InvalidParameters("accountName")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_guids_are_told_apart() {
        let id = "6f1c2f6e-3f0b-4d3a-9b1e-0d2f6a1c5e12";
        let expected = (String::from("wsus.example"), ServerId(id.parse().unwrap()));
        assert_eq!(identity("wsus.example", id), Ok(expected.clone()));
        assert_eq!(identity(id, "wsus.example"), Ok(expected));
        assert!(identity(id, id).is_ok(), "a server may be named so");
        let wrong = |name: &str, id: &str| identity(name, id).unwrap_err();
        assert_eq!(wrong("wsus", "nonsense"), ServerFault::InvalidParameters("accountGuid"));
        assert_eq!(wrong("wsus", &Uuid::nil().to_string()), ServerFault::InvalidParameters("accountGuid"));
        assert_eq!(wrong("", id), ServerFault::InvalidParameters("accountName"));
        assert_eq!(wrong("a\u{1b}b", id), ServerFault::InvalidParameters("accountName"));
        assert_eq!(wrong(&"x".repeat(256), id), ServerFault::InvalidParameters("accountName"));
    }
}
