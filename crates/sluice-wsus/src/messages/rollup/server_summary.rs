//! What a downstream server counts (\[MS-WSUSSS\] 3.1.4.14.2.3).

use crate::soap::{Reader, SoapError, XmlWriter};

macro_rules! counters {
    ($($(#[$doc:meta])* $field:ident: $element:literal),+ $(,)?) => {
        /// What a downstream server counts. Its computers are its own, without those of servers below it.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct ServerSummary {
            $($(#[$doc])* pub $field: i32,)+
        }

        impl ServerSummary {
            pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, SoapError> {
                let mut summary = Self::default();
                reader.children(|reader, element| match element.name() {
                    $($element => reader.set(element, &mut summary.$field),)+
                    _ => Ok(()),
                })?;
                Ok(summary)
            }

            pub(super) fn write(&self, out: &mut XmlWriter) {
                out.element("ServerSummary", |out| {
                    $(out.int($element, self.$field);)+
                });
            }
        }
    };
}

counters! {
    /// Updates.
    update_count: "UpdateCount",
    /// Updates that were declined.
    declined_update_count: "DeclinedUpdateCount",
    /// Updates that are approved for some computers.
    approved_update_count: "ApprovedUpdateCount",
    /// Updates that are not approved for any.
    not_approved_update_count: "NotApprovedUpdateCount",
    /// Updates of which an older revision is approved and the newest is not.
    updates_with_stale_update_approvals_count: "UpdatesWithStaleUpdateApprovalsCount",
    /// Updates that Microsoft expired.
    expired_update_count: "ExpiredUpdateCount",
    /// Critical and security updates that are not approved.
    critical_or_security_updates_not_approved_for_install_count:
        "CriticalOrSecurityUpdatesNotApprovedForInstallCount",
    /// Updates of WSUS itself that are not approved.
    wsus_infrastructure_updates_not_approved_for_install_count:
        "WsusInfrastructureUpdatesNotApprovedForInstallCount",
    /// Updates that failed on some computer.
    updates_with_client_errors_count: "UpdatesWithClientErrorsCount",
    /// Updates whose files the server could not get.
    updates_with_server_errors_count: "UpdatesWithServerErrorsCount",
    /// Updates whose files are not there yet.
    updates_needing_files_count: "UpdatesNeedingFilesCount",
    /// Updates that some computer needs.
    updates_needed_by_computers_count: "UpdatesNeededByComputersCount",
    /// Updates that no computer needs.
    updates_up_to_date_count: "UpdatesUpToDateCount",
    /// Groups that are not built in.
    custom_computer_target_group_count: "CustomComputerTargetGroupCount",
    /// Computers.
    computer_target_count: "ComputerTargetCount",
    /// Computers that need updates.
    computer_targets_needing_updates_count: "ComputerTargetsNeedingUpdatesCount",
    /// Computers on which an update failed.
    computer_targets_with_update_errors_count: "ComputerTargetsWithUpdateErrorsCount",
    /// Computers that need nothing.
    computers_up_to_date_count: "ComputersUpToDateCount",
}
