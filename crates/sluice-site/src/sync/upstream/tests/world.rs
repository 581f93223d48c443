//! A site below a scripted server.

use std::time::Duration;

use sluice_model::{CategoryId, RevisionRef, Schedule, SourceId, SyncExtent, SyncTrigger};
use uuid::Uuid;

use super::server::{Entry, Upstream};
use crate::selection::SelectionFilter;
use crate::sources::{SourceConfig, SourceSpec, UpstreamSource};
use crate::sync::upstream::connection::Pace;
use crate::sync::{SyncRun, engine};
use crate::windows::import::tests::world::{World as Base, category, document, revision, software, update_id};

/// The product and the classification that are selected.
pub(super) const PRODUCT: u128 = 1;
pub(super) const CLASSIFICATION: u128 = 2;

pub(super) struct World {
    pub(super) base: Base,
    pub(super) upstream: Upstream,
    pub(super) source: SourceId,
}

impl World {
    /// A site with a source whose server has a product and a classification, both selected.
    pub(super) async fn new() -> Self {
        Self::with(UpstreamSource::default()).await
    }

    pub(super) async fn with(source: UpstreamSource) -> Self {
        let _first = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let (base, upstream) = (Base::new().await, Upstream::start().await);
        let config = UpstreamSource { url: upstream.url.clone(), ..source };
        let spec = SourceSpec {
            name: "upstream".into(),
            config: SourceConfig::Upstream(Box::new(config)),
            schedule: Schedule::Manual,
            enabled: true,
        };
        let source = base.site.create_source(&base.admin, spec).await.unwrap().id;
        let world = Self { base, upstream, source };
        world.prepare();
        world.upstream.add(list(PRODUCT, &category(PRODUCT, "Product", "Product", &[])));
        world.upstream.add(list(CLASSIFICATION, &category(CLASSIFICATION, "Class", "UpdateClassification", &[])));
        world
    }

    fn prepare(&self) {
        *self.base.site.upstreams.pace.lock().unwrap() = Pace(Duration::ZERO);
        self.select(&[PRODUCT], &[CLASSIFICATION]);
    }

    pub(super) fn select(&self, products: &[u128], classifications: &[u128]) {
        let ids = |list: &[u128]| list.iter().map(|n| CategoryId(update_id(*n).0)).collect();
        let filter = SelectionFilter { products: ids(products), classifications: ids(classifications) };
        self.base.site.upstreams.selected.store(Some(filter.into()));
    }

    /// Updates in the list of the server.
    pub(super) fn add_updates(&self, numbers: impl IntoIterator<Item = u128>) {
        for number in numbers {
            self.upstream.add(update(number, &software(number, 1, &format!("update {number}"), &[PRODUCT])));
        }
    }

    /// Stops the site and starts it again on the same store.
    pub(super) async fn restart(&mut self) {
        self.base.restart().await;
        self.prepare();
    }

    /// Begins a run.
    pub(super) fn start(&self, extent: SyncExtent) {
        assert!(engine::start(&self.base.site, self.source, extent, SyncTrigger::Manual));
    }

    /// A whole run.
    pub(super) async fn run(&self, extent: SyncExtent) -> SyncRun {
        let mut events = self.base.site.events();
        self.start(extent);
        while self.base.site.sync.running(self.source).is_some() {
            let _missed = tokio::time::timeout(Duration::from_secs(60), events.recv()).await.expect("the run ends");
        }
        self.base.site.sync.last_run(self.source).unwrap()
    }

    pub(super) async fn delta(&self) -> SyncRun {
        self.run(SyncExtent::Delta).await
    }

    pub(super) async fn full(&self) -> SyncRun {
        self.run(SyncExtent::Full).await
    }
}

/// An entry of the list of categories.
pub(super) fn list(number: u128, text: &str) -> Entry {
    Entry { is_list: Some(true), ..update(number, text) }
}

/// An update of the product and the classification.
pub(super) fn update(number: u128, text: &str) -> Entry {
    update_at(revision(number, 1), text)
}

pub(super) fn update_at(revision: RevisionRef, text: &str) -> Entry {
    let of: (Uuid, Uuid) = (update_id(PRODUCT).0, update_id(CLASSIFICATION).0);
    Entry { revision, text: text.to_owned(), is_list: Some(false), of, change: 0 }
}

/// An update that no list names.
pub(super) fn part(number: u128, text: &str) -> Entry {
    Entry { is_list: None, ..update(number, text) }
}

/// A bundle of revisions.
pub(super) fn bundle(number: u128, parts: &[RevisionRef]) -> String {
    let part = |part: &RevisionRef| {
        format!("<upd:UpdateIdentity UpdateID=\"{}\" RevisionNumber=\"{}\"/>", part.update, part.number)
    };
    let parts: String = parts.iter().map(part).collect();
    let rest = format!("<upd:Relationships><upd:BundledUpdates>{parts}</upd:BundledUpdates></upd:Relationships>");
    document(number, 1, &format!("bundle {number}"), "ExplicitlyDeployable=\"true\"", &rest)
}
