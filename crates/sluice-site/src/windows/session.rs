//! Before a scan: configuration, authorization, cookie (\[MS-WUSP\] 3.1.5.1 to 3.1.5.3).

use std::net::IpAddr;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sluice_model::DeviceId;

use super::cookie::{Authorization, ClientCookie};
use super::fault::{ClientFault, ClientResult};
use super::known::KnownClient;
use super::newcomers::Newcomer;
use super::protocol::Protocol;
use super::targeting;
use crate::events::SiteEvent;
use crate::site::Site;

/// Most updates in one request for more about them; the only setting that \[MS-WUSP\] demands.
pub const MAX_EXTENDED: usize = 50;

/// The version of the protocol that WSUS has had since 2009. Below 3.2 agents leave out category scans
/// (Q12).
const PROTOCOL: &str = "3.2";

/// Life of an authorization: a client exchanges it for a cookie at once.
const AUTHORIZATION_LIFE: SignedDuration = SignedDuration::from_hours(1);

/// Longest client id and name, characters (\[MS-WUSP\] 2.2.2.1.1).
const MAX_ID: usize = 255;

/// What a client must know of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientConfig {
    /// When anything of it last changed; clients repeat it when they ask for a cookie.
    pub last_change: Timestamp,
    /// Clients must register.
    pub registration_required: bool,
    /// Names and values of settings, in the order WSUS sends them.
    pub properties: Vec<(&'static str, String)>,
}

/// A client says who it is.
#[derive(Clone, Debug)]
pub struct AuthorizeRequest {
    /// The id that its agent invented.
    pub client_id: String,
    /// The groups that its policy names, separated by `;`; may be empty.
    pub target_group: String,
    /// Its name.
    pub dns_name: String,
    /// From where.
    pub peer: IpAddr,
}

/// A client asks for a cookie.
#[derive(Clone, Debug, Default)]
pub struct CookieRequest {
    /// What it was given by [`Site::windows_authorize`]: exactly one.
    pub authorizations: Vec<Vec<u8>>,
    /// The cookie it had; empty: none.
    pub old: Vec<u8>,
    /// When the configuration it read last changed.
    pub last_change: Option<Timestamp>,
    /// What it speaks.
    pub protocol: Protocol,
}

/// A cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedCookie {
    /// When the client should ask for another one.
    pub expires: Timestamp,
    /// What it shows.
    pub data: Vec<u8>,
}

/// A cookie that was opened and is in force.
pub(crate) struct OpenCookie {
    /// The device.
    pub(crate) device: DeviceId,
    /// What is known of it, if it has registered.
    pub(crate) known: Option<Arc<KnownClient>>,
    /// What the cookie says.
    pub(crate) cookie: ClientCookie,
}

impl OpenCookie {
    /// The client, which must have registered.
    pub(crate) fn registered(&self) -> ClientResult<&Arc<KnownClient>> {
        self.known.as_ref().ok_or(ClientFault::RegistrationRequired)
    }
}

impl Site {
    /// What a client must know of the site.
    #[must_use]
    pub fn windows_config(&self) -> ClientConfig {
        ClientConfig {
            last_change: self.windows.settings.load().changed_at,
            registration_required: true,
            properties: vec![
                ("MaxExtendedUpdatesPerRequest", MAX_EXTENDED.to_string()),
                // A share with packages of other publishers, which this site does not have.
                ("PackageServerShare", String::new()),
                ("ProtocolVersion", PROTOCOL.to_owned()),
                ("IsInventoryRequired", "0".to_owned()),
                ("ClientReportingLevel", "2".to_owned()),
            ],
        }
    }

    /// Believes a client who it is. Nothing is stored: of a client that is not registered, what it
    /// says is kept in memory for a while.
    ///
    /// # Errors
    /// `InvalidParameters` for an id or a name that cannot be one.
    pub fn windows_authorize(&self, request: AuthorizeRequest) -> ClientResult<Vec<u8>> {
        let AuthorizeRequest { client_id, target_group, dns_name, peer } = request;
        if !is_client_id(&client_id) {
            return Err(ClientFault::InvalidParameters("clientId"));
        }
        let named = !dns_name.is_empty() && dns_name.len() <= MAX_ID && !dns_name.chars().any(char::is_control);
        if !named {
            return Err(ClientFault::InvalidParameters("dnsName"));
        }
        let (device, now) = (DeviceId::of_windows_client(&client_id), self.now());
        let target_groups = targeting::groups(&target_group);
        if let Some(known) = self.windows.known.get(device) {
            known.tell_groups(&target_groups);
            self.note_windows_identity(device, &dns_name, peer);
        } else {
            let newcomer = Newcomer { client_id, dns_name, target_groups, peer, at: now };
            if self.windows.newcomers.get(device).is_none() {
                // Whoever adds devices in the console sees it come.
                self.emit(SiteEvent::Device(device));
            }
            self.windows.newcomers.note(device, newcomer);
        }
        let epoch = self.windows.cookies.epoch();
        let expires = now.checked_add(AUTHORIZATION_LIFE).map_err(|_| ClientFault::Internal)?;
        self.windows.cookies.seal_authorization(&Authorization { device, epoch, expires })
    }

    /// Gives a cookie for an authorization. What was delivered with an old one is not delivered
    /// again, also when it is past its time.
    ///
    /// # Errors
    /// `InvalidAuthorizationCookie`, `ConfigChanged`; of the old cookie `InvalidCookie` and
    /// `ServerChanged`, because its client has numbers in its cache that mean nothing here.
    pub fn windows_cookie(&self, request: &CookieRequest) -> ClientResult<IssuedCookie> {
        let (now, cookies, settings) = (self.now(), &self.windows.cookies, **self.windows.settings.load());
        let [authorization] = request.authorizations.as_slice() else {
            return Err(ClientFault::InvalidAuthorizationCookie);
        };
        let Authorization { device, epoch, .. } = cookies.open_authorization(authorization, now)?;
        let last_change = request.last_change.ok_or(ClientFault::InvalidParameters("lastChange"))?;
        if last_change != settings.changed_at {
            return Err(ClientFault::ConfigChanged);
        }
        let old = if request.old.is_empty() { None } else { Some(cookies.open_old(&request.old)?) };
        let old = old.filter(|old| old.device == device);
        let cookie = ClientCookie {
            device,
            epoch,
            expires: now.checked_add(settings.cookie_life).map_err(|_| ClientFault::Internal)?,
            settings: settings.changed_at,
            protocol: request.protocol,
            groups: old.map_or(0, |old| old.groups),
            software: old.map_or(0, |old| old.software),
            drivers: old.map_or(0, |old| old.drivers),
            printers: old.map_or(0, |old| old.printers),
        };
        self.issue(&cookie)
    }

    /// Opens the cookie of a request.
    ///
    /// # Errors
    /// `InvalidCookie`, `CookieExpired`, `ServerChanged`, `ConfigChanged`.
    pub(crate) fn open_cookie(&self, bytes: &[u8]) -> ClientResult<OpenCookie> {
        let cookie = self.windows.cookies.open(bytes, self.now())?;
        if cookie.settings != self.windows.settings.load().changed_at {
            return Err(ClientFault::ConfigChanged);
        }
        let known = self.windows.known.get(cookie.device);
        if let Some(row) = known.as_ref().and_then(|known| self.fleet.load().device(known.number).cloned()) {
            row.touch(self.now());
        }
        Ok(OpenCookie { device: cookie.device, known, cookie })
    }

    /// Whether a cookie is in force and its device registered, for requests that need no more.
    ///
    /// # Errors
    /// Those of the cookie, `RegistrationRequired`.
    pub fn windows_check(&self, cookie: &[u8]) -> ClientResult<()> {
        self.open_cookie(cookie)?.registered().map(drop)
    }

    /// Seals a cookie.
    pub(super) fn issue(&self, cookie: &ClientCookie) -> ClientResult<IssuedCookie> {
        Ok(IssuedCookie { expires: cookie.expires, data: self.windows.cookies.seal(cookie)? })
    }

    /// A number for the log of both sides, for the answer to a request that failed.
    #[must_use]
    pub fn windows_fault_id(&self) -> uuid::Uuid {
        self.host.new_id()
    }
}

/// 1 to 255 letters, digits and hyphens. Agents invent GUIDs; capitals are the same in small.
fn is_client_id(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
