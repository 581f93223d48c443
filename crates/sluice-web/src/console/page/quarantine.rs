//! Items that could not be taken in.

use super::list_foot::pager;
use super::sync::{names, quarantined};
use crate::console::address::Address;
use crate::console::form::Posted;
use crate::console::id::Id;
use crate::console::reply::{Done, Reply, done, page};
use crate::console::view::shell::Here;
use crate::console::view::sync::Quarantine;
use crate::console::visit::Visit;

/// `GET /sync/quarantine`.
pub async fn show(visit: Visit) -> Reply {
    let (t, query) = (visit.t, &visit.query);
    let items = visit.site.quarantine(&visit.caller, query.page()?).await?;
    let names = names(&visit.site.sync_status(&visit.caller).await?);
    let here = Address::new("/sync/quarantine");
    let shown = items.items.len();
    page(&Quarantine {
        shell: visit.shell(t.sync.quarantine, Here::Synchronization)?,
        t: &t.sync,
        pager: pager(&t.common, &here, "cursor", query.text("cursor"), items.next, shown, items.total),
        quarantine: items.items.into_iter().map(|item| quarantined(&visit, &names, item)).collect(),
    })
}

/// `POST /sync/quarantine/{id}/retry`.
pub async fn retry(Id(id): Id, Posted { visit, .. }: Posted) -> Reply {
    visit.site.retry_quarantined(&visit.caller, id).await?;
    done("/sync", Done::Retried)
}
