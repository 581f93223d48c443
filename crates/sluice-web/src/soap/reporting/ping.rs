use sluice_wsus::messages::reporting::{MonitoredServicesResponse, PingResponse};

use super::super::ask::{Answered, Ask};
use super::super::{Exposure, Service};

pub(in crate::soap) fn answer(ask: &Ask<'_>, service: Service) -> Answered {
    let result = MonitoredServicesResponse {
        success_flag: true,
        services_time: ask.site.now(),
        services_name: service.title().to_owned(),
        is_https: ask.exposure == Exposure::Tls,
    };
    ask.write(&PingResponse { result })
}
