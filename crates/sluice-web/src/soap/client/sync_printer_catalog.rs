use sluice_site::windows::sync::SyncAnswer;
use sluice_wsus::messages::client::{SyncPrinterCatalog, SyncPrinterCatalogResponse};

use super::super::ask::{Answer, Answered, Ask, Writing};
use super::super::convert::{data, sync_info};

pub(super) async fn answer(ask: &Ask<'_>, request: SyncPrinterCatalog) -> Answered {
    let SyncPrinterCatalog { cookie, installed_non_leaf_update_ids, printer_update_ids } = request;
    let cookie = data(cookie);
    let round =
        ask.site.windows_printers(ask.recipient(), &cookie, &installed_non_leaf_update_ids, &printer_update_ids);
    let mut answer = round.await?;
    let memory = answer.memory.take();
    let write = |writing: Writing, answer: &SyncAnswer| {
        writing.bytes(&SyncPrinterCatalogResponse { result: sync_info(answer) })
    };
    let bytes = ask.write_with(answer, memory.as_ref(), write).await?;
    Ok(Answer { memory, ..Answer::of(bytes) })
}
