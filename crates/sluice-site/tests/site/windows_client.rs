//! A Windows client that asks the site's use cases what its agent would, and for which everything is
//! installed that others depend on.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use sluice_model::UpdateId;
use sluice_site::windows::reporting::Registration;
use sluice_site::windows::session::{AuthorizeRequest, CookieRequest};
use sluice_site::windows::sync::{ClientAction, OfferedUpdate, SyncAnswer, SyncRequest};
use sluice_site::windows::{ClientFault, ClientResult, Protocol, Recipient};

use crate::world::World;

/// Clients here unpack nothing.
pub const RECIPIENT: Recipient = Recipient { peer: IpAddr::V4(Ipv4Addr::LOCALHOST), unpacks: false };

/// What the client knows of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cached {
    pub update: UpdateId,
    pub revision: u32,
    pub action: ClientAction,
    pub leaf: bool,
}

pub struct Client {
    pub id: String,
    pub target_group: String,
    pub cookie: Vec<u8>,
    /// By number.
    pub cache: BTreeMap<i32, Cached>,
    /// Rounds of all scans.
    pub rounds: u32,
}

impl Client {
    pub fn new(id: &str) -> Self {
        let (id, target_group) = (id.to_owned(), String::new());
        Self { id, target_group, cookie: Vec::new(), cache: BTreeMap::new(), rounds: 0 }
    }

    pub fn authorize(&self, world: &World) -> ClientResult<Vec<u8>> {
        world.site.windows_authorize(AuthorizeRequest {
            client_id: self.id.clone(),
            target_group: self.target_group.clone(),
            dns_name: "pc1.example".into(),
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
        })
    }

    /// Gets a cookie, in exchange for the one it has.
    pub fn start(&mut self, world: &World) -> ClientResult<()> {
        let request = CookieRequest {
            authorizations: vec![self.authorize(world)?],
            old: std::mem::take(&mut self.cookie),
            last_change: Some(world.site.windows_config().last_change),
            protocol: Protocol::parse("2.90"),
        };
        self.cookie = world.site.windows_cookie(&request)?.data;
        Ok(())
    }

    pub async fn register(&mut self, world: &World) {
        self.start(world).unwrap();
        let registration = Registration { dns_name: "pc1.example".into(), ..Registration::default() };
        world.site.windows_register(&self.cookie, registration).await.unwrap();
    }

    pub fn lists(&self) -> SyncRequest {
        let (non_leaves, others): (Vec<_>, Vec<_>) = self.cache.iter().partition(|(_, cached)| !cached.leaf);
        SyncRequest {
            installed_non_leaf: non_leaves.into_iter().map(|(id, _)| *id).collect(),
            other_cached: others.into_iter().map(|(id, _)| *id).collect(),
            ..SyncRequest::default()
        }
    }

    /// One round.
    pub async fn round(&mut self, world: &World, request: &SyncRequest) -> ClientResult<SyncAnswer> {
        self.rounds += 1;
        let answer = world.site.windows_sync(RECIPIENT, &self.cookie, request, None).await?;
        self.cookie.clone_from(&answer.cookie.as_ref().unwrap().data);
        for id in &answer.out_of_scope {
            self.cache.remove(id);
        }
        for update in &answer.changed {
            self.cache.get_mut(&update.id).unwrap().action = update.deployment.action;
        }
        for update in &answer.new {
            assert!(self.cache.insert(update.id, cached(update)).is_none(), "{update:?} is not new");
        }
        Ok(answer)
    }

    /// A whole scan; the updates that came in each round.
    pub async fn scan(&mut self, world: &World) -> ClientResult<Vec<Vec<UpdateId>>> {
        let mut rounds = Vec::new();
        for _ in 0..200 {
            let answer = self.round(world, &self.lists()).await?;
            if answer.new.is_empty() && !answer.truncated {
                return Ok(rounds);
            }
            let mut new: Vec<_> = answer.new.iter().map(|update| cached(update).update).collect();
            new.sort_unstable();
            rounds.push(new);
        }
        panic!("the scan does not end");
    }

    pub fn number(&self, update: UpdateId) -> Option<i32> {
        self.cache.iter().find(|(_, cached)| cached.update == update).map(|(id, _)| *id)
    }

    pub fn action(&self, update: UpdateId) -> Option<ClientAction> {
        self.number(update).map(|id| self.cache[&id].action)
    }

    /// Whether it must register first.
    pub async fn is_unregistered(&mut self, world: &World) -> bool {
        let request = SyncRequest::default();
        world.site.windows_sync(RECIPIENT, &self.cookie, &request, None).await.err()
            == Some(ClientFault::RegistrationRequired)
    }
}

/// The identity as its Core fragment says it.
fn cached(update: &OfferedUpdate) -> Cached {
    let core = update.core.as_ref().unwrap();
    assert!(!core.packed, "small fragments are not packed");
    let text = std::str::from_utf8(&core.bytes).unwrap();
    let attribute = |name: &str| text.split(name).nth(1).unwrap().split('"').nth(1).unwrap();
    Cached {
        update: attribute("UpdateID").parse().unwrap(),
        revision: attribute("RevisionNumber").parse().unwrap(),
        action: update.deployment.action,
        leaf: update.leaf,
    }
}
