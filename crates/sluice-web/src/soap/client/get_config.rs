use sluice_wsus::messages::client::{AuthPlugInInfo, ConfigurationProperty, GetConfigResponse};

use super::super::ask::{Answered, Ask};
use super::PLUG_IN;

/// Where authorization is given, relative to the root (Q11).
const AUTH_SERVICE: &str = "SimpleAuthWebService/SimpleAuth.asmx";

pub(super) fn answer(ask: &Ask<'_>) -> Answered {
    let config = ask.site.windows_config();
    let plug_in = AuthPlugInInfo {
        plug_in_id: PLUG_IN.to_owned(),
        service_url: AUTH_SERVICE.to_owned(),
        parameter: String::new(),
    };
    let property = |(name, value): (&str, String)| ConfigurationProperty { name: name.to_owned(), value };
    ask.write(&GetConfigResponse {
        last_change: config.last_change,
        is_registration_required: config.registration_required,
        auth_info: vec![plug_in],
        allowed_event_ids: Vec::new(),
        properties: config.properties.into_iter().map(property).collect(),
    })
}
