//! RefreshCache: new numbers for a client's cache, after it could not use its cookie any more
//! (\[MS-WUSP\] 3.1.5.6; protocols.md §3.7).

use sluice_model::RevisionRef;

use super::fault::ClientResult;
use super::sync::{OfferedDeployment, number, offered_deployment};
use crate::site::Site;

/// What a revision in a client's cache is called here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshedUpdate {
    /// Its number here.
    pub id: i32,
    /// The revision.
    pub identity: RevisionRef,
    /// No other update of the catalog depends on it.
    pub leaf: bool,
    /// What to do with it.
    pub deployment: OfferedDeployment,
}

impl Site {
    /// What the revisions in a client's cache are called here; those it is not offered are left out.
    ///
    /// # Errors
    /// Those of the cookie, `RegistrationRequired`.
    pub fn windows_refresh(&self, cookie: &[u8], cached: &[RevisionRef]) -> ClientResult<Vec<RefreshedUpdate>> {
        let open = self.open_cookie(cookie)?;
        let client = open.registered()?;
        let view = self.windows.views.load();
        let scope = view.scope(&view.groups(client));
        let known = scope.refresh(cached).into_iter();
        let refreshed = known.filter_map(|revision| {
            let update = view.catalog().revision(revision)?;
            Some(RefreshedUpdate {
                id: number(revision),
                identity: RevisionRef { update: update.id, number: update.number },
                leaf: scope.is_leaf(revision),
                deployment: offered_deployment(scope.deployment(revision)?, open.cookie.protocol, Vec::new()),
            })
        });
        Ok(refreshed.collect())
    }
}
