//! Standing in for the first software update point of a site when that fails (SUP-11): as long as it is silent, the
//! next in rank synchronizes from where the first did. It was told of that source in time; when the first is back, it
//! follows again.
//!
//! Each point decides by itself and for its own devices: nobody tells the others who stands in, and they ask only the
//! first. So those of higher rank follow one after the other as long as the silence lasts.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sluice_model::{AlertId, LinkState, Schedule, SiteId, SiteType, SourceId, stands_in};
use sluice_store::source::SourceRecord;
use sluice_store::{StoreError, Tx, alert, audit, catalog, source};
use sluice_wire::site as wire;

use super::below::SiteBelow;
use super::place::{change_parent, store};
use super::{ParentSite, Place};
use crate::caller::Caller;
use crate::error::{ErrorKind, SiteResult};
use crate::events::SiteEvent;
use crate::site::Site;
use crate::sources::{SourceConfig, SourceSpec, UpstreamSource, free_name, record_of};

/// The kind of the alert while a point stands in.
const ALERT: &str = "stand-in";
/// How often the source of the first is asked meanwhile.
const POLL: SignedDuration = SignedDuration::from_hours(1);

/// What a point needs to stand in for the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandIn {
    /// How many points come before it.
    pub rank: u32,
    /// Where the first synchronizes from.
    pub source: UpstreamSource,
}

impl StandIn {
    /// As it is told to a point.
    #[must_use]
    pub fn to_wire(&self) -> wire::StandIn {
        let source = self.source.clone();
        wire::StandIn {
            rank: self.rank,
            url: source.url,
            proxy: source.proxy,
            authorities: source.authorities,
            pinned: source.pinned,
            replica: source.replica,
            languages: source.languages,
            parallel: source.parallel,
        }
    }

    /// What the first told, if it can work.
    pub(super) fn from_wire(told: wire::StandIn) -> Option<Self> {
        let source = UpstreamSource {
            url: told.url,
            proxy: told.proxy,
            authorities: told.authorities,
            pinned: told.pinned,
            replica: told.replica,
            account_name: None,
            languages: told.languages,
            parallel: told.parallel,
        };
        source.check().ok()?;
        Some(Self { rank: told.rank, source })
    }
}

impl Site {
    /// What a point below is told, so that it can stand in for this site: nothing as long as this site has no source.
    pub(super) fn stand_in_for(&self, point: SiteBelow) -> Option<StandIn> {
        let all = self.sites.children.all();
        let present = all.iter().map(|child| child.record()).filter(|record| record.left_at.is_none());
        let points = present.filter(|record| record.node.site_type == SiteType::UpdatePoint);
        let mut points: Vec<(Timestamp, SiteId)> = points.map(|record| (record.joined_at, record.node.id)).collect();
        points.sort_unstable();
        let rank = points.iter().position(|(_, id)| *id == point.id)?;
        let sources = self.sources.all();
        let mut enabled = sources.iter().filter(|record| record.enabled);
        let source = enabled.find_map(|record| self.readable_source(record)?.config.upstream().cloned())?;
        Some(StandIn { rank: u32::try_from(rank).ok()?, source })
    }
}

/// What is over when this point leaves, or joins elsewhere, while it stands in for the first.
pub(super) struct StoodIn {
    /// The source it synchronizes from meanwhile, if that was not deleted.
    pub(super) source: Option<SourceRecord>,
    /// The site above, whose alert it is.
    parent: String,
}

impl Site {
    /// That this point stands in for the first, if it does.
    pub(super) fn stood_in(&self) -> Option<StoodIn> {
        let place = self.sites.place();
        let parent = place.parent.as_ref()?;
        Some(StoodIn { source: self.sources.get(parent.stands_in?), parent: parent.name.to_string() })
    }
}

/// Ends standing in for a site that is not the one above any more. A server has no package lists that would have to
/// leave the catalog with it.
pub(super) async fn forget(tx: &mut Tx, stood_in: &StoodIn, now: Timestamp) -> Result<(), StoreError> {
    let StoodIn { source, parent } = stood_in;
    if let Some(source) = source {
        catalog::forget_anchors(tx, source.id).await?;
        source::remove(tx, source.id).await?;
        alert::clear(tx, crate::sync::ALERT, &source.name, now).await?;
    }
    alert::clear(tx, ALERT, parent, now).await.map(drop)
}

/// Remembers what the first told.
pub(super) async fn remember(site: &Arc<Site>, parent: &ParentSite, told: Option<wire::StandIn>) -> SiteResult<()> {
    let told = told.and_then(StandIn::from_wire);
    let same = |place: &Place| place.parent.as_ref().is_none_or(|known| known.stand_in == told);
    if same(&site.sites.place()) {
        return Ok(());
    }
    change_parent(site, parent, |known| known.stand_in = told).await
}

/// The reconciler that begins and ends standing in.
pub(crate) async fn decide(site: &Arc<Site>) -> SiteResult<()> {
    let place = site.sites.place();
    let Some(parent) = place.parent.as_ref().filter(|_| place.site_type == SiteType::UpdatePoint) else {
        return Ok(());
    };
    let link = site.sites.link.get();
    if link.unknown && parent.stand_in.is_some() {
        // Removed there, it is no point of that site any more: what it was told is not its own to use.
        change_parent(site, parent, |known| known.stand_in = None).await?;
    }
    let heard = link.last_contact.unwrap_or(site.started_at).max(parent.joined_at);
    let silent = LinkState::age(Some(heard), site.now()).unwrap_or_default();
    let wanted = parent.stand_in.as_ref().filter(|told| !link.unknown && stands_in(silent, told.rank));
    match (parent.stands_in, wanted) {
        (None, Some(told)) => begin(site, parent, told).await,
        (Some(source), None) => end(site, parent, source).await,
        _ => Ok(()),
    }
}

async fn begin(site: &Arc<Site>, parent: &ParentSite, told: &StandIn) -> SiteResult<()> {
    let id = SourceId(site.host.new_id());
    let all = site.sources.all();
    let spec = SourceSpec {
        name: free_name(&format!("in place of {}", parent.name), |name| all.iter().any(|source| source.name == name)),
        config: SourceConfig::Upstream(Box::new(told.source.clone())),
        schedule: Schedule::Every(POLL),
        enabled: true,
    };
    let now = site.now();
    let record = record_of(id, &spec, now)?;
    let turn = site.directory_turn().await;
    let place = site.sites.place();
    if place.parent.as_ref() != Some(parent) {
        // Something else is so than what this was decided on.
        return Ok(());
    }
    let next = place.with_parent(|known| known.stands_in = Some(id));
    let (bytes, alert_id, subject) = (next.to_bytes()?, AlertId(site.host.new_id()), parent.name.to_string());
    let entry = site.audit_entry(&Caller::system(), "site.stand-in", parent.name.as_str(), &told.source.url);
    let message = format!(
        "{subject} is silent, so this update point synchronizes from where it did. It follows again when that is back. \
         Look after {subject}."
    );
    let of_work = Arc::clone(site);
    site.to_the_end(async move {
        let _turn = turn;
        let write = of_work.store.write(move |tx| {
            Box::pin(async move {
                source::insert(tx, &record).await?;
                store(tx, &bytes).await?;
                alert::raise(tx, alert_id, ALERT, &subject, &message, now).await?;
                audit::append(tx, entry).await.map(drop)
            })
        });
        write.await?;
        of_work.reload_sources().await?;
        of_work.sites.place.send_replace(Arc::new(next));
        of_work.emit(SiteEvent::Alerts);
        of_work.emit(SiteEvent::Sites);
        Ok(())
    })
    .await
}

async fn end(site: &Arc<Site>, parent: &ParentSite, source: SourceId) -> SiteResult<()> {
    match site.delete_source_now(&Caller::system(), source).await {
        // Deleted before: by an administrator, or by a run of this that was killed.
        Err(error) if error.kind == ErrorKind::NotFound => {}
        done => done?,
    }
    let (subject, now) = (parent.name.to_string(), site.now());
    let write = site.store.write(move |tx| Box::pin(async move { alert::clear(tx, ALERT, &subject, now).await }));
    write.await?;
    site.emit(SiteEvent::Alerts);
    change_parent(site, parent, |known| known.stands_in = None).await
}

#[cfg(test)]
mod tests {
    use sluice_model::site::stand_in::STAND_IN_AFTER;
    use sluice_model::{Name, SiteMode};
    use sluice_wire::site::SiteCredential;
    use uuid::Uuid;

    use super::*;
    use crate::sites::link::LinkError;
    use crate::windows::import::tests::world::World;

    /// A site below a first point that nobody reaches.
    async fn point() -> World {
        let _first = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let world = World::new().await;
        let site = &world.site;
        let source = UpstreamSource { url: "http://127.0.0.1:9".into(), ..UpstreamSource::default() };
        let parent = ParentSite {
            id: SiteId(Uuid::from_u128(1)),
            name: Name::new("First").unwrap(),
            site_type: SiteType::StandAlonePrimary,
            url: "https://127.0.0.1:9".into(),
            authority_sha256: [1; 32],
            credential: SiteCredential { site: site.sites.id.0, secret: [2; 32] },
            source: SourceId(Uuid::from_u128(2)),
            joined_at: site.now(),
            settings: None,
            stand_in: Some(StandIn { rank: 0, source }),
            stands_in: None,
        };
        let place = Place { site_type: SiteType::UpdatePoint, mode: SiteMode::Replica, parent: Some(parent) };
        let entry = site.audit_entry(&Caller::system(), "site.join", "First", "");
        site.settle(place, None, entry).await.unwrap();
        world
    }

    /// The clock of the world moves by a second each time it is looked at.
    fn wait(site: &Site, time: SignedDuration) {
        let end = site.now() + time;
        while site.now() < end {}
    }

    fn stands_in_now(site: &Site) -> bool {
        site.sites.place().parent.as_ref().unwrap().stands_in.is_some()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_point_stands_in_for_a_silent_first_and_steps_back() {
        let world = point().await;
        let site = &world.site;
        decide(site).await.unwrap();
        assert!(!stands_in_now(site), "it was just heard");

        wait(site, STAND_IN_AFTER);
        decide(site).await.unwrap();
        assert!(stands_in_now(site));
        decide(site).await.unwrap();
        let sources = site.list_sources(&world.admin).await.unwrap();
        let [source] = &sources[..] else { panic!("{sources:?}") };
        assert_eq!(source.config.title(), "http://127.0.0.1:9");
        assert_eq!((source.name.as_str(), source.enabled), ("in place of First", true));
        let alerts = site.alerts(&world.admin, true).await.unwrap();
        assert!(alerts.iter().any(|alert| alert.kind == ALERT && alert.subject == "First"), "{alerts:?}");

        site.sites.link.heard(site.now());
        // A synchronization that is under way is let to its end.
        while decide(site).await.is_err() {
            tokio::task::yield_now().await;
        }
        assert!(!stands_in_now(site));
        assert!(site.list_sources(&world.admin).await.unwrap().is_empty());
        let alerts = site.alerts(&world.admin, true).await.unwrap();
        assert!(!alerts.iter().any(|alert| alert.kind == ALERT), "{alerts:?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_point_that_was_removed_stands_in_for_nobody() {
        let world = point().await;
        let site = &world.site;
        wait(site, STAND_IN_AFTER);
        decide(site).await.unwrap();
        assert!(stands_in_now(site));
        site.sites.link.failed(&LinkError::Unknown { url: "https://127.0.0.1:9".into() });
        // Silence after that changes nothing about it.
        site.sites.link.failed(&LinkError::Status { url: "https://127.0.0.1:9".into(), status: 502 });
        while decide(site).await.is_err() {
            tokio::task::yield_now().await;
        }
        wait(site, STAND_IN_AFTER * 5);
        decide(site).await.unwrap();
        assert!(!stands_in_now(site));
        assert_eq!(site.sites.place().parent.as_ref().unwrap().stand_in, None);
        assert!(site.list_sources(&world.admin).await.unwrap().is_empty());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_point_that_leaves_while_it_stands_in_leaves_nothing_behind() {
        let world = point().await;
        let site = &world.site;
        wait(site, STAND_IN_AFTER);
        decide(site).await.unwrap();
        assert!(stands_in_now(site));
        assert_eq!(site.own_problems(), [], "it may join elsewhere");
        site.leave_site(&world.admin).await.unwrap();
        assert!(site.list_sources(&world.admin).await.unwrap().is_empty());
        let alerts = site.alerts(&world.admin, true).await.unwrap();
        assert!(!alerts.iter().any(|alert| alert.kind == ALERT), "{alerts:?}");
        assert_eq!(*site.sites.place(), Place::default());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_the_first_told_is_kept() {
        let world = point().await;
        let site = &world.site;
        let parent = || site.sites.place().parent.clone().unwrap();
        let told = StandIn { rank: 3, ..parent().stand_in.unwrap() };
        remember(site, &parent(), Some(told.to_wire())).await.unwrap();
        assert_eq!(parent().stand_in, Some(told.clone()));
        // What could not work is no source.
        let bad = wire::StandIn { url: "ftp://nowhere".into(), ..told.to_wire() };
        remember(site, &parent(), Some(bad)).await.unwrap();
        assert_eq!(parent().stand_in, None);
        wait(site, STAND_IN_AFTER * 5);
        decide(site).await.unwrap();
        assert!(!stands_in_now(site), "it was not told from where");
    }
}
