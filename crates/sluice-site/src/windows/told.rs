//! The reconciler that makes changes of deployments known: a client is told again of an update in
//! its cache when that update's change counter has risen since the client's last cookie.
//!
//! What is in force per update is compared with what was in force when the counters were last
//! raised, which is stored with them. So it does not matter what changed it (a new deployment, one
//! whose time came, a group that grew) or whether the site was killed in between.

use std::collections::BTreeMap;

use sluice_catalog::CatalogChange;
use sluice_model::{DeploymentPriority, DeploymentTarget, Intent, UpdateId};
use sluice_store::{meta, update_change};

use super::view::{self, WindowsView};
use crate::digest::sha256;
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// Where what was in force is kept: update (16 bytes) and fingerprint (8 bytes), sorted.
const META: &str = "windows-deployments-told";

const ENTRY: usize = 16 + 8;

type InForce = BTreeMap<UpdateId, u64>;

/// Raises the counters of the updates for which something else is in force now, and serves them.
pub(crate) async fn announce(site: &Site) -> SiteResult<()> {
    let _one = site.windows.announcing.lock().await;
    let now = in_force(&site.windows.views.load());
    let stored = meta::get(&mut site.store.reader().await?, META).await?;
    let before = read(stored.as_deref().unwrap_or_default())?;
    let ids = before.keys().chain(now.keys());
    let mut changed: Vec<_> = ids.filter(|id| before.get(id) != now.get(id)).copied().collect();
    changed.sort_unstable();
    changed.dedup();
    if stored.is_none() {
        // The first number is of no update: 0 in a cookie says that its client was told nothing, so
        // that cannot be what one is told at first.
        changed.push(UpdateId(uuid::Uuid::nil()));
    }
    if changed.is_empty() {
        return Ok(());
    }
    let bytes = write(&now);
    let told = changed.clone();
    let counter = site.store.write(move |tx| {
        Box::pin(async move {
            meta::set(tx, META, &bytes).await?;
            update_change::touch(tx, &told).await
        })
    });
    let counter = counter.await?;
    let changes = changed.into_iter().map(|update| (update, counter)).collect();
    let version = site.fleet().catalog().version();
    site.keeper.catalog(CatalogChange { version, changes, changes_to: counter, ..CatalogChange::default() }).await
}

/// Serves a deployment whose time has come.
pub(crate) async fn activate(site: &Site) -> SiteResult<()> {
    if !site.windows.views.is_due(site.now()) {
        return Ok(());
    }
    view::rebuild(site).await?;
    announce(site).await
}

/// What is in force for each update.
fn in_force(view: &WindowsView) -> InForce {
    let mut found: BTreeMap<UpdateId, Vec<u8>> = BTreeMap::new();
    for scoped in view.deployments() {
        let spec = &scoped.deployment.spec;
        let mut facts = scoped.deployment.id.0.as_bytes().to_vec();
        facts.extend_from_slice(spec.collection.0.as_bytes());
        // What stands above the collection decides between deployments, too.
        for ancestor in scoped.ancestors.iter() {
            facts.extend_from_slice(ancestor.0.as_bytes());
        }
        facts.push(match spec.intent {
            Intent::Required => 0,
            Intent::Available => 1,
            Intent::Uninstall => 2,
            Intent::Block => 3,
        });
        facts.push(u8::from(matches!(spec.target, DeploymentTarget::Group(_))));
        facts.extend_from_slice(&spec.deadline.map_or(i64::MIN, |at| at.as_microsecond()).to_be_bytes());
        // Of the usual priority nothing is said, as before there were others: all would be told again.
        match spec.priority {
            DeploymentPriority::Low => facts.push(1),
            DeploymentPriority::Normal => {}
            DeploymentPriority::High => facts.push(3),
        }
        for update in &scoped.updates {
            found.entry(*update).or_default().extend_from_slice(&facts);
        }
    }
    found.into_iter().map(|(update, facts)| (update, fingerprint(&facts))).collect()
}

fn fingerprint(facts: &[u8]) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = sha256(facts);
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

fn write(in_force: &InForce) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(in_force.len() * ENTRY);
    for (update, fingerprint) in in_force {
        bytes.extend_from_slice(update.0.as_bytes());
        bytes.extend_from_slice(&fingerprint.to_be_bytes());
    }
    bytes
}

fn read(bytes: &[u8]) -> SiteResult<InForce> {
    let (entries, rest) = bytes.as_chunks::<ENTRY>();
    if !rest.is_empty() {
        return Err(SiteError::internal("reading which deployments were told", "the list is damaged"));
    }
    let entry = |bytes: &[u8; ENTRY]| {
        let (update, fingerprint) = bytes.split_first_chunk::<16>()?;
        let fingerprint = u64::from_be_bytes(fingerprint.try_into().ok()?);
        Some((UpdateId(uuid::Uuid::from_bytes(*update)), fingerprint))
    };
    Ok(entries.iter().filter_map(entry).collect())
}
