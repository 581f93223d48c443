//! States as chips and words.

use sluice_model::{
    Classification, ComplianceState, DeploymentPhase, DeploymentPriority, DeviceKind, EnforcementState, ErrorCode,
    Intent, RestartBehaviour, Severity, SyncExtent, SyncPhase, SyncTrigger, UserNotification,
};
use sluice_site::deployments::DeviceStatus;
use sluice_site::devices::DeviceState;
use sluice_site::sync::SyncOutcome;
use sluice_site::updates::UpdateState;

use super::component::{Chip, Prose, Tone};
use super::text::{States, Words};
use super::view::list::ErrorText;

/// A classification: what matters most stands out.
pub fn classification(classification: Classification) -> Chip {
    let tone = match classification {
        Classification::SecurityUpdates => Tone::Bad,
        Classification::CriticalUpdates => Tone::Warn,
        _ => Tone::Quiet,
    };
    Chip::label(tone, classification.title())
}

/// The name of a compliance state.
pub fn compliance_words(t: &States, state: ComplianceState) -> Words {
    match state {
        ComplianceState::Unknown => t.unknown,
        ComplianceState::NotRequired => t.not_required,
        ComplianceState::Required => t.required,
        ComplianceState::Installed => t.installed,
    }
}

/// How a compliance state is coloured.
pub fn compliance_tone(state: ComplianceState) -> Tone {
    match state {
        ComplianceState::Required => Tone::Warn,
        ComplianceState::Installed => Tone::Good,
        ComplianceState::Unknown | ComplianceState::NotRequired => Tone::Quiet,
    }
}

/// An enforcement state.
pub fn enforcement(t: &States, state: EnforcementState) -> Chip {
    let (tone, words) = match state {
        EnforcementState::Unknown => (Tone::Quiet, t.enforcement_unknown),
        EnforcementState::Started => (Tone::Busy, t.started),
        EnforcementState::WaitingForDeadline => (Tone::Quiet, t.waiting_for_deadline),
        EnforcementState::WaitingForOtherInstall => (Tone::Warn, t.waiting_for_other_install),
        EnforcementState::Downloading => (Tone::Busy, t.downloading),
        EnforcementState::Downloaded => (Tone::Busy, t.downloaded),
        EnforcementState::DownloadFailed => (Tone::Bad, t.download_failed),
        EnforcementState::Installing => (Tone::Busy, t.installing),
        EnforcementState::PendingRestart => (Tone::Warn, t.pending_restart),
        EnforcementState::Installed => (Tone::Good, t.installed),
        EnforcementState::InstallFailed => (Tone::Bad, t.install_failed),
        EnforcementState::Held => (Tone::Warn, t.held),
        EnforcementState::Uninstalled => (Tone::Good, t.uninstalled),
    };
    Chip::new(tone, words)
}

/// An error code with its meaning and the next step.
pub fn error(code: ErrorCode) -> ErrorText {
    let said = code.explain();
    // An unknown code of Windows is its own symbol already.
    let number = code.to_string();
    let code = if said.symbol == number { number } else { format!("{} ({number})", said.symbol) };
    ErrorText { code, meaning: said.meaning, next_step: Prose::new(said.next_step) }
}

/// Where a deployment stands.
pub fn phase(t: &States, phase: DeploymentPhase) -> Chip {
    let (tone, words) = match phase {
        DeploymentPhase::Scheduled => (Tone::Quiet, t.scheduled),
        DeploymentPhase::Available => (Tone::Busy, t.available),
        DeploymentPhase::Enforced => (Tone::Busy, t.enforced),
        DeploymentPhase::Disabled => (Tone::Warn, t.disabled),
        DeploymentPhase::Cancelled => (Tone::Quiet, t.cancelled),
    };
    Chip::new(tone, words)
}

/// Where a device stands in a deployment.
pub fn device_status(t: &States, status: DeviceStatus) -> Chip {
    let (tone, words) = match status {
        DeviceStatus::Compliant => (Tone::Good, t.compliant),
        DeviceStatus::InProgress => (Tone::Busy, t.in_progress),
        DeviceStatus::Failed => (Tone::Bad, t.failed),
        DeviceStatus::Unknown => (Tone::Quiet, t.unknown),
    };
    Chip::new(tone, words)
}

/// How a synchronization ended.
pub fn outcome(t: &States, outcome: SyncOutcome) -> Chip {
    let (tone, words) = match outcome {
        SyncOutcome::Unchanged => (Tone::Good, t.outcome_unchanged),
        SyncOutcome::Changed => (Tone::Good, t.outcome_changed),
        SyncOutcome::Failed => (Tone::Bad, t.outcome_failed),
        SyncOutcome::Interrupted => (Tone::Warn, t.outcome_interrupted),
    };
    Chip::new(tone, words)
}

/// A state updates are filtered by.
pub fn update_state(t: &States, state: UpdateState) -> Words {
    match state {
        UpdateState::Required => t.required,
        UpdateState::Installed => t.installed,
        UpdateState::Superseded => t.superseded,
        UpdateState::Expired => t.expired,
        UpdateState::Deployed => t.deployed,
        UpdateState::Current => t.current,
        UpdateState::Declined => t.declined,
    }
}

/// A state devices are filtered by.
pub fn device_state(t: &States, state: DeviceState) -> Words {
    match state {
        DeviceState::Compliant => t.compliant,
        DeviceState::NonCompliant => t.non_compliant,
        DeviceState::OutsideCatalog => t.outside_catalog,
        DeviceState::NeedsRestart => t.needs_restart,
        DeviceState::Silent => t.silent,
        DeviceState::Failed => t.failed,
        DeviceState::NeverReported => t.never_reported,
        DeviceState::Broken => t.broken,
        DeviceState::ScanFailed => t.scan_failed,
        DeviceState::Doubtful => t.doubtful,
    }
}

/// What manages a device.
pub fn device_kind(t: &States, kind: DeviceKind) -> Words {
    match kind {
        DeviceKind::Linux => t.linux,
        DeviceKind::Windows => t.windows,
    }
}

/// Microsoft's rating.
pub fn severity(t: &States, severity: Severity) -> Words {
    match severity {
        Severity::Low => t.severity_low,
        Severity::Moderate => t.severity_moderate,
        Severity::Important => t.severity_important,
        Severity::Critical => t.severity_critical,
    }
}

/// What a deployment asks for.
pub fn intent(t: &States, intent: Intent) -> Words {
    match intent {
        Intent::Required => t.intent_required,
        Intent::Available => t.intent_available,
        Intent::Uninstall => t.intent_uninstall,
        Intent::Block => t.intent_block,
    }
}

/// Whether devices may restart.
pub fn restart(t: &States, restart: RestartBehaviour) -> Words {
    match restart {
        RestartBehaviour::Allowed => t.restart_allowed,
        RestartBehaviour::Suppressed => t.restart_suppressed,
    }
}

/// What users see.
pub fn notification(t: &States, notification: UserNotification) -> Words {
    match notification {
        UserNotification::ShowAll => t.notify_all,
        UserNotification::RestartOnly => t.notify_restart,
        UserNotification::HideAll => t.notify_none,
    }
}

/// What comes first.
pub fn priority(t: &States, priority: DeploymentPriority) -> Words {
    match priority {
        DeploymentPriority::Low => t.priority_low,
        DeploymentPriority::Normal => t.priority_normal,
        DeploymentPriority::High => t.priority_high,
    }
}

/// How much a synchronization looks at.
pub fn extent(t: &States, extent: SyncExtent) -> Words {
    match extent {
        SyncExtent::Delta => t.delta,
        SyncExtent::Full => t.full,
    }
}

/// Who started a synchronization.
pub fn trigger(t: &States, trigger: SyncTrigger) -> Words {
    match trigger {
        SyncTrigger::Manual => t.trigger_manual,
        SyncTrigger::Schedule => t.trigger_schedule,
        SyncTrigger::Retry => t.trigger_retry,
        SyncTrigger::Parent => t.trigger_parent,
    }
}

/// The phase a synchronization is in.
pub fn sync_phase(t: &States, phase: SyncPhase) -> Words {
    match phase {
        SyncPhase::Releases => t.phase_releases,
        SyncPhase::Updates => t.phase_updates,
        SyncPhase::Storing => t.phase_storing,
        SyncPhase::Publishing => t.phase_publishing,
    }
}
