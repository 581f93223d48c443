//! GetRevisionIdList: which revisions there are (\[MS-WSUSSS\] 3.1.4.5). Answered from a snapshot,
//! without a database call.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use sluice_catalog::Catalog;
use sluice_catalog::downstream::{FilterEntry, RevisionFilter, RevisionLists};
use sluice_model::{RevisionId, RevisionRef};
use tokio::sync::Mutex;

use super::anchor::Anchor;
use super::fault::{ServerFault, ServerResult};
use crate::site::Site;

/// Most entries of a list of a filter: the catalog of Microsoft has some 2,500 categories.
const MAX_ENTRIES: usize = 10_000;

/// What a server asks for.
#[derive(Clone, Debug, Default)]
pub struct ListRequest {
    /// Where it was left; empty: it never asked.
    pub anchor: String,
    /// Categories, classifications and detectoids; otherwise software and drivers.
    pub configuration: bool,
    /// See [`RevisionFilter::categories`].
    pub categories: Vec<FilterEntry>,
    /// See [`RevisionFilter::classifications`].
    pub classifications: Vec<FilterEntry>,
    /// A language is asked for that was not before (`Delta` false): everything that matches again. Which
    /// languages they are selects nothing (\[MS-WSUSSS\] 3.1.4.5): a document has all of its languages.
    pub new_language: bool,
}

/// Which revisions there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListAnswer {
    /// Where the server is left.
    pub anchor: String,
    /// The revisions, in the order in which they came.
    pub revisions: Vec<RevisionRef>,
}

/// The lists of the catalog that was served when somebody last asked.
#[derive(Default)]
pub(crate) struct Lists {
    current: ArcSwapOption<RevisionLists>,
    /// Held by whoever prepares the next: others wait for that, not for one of their own.
    building: Mutex<()>,
}

impl Lists {
    /// The lists of a catalog.
    async fn of(&self, catalog: &Arc<Catalog>) -> ServerResult<Arc<RevisionLists>> {
        let ready = || self.current.load_full().filter(|lists| Arc::ptr_eq(lists.catalog(), catalog));
        if let Some(lists) = ready() {
            return Ok(lists);
        }
        let _one = self.building.lock().await;
        if let Some(lists) = ready() {
            return Ok(lists);
        }
        let wanted = Arc::clone(catalog);
        let built = tokio::task::spawn_blocking(move || Arc::new(RevisionLists::build(&wanted))).await;
        let built = built.map_err(|_| ServerFault::Internal)?;
        self.current.store(Some(Arc::clone(&built)));
        Ok(built)
    }
}

impl Site {
    /// Where a server is left that asked for drivers: always at the same place, because this site has no
    /// driver sets (\[MS-WSUSSS\] 3.1.4.7).
    ///
    /// # Errors
    /// Those of the cookie; `InvalidParameters` and `ServerChanged` of the anchor.
    pub fn downstream_driver_anchor(&self, cookie: &[u8], anchor: &str) -> ServerResult<String> {
        self.open_server(cookie)?;
        let epoch = self.windows.cookies.epoch();
        if !anchor.is_empty() {
            Anchor::parse(anchor, epoch, "filter")?;
        }
        Ok(Anchor { epoch, revision: RevisionId(0), change: 0 }.to_text())
    }

    /// Which revisions there are for a server.
    ///
    /// # Errors
    /// Those of the cookie; `InvalidParameters` for a filter or an anchor that cannot be one;
    /// `ServerChanged`.
    pub async fn downstream_list(&self, cookie: &[u8], request: ListRequest) -> ServerResult<ListAnswer> {
        let open = self.open_server(cookie)?;
        let entries = request.categories.len().max(request.classifications.len());
        if entries > MAX_ENTRIES {
            return Err(ServerFault::InvalidParameters("filter"));
        }
        let epoch = self.windows.cookies.epoch();
        let anchor = Some(&request.anchor).filter(|anchor| !anchor.is_empty());
        let anchor = anchor.map(|anchor| Anchor::parse(anchor, epoch, "filter")).transpose()?;
        let (catalog, unpublished) = self.sync.unpublished.beside(|| self.catalog());
        let lists = self.downstream.lists.of(&catalog).await?;
        // What is stored and not served yet is new for this server when it asks again.
        let served = unpublished.map(|lowest| RevisionId(lowest.0.saturating_sub(1)));
        let newest = served.map_or(lists.newest(), |served| served.min(lists.newest()));
        let next = Anchor { epoch, revision: newest, change: lists.selection() };
        // Of what is selected since the server asked, all is new for it. A server that keeps only some
        // languages needs all documents again for another.
        let known = |anchor: &Anchor| request.configuration || anchor.change == next.change && !request.new_language;
        let since = anchor.filter(known).map(|anchor| anchor.revision);
        let (protocol, configuration) = (open.cookie.protocol, request.configuration);
        let work = move || {
            let filter = RevisionFilter {
                configuration,
                since,
                categories: &request.categories,
                classifications: &request.classifications,
                protocol,
            };
            let exact = |revision: RevisionId| {
                let update = lists.catalog().revision(revision)?;
                Some(RevisionRef { update: update.id, number: update.number })
            };
            lists.list(&filter).into_iter().filter_map(exact).collect()
        };
        let revisions = tokio::task::spawn_blocking(work).await.map_err(|_| ServerFault::Internal)?;
        if !configuration {
            open.known.told(self.now(), newest);
        }
        Ok(ListAnswer { anchor: next.to_text(), revisions })
    }
}
