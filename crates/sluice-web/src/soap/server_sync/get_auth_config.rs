use sluice_wsus::messages::server_sync::{AuthPlugInInfo, GetAuthConfigResponse};

use super::super::ask::{Answered, Ask};

/// Relative to the root of the server, as WSUS says it (C).
const SERVICE_URL: &str = "DssAuthWebService/DssAuthWebService.asmx";

pub(super) fn answer(ask: &Ask<'_>) -> Answered {
    let plug_in = AuthPlugInInfo {
        plug_in_id: super::PLUG_IN.to_owned(),
        service_url: SERVICE_URL.to_owned(),
        ..AuthPlugInInfo::default()
    };
    ask.write(&GetAuthConfigResponse {
        last_change: ask.site.downstream_changed_at(),
        auth_info: vec![plug_in],
        ..GetAuthConfigResponse::default()
    })
}
