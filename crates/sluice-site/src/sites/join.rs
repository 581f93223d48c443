//! Joining below another site, and moving to another one.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sluice_model::{Name, SiteId, SiteMode, SiteType, SourceId};
use sluice_store::source::SourceRecord;
use sluice_store::{alert, audit, inherited, source};
use sluice_wire::site::{JoinRequest, JoinResponse, SiteCredential, SiteIdentity, SiteToken};

use super::link::{LinkError, ParentClient};
use super::place::{ParentSite, store};
use super::preflight::Problem;
use super::{Place, leave, stand_in};
use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::events::SiteEvent;
use crate::site::Site;
use crate::sources::SourceKind;
use crate::sync;

/// How long a synchronization that is under way may still take before the source moves under it.
const PATIENCE: Duration = Duration::from_secs(30);

/// What an administrator asks for.
#[derive(Clone, Debug)]
pub struct JoinOrder {
    /// The text of a token of the other site.
    pub token: String,
    /// What this site is to be; `None`: what is usual there.
    pub site_type: Option<SiteType>,
    /// Whether it takes over decisions.
    pub mode: SiteMode,
    /// HTTP proxy on the way.
    pub proxy: Option<String>,
}

/// What came of it, or would come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinReport {
    /// The other site.
    pub parent: Name,
    /// Its type.
    pub parent_type: SiteType,
    /// Where it serves.
    pub url: String,
    /// What this site is there; `None`: nothing may stand there.
    pub site_type: Option<SiteType>,
    /// Whether it takes over decisions.
    pub mode: SiteMode,
    /// What stands against it; empty: it joined, or may.
    pub problems: Vec<Problem>,
}

struct Answer {
    report: JoinReport,
    id: SiteId,
    credential: Option<SiteCredential>,
}

impl Site {
    /// Says what stands against joining. Nothing changes, and the token stays good.
    ///
    /// # Errors
    /// `Forbidden`; `Invalid` for what is no token; `Unavailable` when the other site is not reached.
    pub async fn check_join(&self, caller: &Caller, order: &JoinOrder) -> SiteResult<JoinReport> {
        caller.require(Permission::ManageSite)?;
        let token = token_of(order)?;
        Ok(self.ask_to_join(&token, order, true).await?.report)
    }

    /// Joins below the site of a token; from a site above another one, moves there. The catalog stays.
    ///
    /// # Errors
    /// As [`Self::check_join`]; `Conflict` with the first problem when something stands against it.
    pub async fn join_site(self: &Arc<Self>, caller: &Caller, order: &JoinOrder) -> SiteResult<JoinReport> {
        caller.require(Permission::ManageSite)?;
        let token = token_of(order)?;
        let _moving = self.sites.moving.lock().await;
        let refused = |problem: &Problem| Err(SiteError::conflict(problem.message(), problem.fix()));
        if let Some(problem) = self.own_problems().first() {
            return refused(problem);
        }
        let answer = self.ask_to_join(&token, order, false).await?;
        if let Some(problem) = answer.report.problems.first() {
            return refused(problem);
        }
        let (Some(credential), Some(site_type)) = (answer.credential, answer.report.site_type) else {
            return Err(LinkError::Answer { url: token.url }.into());
        };
        let old = self.sites.place();
        let (name, id) = (answer.report.parent.clone(), answer.id);
        let (known, record) = self.source_of(&old, &token, &name, order)?;
        let parent = ParentSite {
            id,
            name,
            site_type: answer.report.parent_type,
            url: token.url.clone(),
            authority_sha256: token.authority_sha256,
            credential,
            source: record.id,
            joined_at: self.now(),
            settings: None,
            stand_in: None,
            stands_in: None,
        };
        let place = Place { site_type, mode: order.mode, parent: Some(parent) };
        let entry = self.audit_entry(caller, "site.join", answer.report.parent.as_str(), site_type.slug());
        self.settle(place, Some((known, record)), entry).await?;
        if let Some(before) = old.parent.as_ref().filter(|before| before.id != id) {
            leave::say_goodbye(self, before).await;
        }
        Ok(answer.report)
    }

    /// What stands against it at this site.
    pub(super) fn own_problems(&self) -> Vec<Problem> {
        let place = self.sites.place();
        let mut problems = Vec::new();
        if place.site_type == SiteType::Central {
            problems.push(Problem::IsCentral);
        }
        let all = self.sources.all();
        // That of the site above moves with this one; that of a point that stands in goes.
        let linked = [place.source(), place.parent.as_ref().and_then(|parent| parent.stands_in)];
        let others = all.iter().filter(|record| record.enabled && !linked.contains(&Some(record.id)));
        let mut others = others.filter_map(|record| self.readable_source(record));
        if others.any(|source| source.config.kind() == SourceKind::Upstream) {
            problems.push(Problem::OwnSource);
        }
        problems
    }

    async fn ask_to_join(&self, token: &SiteToken, order: &JoinOrder, only_check: bool) -> SiteResult<Answer> {
        let client = ParentClient::new(&token.url, token.authority_sha256, order.proxy.as_deref(), None)?;
        let request = JoinRequest {
            token: token.encode(),
            site: SiteIdentity {
                id: self.sites.id.0,
                name: self.config.name.clone(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            server: self.upstreams.id,
            site_type: order.site_type.map(|site_type| site_type.slug().to_owned()),
            mode: order.mode.slug().to_owned(),
            has_sites_below: !self.sites.children.present().is_empty(),
            time: self.now().as_second(),
            only_check,
        };
        let response: JoinResponse = client.post("join", &request).await?;
        let unreadable = || SiteError::from(LinkError::Answer { url: token.url.clone() });
        let mut problems = self.own_problems();
        for word in &response.problems {
            problems.push(Problem::from_slug(word).ok_or_else(unreadable)?);
        }
        let site_type = response.site_type.as_deref().map(|slug| SiteType::from_slug(slug).ok_or_else(unreadable));
        Ok(Answer {
            report: JoinReport {
                parent: Name::new(&response.site.name).map_err(|_| unreadable())?,
                parent_type: SiteType::from_slug(&response.parent_type).ok_or_else(unreadable)?,
                url: token.url.clone(),
                site_type: site_type.transpose()?,
                mode: order.mode,
                problems,
            },
            id: SiteId(response.site.id),
            credential: response.credential.as_deref().and_then(SiteCredential::decode),
        })
    }

    /// The source by which metadata comes from the other site: the one that brought it from the site above before, so
    /// that what came stays known as it is; otherwise a new one. With it the one there was.
    fn source_of(
        &self,
        old: &Place,
        token: &SiteToken,
        parent: &Name,
        order: &JoinOrder,
    ) -> SiteResult<(Option<SourceRecord>, SourceRecord)> {
        let known = old.source().and_then(|id| self.sources.get(id));
        let id = known.as_ref().map_or_else(|| SourceId(self.host.new_id()), |known| known.id);
        let created = known.as_ref().map_or_else(|| self.now(), |known| known.created_at);
        let record = self.linked_source(id, created, token, parent, order)?;
        Ok((known, record))
    }

    /// Stores a new place with its source, and is there from then on.
    pub(super) async fn settle(
        self: &Arc<Self>,
        place: Place,
        moved: Option<(Option<SourceRecord>, SourceRecord)>,
        entry: audit::AuditEntry,
    ) -> SiteResult<()> {
        let stood_in = self.sites.place().parent.as_ref().and_then(|parent| parent.stands_in);
        let known = moved.iter().filter_map(|(known, _)| known.as_ref()).map(|known| known.id);
        for source in known.chain(stood_in) {
            // One that takes longer finds out that its source is another one, and changes nothing.
            let _late = tokio::time::timeout(PATIENCE, sync::ended(self, source)).await;
        }
        let turn = self.directory_turn().await;
        let (bytes, now) = (place.to_bytes()?, self.now());
        let stood_in = self.stood_in();
        let ours = place.parent.is_none() || place.mode == SiteMode::Autonomous;
        let site = Arc::clone(self);
        self.to_the_end(async move {
            let _turn = turn;
            let gone = stood_in.as_ref().and_then(|stood_in| stood_in.source.as_ref()).map(|source| source.id);
            let source_id = moved.as_ref().map(|(_, record)| record.id);
            let write = site.store.write(move |tx| {
                Box::pin(async move {
                    store(tx, &bytes).await?;
                    if let Some((known, record)) = &moved {
                        match known {
                            Some(known) => {
                                source::update(tx, record).await?;
                                alert::clear(tx, sync::ALERT, &known.name, now).await?;
                            }
                            None => source::insert(tx, record).await?,
                        }
                        if ours {
                            inherited::forget(tx, record.id).await?;
                        }
                    }
                    if let Some(stood_in) = stood_in {
                        stand_in::forget(tx, &stood_in, now).await?;
                    }
                    audit::append(tx, entry).await.map(drop)
                })
            });
            write.await?;
            gone.into_iter().for_each(|id| site.sync.forget(id));
            source_id.into_iter().chain(gone).for_each(|id| site.upstreams.forget(id));
            site.reload_sources().await?;
            site.sites.link.forget();
            site.sites.place.send_replace(Arc::new(place));
            site.sites.news.raise();
            site.emit(SiteEvent::Alerts);
            site.emit(SiteEvent::Sites);
            Ok(())
        })
        .await
    }
}

fn token_of(order: &JoinOrder) -> SiteResult<SiteToken> {
    SiteToken::decode(&order.token).map_err(|error| {
        SiteError::invalid("token", error.to_string(), "Make a token at the other site: `sluice site token`.")
    })
}

/// A moment of another site.
pub(super) fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or_default()
}
