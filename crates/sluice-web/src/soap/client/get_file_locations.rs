use sluice_wsus::messages::client::{GetFileLocations, GetFileLocationsResponse};

use super::super::ask::{Answered, Ask};
use super::super::convert::{data, issued, locations};

pub(super) fn answer(ask: &Ask<'_>, request: GetFileLocations) -> Answered {
    let answer = ask.site.windows_locations(&data(request.cookie), &request.file_digests)?;
    ask.write(&GetFileLocationsResponse {
        file_locations: locations(ask.content_root().as_deref(), &answer.files),
        new_cookie: Some(issued(answer.cookie)),
    })
}
