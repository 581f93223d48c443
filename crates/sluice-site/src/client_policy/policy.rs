//! A policy that is sound.

use super::certificate::Certificate;
use super::server_url::ServerUrl;

/// What Windows devices do with updates that are offered to them (policy "Configure Automatic Updates"). A deployment's
/// deadline holds whatever is chosen here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum AutomaticUpdates {
    /// Ask before downloading.
    Notify,
    /// Download, ask before installing.
    #[default]
    Download,
    /// Download, install at the scheduled time.
    Schedule,
    /// The device's administrators choose.
    LocalChoice,
    /// Download, ask before installing, ask before restarting; for servers (Windows Server 2016 and later).
    NotifyRestart,
}

impl AutomaticUpdates {
    /// Its word: `download`.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Notify => "notify",
            Self::Download => "download",
            Self::Schedule => "schedule",
            Self::LocalChoice => "local-choice",
            Self::NotifyRestart => "notify-restart",
        }
    }

    /// Value of `AUOptions`.
    pub(super) fn option(self) -> u32 {
        match self {
            Self::Notify => 2,
            Self::Download => 3,
            Self::Schedule => 4,
            Self::LocalChoice => 5,
            Self::NotifyRestart => 7,
        }
    }
}

/// From where else devices may get content (policy "Download Mode" of Delivery Optimization).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum DeliveryMode {
    /// From the server only.
    Server,
    /// Also from devices behind the same public address.
    #[default]
    Lan,
    /// Also from devices of the same Active Directory site or domain.
    Group,
    /// From the server only, without asking Microsoft's services; for closed networks.
    Simple,
}

impl DeliveryMode {
    /// Its word: `lan`.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Lan => "lan",
            Self::Group => "group",
            Self::Simple => "simple",
        }
    }

    /// Value of `DODownloadMode`.
    pub(super) fn option(self) -> u32 {
        match self {
            Self::Server => 0,
            Self::Lan => 1,
            Self::Group => 2,
            Self::Simple => 99,
        }
    }
}

/// When scheduled installations happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InstallTime {
    /// 0 every day, 1 Sunday to 7 Saturday.
    pub day: u8,
    /// 0 to 23, local time of the device.
    pub hour: u8,
}

/// What Windows devices are given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ClientPolicy {
    pub server: ServerUrl,
    pub status_server: ServerUrl,
    pub alternate_server: Option<ServerUrl>,
    /// Sound names; empty without client-side targeting.
    pub target_groups: Vec<String>,
    pub detection_hours: u8,
    pub automatic: AutomaticUpdates,
    pub install: InstallTime,
    /// Devices may ask Microsoft's services on the internet too.
    pub microsoft: bool,
    pub delivery: DeliveryMode,
    /// Updates signed by the device's trusted publishers are accepted.
    pub trust_publishers: bool,
    pub certificate: Certificate,
    /// Only servers whose certificate chains to the authority are scanned against.
    pub pin: bool,
}

impl ClientPolicy {
    /// The certificate stores of the local machine the authority goes into.
    pub(super) fn stores(&self) -> &'static [&'static str] {
        if self.pin { &["Root", "WindowsServerUpdateServices"] } else { &["Root"] }
    }
}
