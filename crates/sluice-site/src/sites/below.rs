//! What sites below say and ask.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use sluice_model::{LinkState, SiteId, SiteNode, SiteType};
use sluice_store::audit;
use sluice_store::child_site::{self, PackedChildSite};
use sluice_store::downstream_server;
use sluice_wire::site::{MAX_HOLD, MAX_NODES, SiteCredential};

use super::{StandIn, TopSettings};
use crate::caller::Caller;
use crate::digest;
use crate::error::{SiteError, SiteResult};
use crate::events::SiteEvent;
use crate::site::Site;

/// Head start of those who are told first, per wave: enough to have asked for what is new, so that the second wave
/// does not take their turn. Nobody waits when nobody is to be told first.
const HEAD_START: Duration = Duration::from_millis(500);

/// A site below that has shown its credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SiteBelow {
    /// Which.
    pub id: SiteId,
}

/// What a site below is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteNews {
    /// The present state.
    pub mark: String,
    /// The catalog version here.
    pub catalog_version: u64,
    /// The name of this site.
    pub name: String,
    /// Digest of the settings, hexadecimal.
    pub settings_digest: String,
    /// The settings, when they are not those it has.
    pub settings: Option<TopSettings>,
    /// What it needs to stand in for this site; `None`: it is no update point.
    pub stand_in: Option<StandIn>,
}

impl Site {
    /// Checks who a site below is.
    ///
    /// # Errors
    /// `Unauthenticated` when the secret is wrong, or the site was removed or left.
    pub fn authenticate_site(&self, credential: &SiteCredential) -> SiteResult<SiteBelow> {
        let id = SiteId(credential.site);
        let known = self.sites.children.get(id).map(|known| known.record());
        let hash = credential.secret_hash();
        match known {
            Some(known) if known.left_at.is_none() && digest::same(&known.secret_hash, &hash) => Ok(SiteBelow { id }),
            _ => Err(SiteError::unauthenticated(
                "this site does not know the other one: it was removed, left, or joined anew",
                "Join again with a new token, or leave: `sluice site leave`.",
            )),
        }
    }

    /// Takes in what a site tells of itself (first) and of those below it. These are claims: what the site is, this
    /// one decided when it joined.
    ///
    /// # Errors
    /// `Invalid` when the first is another site, there are too many, or they are no tree.
    pub fn hear_site(&self, from: SiteBelow, nodes: Vec<SiteNode>) -> SiteResult<()> {
        let invalid = |message: String| {
            Err(SiteError::invalid("sites", message, "This is a fault of the site below; please report it."))
        };
        if nodes.len() > MAX_NODES {
            return invalid(format!("more than {MAX_NODES} sites"));
        }
        let mut nodes = nodes.into_iter();
        let Some(own) = nodes.next().filter(|node| node.id == from.id) else {
            return invalid("the first site is not the one that reports".to_owned());
        };
        let below: Vec<SiteNode> = nodes.collect();
        // Each after the one above it: so there is no circle.
        let mut seen = HashSet::from([from.id]);
        for node in &below {
            if node.parent.is_none_or(|parent| !seen.contains(&parent)) || !seen.insert(node.id) {
                return invalid(format!("the site {} stands nowhere", node.id));
            }
        }
        let Some(known) = self.sites.children.get(from.id) else { return Ok(()) };
        let now = self.now();
        let was = known.state(now);
        // A name is the site's own as long as nobody else has it.
        let free = !self.sites.children.has_name(&own.name, from.id);
        let news = known.change(|record| {
            let name = if free { own.name.clone() } else { record.node.name.clone() };
            let node = SiteNode { parent: None, name, site_type: record.node.site_type, unheard: None, ..own };
            let news = record.node != node || !same(&record.below, &below);
            (record.node, record.below, record.last_contact) = (node, below, Some(now));
            news
        });
        if news || was != LinkState::Linked {
            self.emit(SiteEvent::Sites);
        }
        Ok(())
    }

    /// What a site below has to know: at once when it does not know the present state or settings, else as soon as
    /// they change, and at the latest after [`MAX_HOLD`] seconds.
    ///
    /// # Errors
    /// When the settings cannot be read.
    pub async fn news_for(&self, to: SiteBelow, mark: Option<&str>, digest: Option<&str>) -> SiteResult<SiteNews> {
        if let Some(known) = self.sites.children.get(to.id) {
            let now = self.now();
            let was = known.state(now);
            known.change(|record| record.last_contact = Some(now));
            if was != LinkState::Linked {
                self.emit(SiteEvent::Sites);
            }
        }
        let mut watch = self.sites.news.watch();
        watch.mark_unchanged();
        let news = self.present_news(to, digest)?;
        if mark != Some(news.mark.as_str()) || news.settings.is_some() {
            return Ok(news);
        }
        let held = tokio::select! {
            () = self.stop.cancelled() => false,
            () = tokio::time::sleep(Duration::from_secs(MAX_HOLD)) => false,
            changed = watch.changed() => changed.is_ok(),
        };
        if held {
            tokio::time::sleep(self.head_start_of(to)).await;
        }
        self.present_news(to, digest)
    }

    fn present_news(&self, to: SiteBelow, digest: Option<&str>) -> SiteResult<SiteNews> {
        // The mark first: what changes after it makes another.
        let mark = self.sites.news.mark();
        let settings = self.top_settings()?;
        let settings_digest = settings.to_wire().digest();
        Ok(SiteNews {
            mark,
            catalog_version: self.catalog().version(),
            name: self.config.name.clone(),
            settings: (digest != Some(settings_digest.as_str())).then_some(settings),
            settings_digest,
            stand_in: self.stand_in_for(to),
        })
    }

    /// How long after the first a site is told: own update points, then child sites, then secondary ones (SYN-05).
    fn head_start_of(&self, site: SiteBelow) -> Duration {
        let now = self.now();
        let all = self.sites.children.all();
        let linked = all.iter().filter(|child| child.state(now) == LinkState::Linked).map(|child| child.record().node);
        let types: Vec<(SiteId, SiteType)> = linked.map(|node| (node.id, node.site_type)).collect();
        let Some((_, own)) = types.iter().find(|(id, _)| *id == site.id) else { return Duration::ZERO };
        HEAD_START * waves_before(*own, types.iter().map(|(_, site_type)| *site_type))
    }

    /// A site below leaves. What is known of it and its devices stays until an administrator removes it.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn site_leaves(self: &Arc<Self>, from: SiteBelow) -> SiteResult<()> {
        let Some(known) = self.sites.children.get(from.id) else { return Ok(()) };
        let turn = self.directory_turn().await;
        let left = known.change(|record| {
            record.left_at = Some(self.now());
            record.clone()
        });
        let packed = PackedChildSite::new(&left)?;
        let entry = self.audit_entry(&Caller::system(), "site.left", left.node.name.as_str(), "");
        let server = self.left_server(left.server)?;
        let site = Arc::clone(self);
        self.to_the_end(async move {
            let _turn = turn;
            let (server, stored) = server.unzip();
            let write = site.store.write(move |tx| {
                Box::pin(async move {
                    child_site::put(tx, &[packed]).await?;
                    if let Some(server) = stored {
                        downstream_server::put(tx, &[server]).await?;
                    }
                    audit::append(tx, entry).await.map(drop)
                })
            });
            write.await?;
            server.into_iter().for_each(|server| site.downstream_left(server));
            site.emit(SiteEvent::Sites);
            Ok(())
        })
        .await
    }
}

/// Whether two reports of sites say the same, but for how long ago something was heard.
fn same(one: &[SiteNode], other: &[SiteNode]) -> bool {
    let timeless = |node: &SiteNode| SiteNode { unheard: None, ..node.clone() };
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| timeless(a) == timeless(b) && state(a) == state(b))
}

fn state(node: &SiteNode) -> LinkState {
    LinkState::of_age(node.unheard)
}

/// How many waves go before a type, of those that there are.
fn waves_before(own: SiteType, all: impl Iterator<Item = SiteType>) -> u32 {
    let earlier: HashSet<u32> = all.map(SiteType::wave).filter(|wave| *wave < own.wave()).collect();
    u32::try_from(earlier.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_told_before_children_and_these_before_secondaries() {
        use SiteType::*;
        let before = |own, all: &[SiteType]| waves_before(own, all.iter().copied());
        assert_eq!(before(UpdatePoint, &[UpdatePoint, Secondary]), 0);
        assert_eq!(before(Secondary, &[Secondary, Secondary]), 0, "nobody waits for nobody");
        assert_eq!(before(Secondary, &[UpdatePoint, Secondary]), 1);
        assert_eq!(before(ChildPrimary, &[UpdatePoint, ChildPrimary, Secondary]), 1);
        assert_eq!(before(Secondary, &[UpdatePoint, UpdatePoint, ChildPrimary, Secondary]), 2);
    }
}
