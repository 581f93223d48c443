//! One event.

use jiff::Timestamp;
use sluice_wsus::messages::reporting::{BasicData, ExtendedData, PrivateData, ReportingEvent};
use sluice_wsus::messages::shared::UpdateIdentity;
use sluice_wsus::update::document::Revision;
use uuid::Uuid;

use super::misc::{Pairs, data};
use crate::windows::client::hresult::signed;
use crate::windows::machine::VirtualMachine;

/// The agent itself.
const SOURCE_AGENT: i32 = 101;

/// en-US.
const LOCALE: i32 = 1033;

/// What happened.
pub(in super::super) struct Happening {
    pub event: i32,
    /// The update it is about.
    pub update: Option<Revision>,
    pub hresult: u32,
    /// What goes into the placeholders of the event's text.
    pub strings: Vec<String>,
    pub misc: Pairs,
}

impl Happening {
    pub(in super::super) fn new(event: i32) -> Self {
        Self { event, update: None, hresult: 0, strings: Vec::new(), misc: Vec::new() }
    }

    /// Of an update: whether it is a bundle is said with it.
    pub(in super::super) fn of(event: i32, update: Revision, is_bundle: bool) -> Self {
        let kind = if is_bundle { "2" } else { "1" };
        Self { update: Some(update), misc: vec![("Q", kind.to_owned())], ..Self::new(event) }
    }

    pub(in super::super) fn failed(mut self, hresult: u32) -> Self {
        self.hresult = hresult;
        self
    }

    pub(in super::super) fn string(mut self, text: impl Into<String>) -> Self {
        self.strings.push(text.into());
        self
    }

    pub(in super::super) fn pair(mut self, key: &'static str, value: impl ToString) -> Self {
        self.misc.push((key, value.to_string()));
        self
    }

    /// It is about a part of this bundle.
    pub(in super::super) fn part_of(self, bundle: Revision) -> Self {
        let bundle = format!("{};{}", bundle.id.0.as_hyphenated().to_string().to_uppercase(), bundle.number);
        self.pair("M", bundle)
    }

    pub(super) fn into_event(self, machine: &VirtualMachine, instance: Uuid, at: Timestamp) -> ReportingEvent {
        let (computer_brand, computer_model, bios_revision) = machine.make();
        let update_id = self.update.map_or_else(UpdateIdentity::default, |update| UpdateIdentity {
            update_id: update.id.0,
            revision_number: i32::try_from(update.number).unwrap_or(i32::MAX),
        });
        ReportingEvent {
            basic_data: BasicData {
                target_id: machine.client_id().to_string(),
                sequence_number: 0,
                time_at_target: Some(at),
                event_instance_id: instance,
                namespace_id: 1,
                event_id: self.event,
                source_id: SOURCE_AGENT,
                update_id,
                win32_hresult: signed(self.hresult),
                app_name: Some(super::APPLICATION.to_owned()),
            },
            extended_data: ExtendedData {
                replacement_strings: self.strings,
                misc_data: data(machine, &self.misc),
                computer_brand: computer_brand.to_owned(),
                computer_model: computer_model.to_owned(),
                bios_revision: bios_revision.to_owned(),
                processor_architecture: machine.event_architecture(),
                os_version: machine.event_version(),
                os_locale_id: LOCALE,
                device_id: None,
            },
            private_data: PrivateData::default(),
        }
    }
}
