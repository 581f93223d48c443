use sluice_wsus::messages::reporting::{ReportEventBatch, ReportEventBatchResponse};

use super::super::ask::{Answered, Ask};
use super::super::convert::data;
use super::event;

/// Whatever is in a batch, it is taken: an agent sends a refused one again and again.
pub(super) async fn answer(ask: &Ask<'_>, request: ReportEventBatch) -> Answered {
    let events = request.event_batch.into_iter().map(event::event).collect();
    ask.site.windows_events(&data(request.cookie), request.client_time, events).await?;
    ask.write(&ReportEventBatchResponse { accepted: true })
}
