//! How an agent is set up; given by the command line.

use std::path::PathBuf;

/// Where the agent keeps its state unless told otherwise.
pub const DEFAULT_STATE_DIRECTORY: &str = "/var/lib/sluice-agent";

/// How an agent is set up.
#[derive(Clone, Debug)]
pub struct AgentConfig {
    /// Where it keeps its identity, policy and reports; made with mode 0700.
    pub state_directory: PathBuf,
    /// Its version, for the site.
    pub version: String,
    /// systemd's notification socket (`NOTIFY_SOCKET` of `sd_notify(3)`), if it runs as a service.
    pub notify_socket: Option<String>,
}

impl AgentConfig {
    /// The usual set-up of a device.
    #[must_use]
    pub fn new(version: &str) -> Self {
        Self {
            state_directory: PathBuf::from(DEFAULT_STATE_DIRECTORY),
            version: version.to_owned(),
            notify_socket: None,
        }
    }
}
