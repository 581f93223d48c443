//! An event, in the words of the site.

use sluice_model::{RevisionRef, UpdateId};
use sluice_site::windows::reporting::{ClientEvent, ClientHardware, StatusLists};
use sluice_wsus::messages::reporting::{MiscData, ReportingEvent};
use sluice_wsus::messages::shared::UpdateIdentity;

/// The event that carries the lists of a full status (protocols.md §4.3).
const FULL_STATUS: i32 = 156;

pub(super) fn event(event: ReportingEvent) -> ClientEvent {
    let ReportingEvent { basic_data: basic, extended_data: extended, private_data: private } = event;
    let misc = &extended.misc_data;
    ClientEvent {
        instance: basic.event_instance_id,
        namespace: basic.namespace_id,
        event_id: basic.event_id,
        at: basic.time_at_target,
        update: revision(basic.update_id),
        result: basic.win32_hresult,
        bundle: misc.bundle().map(|bundle| UpdateId(bundle.update_id)),
        secondary_error: misc.secondary_error(),
        status: (basic.event_id == FULL_STATUS).then(|| lists(misc)),
        app_name: basic.app_name.or_else(|| misc.app_name().map(str::to_owned)),
        strings: extended.replacement_strings,
        hardware: ClientHardware {
            manufacturer: extended.computer_brand,
            model: extended.computer_model,
            dns_name: private.computer_dns_name,
        },
    }
}

/// `None` for the zeros of an event that is about no update.
fn revision(identity: UpdateIdentity) -> Option<RevisionRef> {
    let number = u32::try_from(identity.revision_number).ok()?;
    (!identity.update_id.is_nil()).then_some(RevisionRef { update: UpdateId(identity.update_id), number })
}

fn lists(misc: &MiscData) -> StatusLists {
    StatusLists {
        needed: misc.needed().map(UpdateId).collect(),
        installed: misc.installed().map(UpdateId).collect(),
        restart_pending: misc.restart_pending().map(UpdateId).collect(),
        failed: misc.failed().map(UpdateId).collect(),
        downloaded: misc.downloaded().map(UpdateId).collect(),
    }
}
