//! The systemd service.

/// The text of `sluice-agent.service`, as `sluice agent service-unit` prints it and packages
/// install it.
pub const SERVICE_UNIT: &str = include_str!("../../../dist/sluice-agent.service");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_the_agent_relies_on() {
        for line in
            ["Type=notify", "KillMode=process", "StateDirectoryMode=0700", "ExecStart=/usr/bin/sluice agent run"]
        {
            assert!(SERVICE_UNIT.lines().any(|l| l == line), "{line}");
        }
        let state = format!("StateDirectory={}", crate::DEFAULT_STATE_DIRECTORY.trim_start_matches("/var/lib/"));
        assert!(SERVICE_UNIT.lines().any(|l| l == state), "{state}");
        // These would break the scripts of packages.
        for bad in ["ProtectSystem", "NoNewPrivileges", "PrivateTmp", "SystemCallFilter", "ProtectKernelModules"] {
            assert!(!SERVICE_UNIT.contains(bad), "{bad}");
        }
    }
}
