use sluice_site::downstream::settings::ConfigOrder;
use sluice_site::downstream::{MAX_UPDATES, PROTOCOL};
use sluice_wsus::messages::server_sync::{
    ElementOrder, GetConfigData, GetConfigDataResponse, ServerSyncConfigData, ServerSyncLanguageData,
};

use super::super::ask::{Answered, Ask};
use super::super::convert::data;

/// The limits of WSUS (Q65). The site gets files when they are needed, so they may be missing at
/// first; it has no driver sets and no express files. Documents of all languages are passed on.
pub(super) fn answer(ask: &Ask<'_>, request: GetConfigData) -> Answered {
    let config = ask.site.downstream_config(&data(request.cookie), &request.config_anchor)?;
    let updates = i32::try_from(MAX_UPDATES).unwrap_or(i32::MAX);
    let language = |(number, tag, name): &(i32, &str, &str)| ServerSyncLanguageData {
        language_id: *number,
        short_language: (*tag).to_owned(),
        long_language: (*name).to_owned(),
        enabled: true,
    };
    let config = ServerSyncConfigData {
        catalog_only_sync: false,
        lazy_sync: true,
        server_hosts_psf_files: false,
        max_number_of_computer_ids_in_request: 0,
        max_number_of_driver_sets_per_request: 0,
        max_number_of_pnp_hardware_ids_in_request: 0,
        max_number_of_updates_per_request: updates,
        new_config_anchor: config.anchor,
        protocol_version: PROTOCOL.to_string(),
        language_update_list: config.languages.iter().map(language).collect(),
        max_updates_per_request_in_get_update_decryption_data: updates,
        order: match config.order {
            ConfigOrder::Wsus => ElementOrder::Wsus,
            ConfigOrder::MicrosoftUpdate => ElementOrder::MicrosoftUpdate,
        },
    };
    ask.write(&GetConfigDataResponse { config })
}
