//! SyncPrinterCatalog: drivers for the Add Printer wizard (\[MS-WUSP\] 3.1.5.12).

use sluice_catalog::windows::PrinterRequest;

use super::fault::{ClientFault, ClientResult};
use super::memory::Recipient;
use super::round::{Round, Told};
use super::sync::{MAX_INSTALLED, SyncAnswer};
use crate::site::Site;

impl Site {
    /// The best driver of every printer, for a client that has these.
    ///
    /// # Errors
    /// Those of the cookie, `RegistrationRequired`, `InvalidParameters`; `Internal` when metadata
    /// cannot be read.
    pub async fn windows_printers(
        &self,
        recipient: Recipient,
        cookie: &[u8],
        installed_non_leaf: &[i32],
        cached: &[i32],
    ) -> ClientResult<SyncAnswer> {
        let open = self.open_cookie(cookie)?;
        let client = open.registered()?;
        if installed_non_leaf.len() > MAX_INSTALLED {
            return Err(ClientFault::InvalidParameters("installedNonLeafUpdateIDs"));
        }
        let view = self.windows.views.load();
        let groups = view.groups(client);
        let told = Told::of(&open.cookie, groups.fingerprint());
        let round = Round {
            site: self,
            recipient,
            view: &view,
            scope: view.scope(&groups),
            collections: view.key(&groups),
            told,
            cookie: open.cookie,
        };
        let asked = PrinterRequest { installed_non_leaf, cached, since: told.printers };
        let printers = round.scope.printer_round(&asked, |revision| round.size(revision));
        round.driver_answer(printers, Told { printers: round.catalog().last_change(), ..told }).await
    }
}
