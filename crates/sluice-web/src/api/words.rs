//! Enumerations as words.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $model:ty { $($variant:ident $slug:tt,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        pub enum $name {
            $(#[doc = concat!("`", $slug, "`")] #[serde(rename = $slug)] $variant,)*
        }

        impl $name {
            /// All, in the order they are listed in.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word.
            #[must_use]
            pub fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug,)* }
            }
        }

        impl From<$model> for $name {
            fn from(value: $model) -> Self {
                match value { $(<$model>::$variant => Self::$variant,)* }
            }
        }

        impl From<$name> for $model {
            fn from(value: $name) -> Self {
                match value { $($name::$variant => Self::$variant,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.slug())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;
            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                Self::ALL.iter().copied().find(|word| word.slug() == text).ok_or(UnknownWord)
            }
        }
    )*};
}

/// The text is none of the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is none of the words possible here")]
pub struct UnknownWord;

words! {
    /// Who decides which groups a Windows device is in.
    Targeting = sluice_site::windows::settings::Targeting { Server "server", Client "client", }
    /// Which servers may synchronize from the site.
    DownstreamAccess = sluice_site::downstream::settings::DownstreamAccess {
        Nobody "nobody", Approved "approved", Anybody "anybody",
    }
    /// Order of the elements of the configuration that servers get.
    ConfigOrder = sluice_site::downstream::settings::ConfigOrder {
        Wsus "wsus", MicrosoftUpdate "microsoft-update",
    }
    /// How a server further down stands with the site.
    DownstreamState = sluice_site::downstream::admin::DownstreamState {
        Pending "pending", Approved "approved", Admitted "admitted", Below "below",
    }
    /// Where reporting to an upstream server stands.
    RollupState = sluice_site::rollup::RollupState {
        Off "off", Waiting "waiting", Devices "devices", Counts "counts", Failed "failed",
    }
    /// Where the take-over of a WSUS stands.
    MigrationState = sluice_site::migration::MigrationState {
        None "none", Running "running", Ready "ready", Finished "finished", Abandoned "abandoned",
    }
    /// Where a step of it stands.
    StepState = sluice_site::migration::StepState {
        Waiting "waiting", Running "running", Done "done", Failed "failed",
    }
    /// What differs between a WSUS and the site.
    DifferenceKind = sluice_site::migration::DifferenceKind {
        Update "update", Group "group", Approval "approval", Decline "decline", Licence "licence",
    }
    /// What becomes of the source after a take-over.
    AfterMigration = sluice_site::migration::AfterMigration {
        Autonomous "autonomous", Removed "removed", MicrosoftUpdate "microsoft-update",
    }
    /// Which files are fetched without being asked for.
    FetchPolicy = sluice_site::content::settings::FetchPolicy {
        OnApproval "on-approval", OnRequest "on-request", All "all",
    }
    /// Which files of an update.
    UpdateFiles = sluice_site::content::settings::UpdateFiles { Full "full", FullAndExpress "full-and-express", }
    /// What sort of fix an update is.
    Classification = sluice_model::Classification {
        SecurityUpdates "security", CriticalUpdates "critical", UpdateRollups "rollups", Updates "updates",
        DefinitionUpdates "definitions", ServicePacks "service-packs", FeaturePacks "feature-packs",
        Upgrades "upgrades", Drivers "drivers", Tools "tools", Applications "applications", Connectors "connectors",
        DeveloperKits "developer-kits", Guidance "guidance",
    }
    /// Whether a device needs an update.
    ComplianceState = sluice_model::ComplianceState {
        Unknown "unknown", NotRequired "not-required", Required "required", Installed "installed",
    }
    /// How far a deployed update has come on a device.
    EnforcementState = sluice_model::EnforcementState {
        Unknown "unknown", Started "started", WaitingForDeadline "waiting-for-deadline",
        WaitingForOtherInstall "waiting-for-other-install", Downloading "downloading", Downloaded "downloaded",
        DownloadFailed "download-failed", Installing "installing", PendingRestart "pending-restart",
        Installed "installed", InstallFailed "install-failed", Held "held",
        Uninstalled "uninstalled",
    }
    /// Installed at the deadline, only offered, uninstalled at the deadline, or never offered.
    Intent = sluice_model::Intent {
        Required "required", Available "available", Uninstall "uninstall", Block "block",
    }
    /// Whether devices may restart themselves for a deployment.
    Restart = sluice_model::RestartBehaviour { Allowed "allow", Suppressed "suppress", }
    /// What users of a device see of a deployment.
    Notification = sluice_model::UserNotification {
        ShowAll "show-all", RestartOnly "restart-only", HideAll "hide-all",
    }
    /// What comes first of what is due at the same time.
    Priority = sluice_model::DeploymentPriority { Low "low", Normal "normal", High "high", }
    /// Where a deployment stands.
    Phase = sluice_model::DeploymentPhase {
        Scheduled "scheduled", Available "available", Enforced "enforced", Disabled "disabled",
        Cancelled "cancelled",
    }
    /// Where a device stands in a deployment.
    DeviceStatus = sluice_site::deployments::DeviceStatus {
        Compliant "compliant", InProgress "in-progress", Failed "failed", Unknown "unknown",
    }
    /// The level of a category.
    CategoryKind = sluice_model::CategoryKind {
        Company "company", ProductFamily "product-family", Product "product",
    }
    /// The level of a category, or that it is a classification.
    SelectableKind = sluice_site::selection::SelectableKind {
        Company "company", ProductFamily "product-family", Product "product", Classification "classification",
    }
    /// A state of an update at the site.
    UpdateState = sluice_site::updates::UpdateState {
        Required "required", Installed "installed", Superseded "superseded",
        Expired "expired", Deployed "deployed", Current "current", Declined "declined",
    }
    /// What a list of updates is sorted by.
    UpdateSort = sluice_site::updates::UpdateSort {
        Title "title", Required "required", Installed "installed", Released "released",
        Classification "classification",
    }
    /// A state of a device at the site.
    DeviceState = sluice_site::devices::DeviceState {
        Compliant "compliant", NonCompliant "non-compliant", OutsideCatalog "outside-catalog",
        NeedsRestart "needs-restart", Silent "silent", Failed "failed", NeverReported "never-reported", Broken "broken", ScanFailed "scan-failed",
        Doubtful "doubtful",
    }
    /// Where a category stands: chosen, chosen not to be, or neither.
    SelectionState = sluice_site::selection::SelectionState {
        Selected "selected", NotSelected "not-selected", Undecided "undecided",
    }
    /// What was chosen for a category itself.
    SelectionChoice = sluice_model::Choice { Selected "selected", Deselected "deselected", }
    /// What manages a device: our agent, or the one that is part of Windows.
    DeviceKind = sluice_model::DeviceKind { Linux "linux", Windows "windows", }
    /// What a Windows device reported of an update.
    ReportedState = sluice_model::ReportedState {
        Needed "needed", Failed "failed", Downloaded "downloaded", Installed "installed",
        RestartPending "restart-pending",
    }
    /// Microsoft's rating of an update.
    Severity = sluice_model::Severity {
        Low "low", Moderate "moderate", Important "important", Critical "critical",
    }
    /// What a list of devices is sorted by.
    DeviceSort = sluice_site::devices::DeviceSort {
        Name "name", Required "required", LastContact "last-contact",
    }
    /// How much a synchronization looks at.
    SyncExtent = sluice_model::SyncExtent { Delta "delta", Full "full", }
    /// Who started a synchronization.
    SyncTrigger = sluice_model::SyncTrigger {
        Manual "manual", Schedule "schedule", Retry "retry", Parent "parent",
    }
    /// What a site is in the hierarchy.
    SiteType = sluice_model::SiteType {
        StandAlonePrimary "stand-alone-primary", Central "central", ChildPrimary "child-primary",
        Secondary "secondary", UpdatePoint "update-point",
    }
    /// Whether a site takes over the decisions of the site above.
    SiteMode = sluice_model::SiteMode { Autonomous "autonomous", Replica "replica", }
    /// How the link of a site to the one above does.
    LinkState = sluice_model::LinkState { Pending "pending", Linked "linked", Silent "silent", Left "left", }
    /// A setting of a site.
    SiteSetting = sluice_model::SiteSetting {
        SyncSource "sync-source", SyncSchedule "sync-schedule", Selection "selection",
        MetadataLanguages "metadata-languages", UpdateFiles "update-files", ContentFetching "content-fetching",
        Proxy "proxy", PackageSources "package-sources", ClientConnections "client-connections",
        DownstreamServers "downstream-servers",
    }
    /// Where a setting is made: at the site, at the top, or nowhere, as it follows from the place.
    SetWhere = sluice_model::SetWhere { Here "here", AtTop "at-top", ByPlace "by-place", }
    /// The phase a synchronization is in.
    SyncPhase = sluice_model::SyncPhase {
        Releases "releases", Updates "updates", Storing "storing", Publishing "publishing",
    }
    /// How a synchronization ended.
    SyncOutcome = sluice_site::sync::SyncOutcome {
        Unchanged "unchanged", Changed "changed", Failed "failed", Interrupted "interrupted",
    }
    /// What sort of upstream a source is.
    SourceKind = sluice_site::sources::SourceKind {
        Apt "apt", CatalogFile "catalog-file", Upstream "upstream",
    }
    /// What a caller may do.
    Role = sluice_site::Role {
        Administrator "administrator", UpdateManager "update-manager", Reader "reader",
    }
    /// The tool that brings a policy to Windows devices.
    PolicyFormat = sluice_site::client_policy::PolicyFormat {
        Reg "reg", PowerShell "ps1", GroupPolicy "gpo", RegistryPol "pol", Intune "intune", Certificate "cer",
    }
    /// What Windows devices do with updates that are offered to them.
    AutomaticUpdates = sluice_site::client_policy::AutomaticUpdates {
        Notify "notify", Download "download", Schedule "schedule", LocalChoice "local-choice",
        NotifyRestart "notify-restart",
    }
    /// How far a Windows device that is arriving has come.
    ArrivalStage = sluice_site::windows::arrivals::ArrivalStage {
        FirstContact "first-contact", Registered "registered", Scanning "scanning", Reported "reported",
    }
    /// From where else Windows devices may get content.
    DeliveryMode = sluice_site::client_policy::DeliveryMode {
        Server "server", Lan "lan", Group "group", Simple "simple",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The API spells everything as the rest of the system does.
    #[test]
    fn words_are_the_models() {
        macro_rules! same {
            ($($name:ident = $model:ty;)*) => {$(
                for word in $name::ALL {
                    assert_eq!(word.slug(), <$model>::from(*word).slug());
                    assert_eq!(word.slug().parse(), Ok(*word));
                    assert_eq!(serde_json::to_string(word).unwrap(), format!("\"{word}\""));
                }
            )*};
        }
        same! {
            Classification = sluice_model::Classification;
            ComplianceState = sluice_model::ComplianceState;
            EnforcementState = sluice_model::EnforcementState;
            Phase = sluice_model::DeploymentPhase;
            SyncPhase = sluice_model::SyncPhase;
            SiteType = sluice_model::SiteType;
            SiteMode = sluice_model::SiteMode;
            LinkState = sluice_model::LinkState;
            SiteSetting = sluice_model::SiteSetting;
            SetWhere = sluice_model::SetWhere;
            DeviceStatus = sluice_site::deployments::DeviceStatus;
            UpdateState = sluice_site::updates::UpdateState;
            DeviceState = sluice_site::devices::DeviceState;
            SyncOutcome = sluice_site::sync::SyncOutcome;
            Role = sluice_site::Role;
            PolicyFormat = sluice_site::client_policy::PolicyFormat;
            AutomaticUpdates = sluice_site::client_policy::AutomaticUpdates;
            ArrivalStage = sluice_site::windows::arrivals::ArrivalStage;
            DeliveryMode = sluice_site::client_policy::DeliveryMode;
        }
    }
}
