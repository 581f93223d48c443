//! The two lists of identities (protocols.md §5.1, steps 5 and 7).

use sluice_wsus::messages::server_sync::{GetRevisionIdList, GetRevisionIdListResponse, ServerSyncFilter};
use sluice_wsus::soap::ErrorCode;

use super::error::UpstreamError;
use super::session::{Asking, Session};

/// Most bytes of a list. 24,509 identities had 3 MB.
const MAX_LIST: u64 = 256 << 20;
/// The operation.
const OPERATION: &str = "GetRevisionIdList";

/// The filter for categories, classifications and detectoids.
pub(super) fn of_lists(anchor: Option<&str>) -> ServerSyncFilter {
    ServerSyncFilter { anchor: anchor.unwrap_or_default().to_owned(), get_config: true, ..ServerSyncFilter::default() }
}

/// Asks for a list. A server that does not take its anchor back is asked without: `whole` is the filter for that.
pub(super) async fn ask(
    session: &Session,
    asking: &Asking<'_>,
    filter: ServerSyncFilter,
    whole: impl FnOnce() -> ServerSyncFilter,
) -> Result<GetRevisionIdListResponse, UpstreamError> {
    let had_anchor = !filter.anchor.is_empty();
    match once(session, asking, filter).await {
        Err(error) if had_anchor && error.code() == Some(ErrorCode::InvalidParameters) && !error.is_not_approved() => {
            tracing::warn!(url = session.url(), %error, "the upstream does not take its anchor back; asking for everything");
            once(session, asking, whole()).await
        }
        done => done,
    }
}

async fn once(
    session: &Session,
    asking: &Asking<'_>,
    filter: ServerSyncFilter,
) -> Result<GetRevisionIdListResponse, UpstreamError> {
    let request = |cookie| GetRevisionIdList { cookie: Some(cookie), filter: Some(filter.clone()) };
    let body = session.ask_known(asking, OPERATION, MAX_LIST, request).await?;
    session.read(OPERATION, &body)
}
