//! Taking another site in below this one.

use std::sync::Arc;

use jiff::Timestamp;
use sluice_model::{DeviceFigures, Name, ServerId, SiteId, SiteMode, SiteNode, SiteType};
use sluice_store::child_site::{self, ChildSiteRecord, PackedChildSite};
use sluice_store::downstream_server::{self, PackedServer};
use sluice_store::{audit, site_token};
use sluice_wire::site::{SiteCredential, SiteToken};

use super::children::MAX_CHILDREN;
use super::preflight::{Problem, clocks_differ, same_version};
use crate::caller::Caller;
use crate::error::{SiteError, SiteResult};
use crate::events::SiteEvent;
use crate::site::Site;

/// A site that wants to join.
#[derive(Clone, Debug)]
pub struct Applicant {
    /// Its identity.
    pub id: SiteId,
    /// As which server it synchronizes.
    pub server: ServerId,
    /// Its name.
    pub name: Name,
    /// Version of its program.
    pub version: String,
    /// The type it wants to have; `None`: the usual one.
    pub site_type: Option<SiteType>,
    /// Whether it takes over decisions.
    pub mode: SiteMode,
    /// Sites stand below it.
    pub has_sites_below: bool,
    /// Its clock.
    pub time: Timestamp,
    /// Only say what stands against it.
    pub only_check: bool,
}

/// What it is answered.
#[derive(Clone, Debug)]
pub struct Acceptance {
    /// This site.
    pub id: SiteId,
    /// Its name.
    pub name: String,
    /// Its type.
    pub parent_type: SiteType,
    /// The type the other has, or would have.
    pub site_type: Option<SiteType>,
    /// What stands against it; empty: it joined, or may.
    pub problems: Vec<Problem>,
    /// What it shows from now on; `None`: it did not join.
    pub credential: Option<SiteCredential>,
}

impl Site {
    /// Takes a site in that shows a token, or only says what stands against it. A site that joined before is taken in
    /// anew; what is known of it stays. As it proved who it is, it may synchronize from here whatever the settings for
    /// downstream servers say.
    ///
    /// # Errors
    /// `Unauthenticated` when the token is unknown, expired, or used by another site.
    pub async fn accept_site(self: &Arc<Self>, token: &SiteToken, asks: Applicant) -> SiteResult<Acceptance> {
        let (now, hash) = (self.now(), token.hash());
        if !site_token::is_good(&mut self.store.reader().await?, &hash, asks.id, now).await? {
            return Err(bad_token());
        }
        let turn = self.directory_turn().await;
        let parent_type = self.sites.place().site_type;
        let site_type = asks.site_type.or_else(|| SiteType::usual_below(parent_type));
        let mut answer = Acceptance {
            id: self.sites.id,
            name: self.config.name.clone(),
            parent_type,
            site_type,
            problems: self.problems_of(&asks, site_type, parent_type, now),
            credential: None,
        };
        let Some(site_type) = site_type.filter(|_| answer.problems.is_empty() && !asks.only_check) else {
            return Ok(answer);
        };
        let credential = SiteCredential { site: asks.id.0, secret: self.host.secret() };
        let record = self.record_of(&asks, site_type, &credential, now);
        let server = self.approved_server(asks.server, asks.name.as_str(), now);
        let (packed, packed_server) = (PackedChildSite::new(&record)?, PackedServer::new(&server)?);
        let entry = self.audit_entry(&Caller::system(), "site.join", asks.name.as_str(), site_type.slug());
        let site = Arc::clone(self);
        self.to_the_end(async move {
            let _turn = turn;
            let id = asks.id;
            let write = site.store.write(move |tx| {
                Box::pin(async move {
                    if site_token::consume(tx, &hash, id, now).await?.is_none() {
                        return Ok(false);
                    }
                    child_site::put(tx, &[packed]).await?;
                    downstream_server::put(tx, &[packed_server]).await?;
                    audit::append(tx, entry).await?;
                    Ok(true)
                })
            });
            if !write.await? {
                return Err(bad_token());
            }
            site.downstream_joined(server);
            site.sites.children.insert(record);
            site.emit(SiteEvent::Sites);
            Ok(())
        })
        .await?;
        answer.credential = Some(credential);
        Ok(answer)
    }

    fn record_of(
        &self,
        asks: &Applicant,
        site_type: SiteType,
        credential: &SiteCredential,
        now: Timestamp,
    ) -> ChildSiteRecord {
        let known = self.sites.children.get(asks.id).map(|known| known.record());
        let fresh = || SiteNode {
            id: asks.id,
            parent: None,
            name: asks.name.clone(),
            site_type,
            mode: asks.mode,
            version: asks.version.clone(),
            catalog_version: 0,
            holds: None,
            last_sync: None,
            last_error: None,
            devices: DeviceFigures::default(),
            unheard: None,
        };
        let (node, below) = known.map_or_else(|| (fresh(), Vec::new()), |known| (known.node, known.below));
        ChildSiteRecord {
            node: SiteNode { name: asks.name.clone(), site_type, mode: asks.mode, ..node },
            server: asks.server,
            secret_hash: credential.secret_hash(),
            joined_at: now,
            last_contact: None,
            left_at: None,
            below,
        }
    }

    /// What stands against a site below this one.
    fn problems_of(
        &self,
        asks: &Applicant,
        site_type: Option<SiteType>,
        parent_type: SiteType,
        now: Timestamp,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        let above = self.sites.place().parent.as_ref().map(|parent| parent.id);
        if asks.id == self.sites.id {
            problems.push(Problem::ItsOwn);
        } else if above == Some(asks.id) {
            problems.push(Problem::Circle);
        }
        match site_type {
            None => problems.push(Problem::NothingBelow),
            Some(site) if !site.may_be_below(parent_type) => problems.push(Problem::Type),
            Some(site) => {
                if asks.has_sites_below && SiteType::usual_below(site).is_none() {
                    problems.push(Problem::SitesBelow);
                }
                if asks.mode == SiteMode::Autonomous && !site.may_be_autonomous() {
                    problems.push(Problem::Mode);
                }
            }
        }
        if asks.name.as_str() == self.config.name || self.sites.children.has_name(&asks.name, asks.id) {
            problems.push(Problem::Name);
        }
        if self.sites.children.get(asks.id).is_none() && self.sites.children.len() >= MAX_CHILDREN {
            problems.push(Problem::Full);
        }
        if !same_version(&asks.version, env!("CARGO_PKG_VERSION")) {
            problems.push(Problem::Version);
        }
        if clocks_differ(asks.time, now) {
            problems.push(Problem::Clock);
        }
        problems
    }
}

fn bad_token() -> SiteError {
    SiteError::unauthenticated(
        "the site token is unknown, expired or used",
        "Make a new one at the site above: `sluice site token`.",
    )
}
