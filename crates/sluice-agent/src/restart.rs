//! Restarting the device, and which updates wait for it.

use std::collections::HashSet;
use std::time::Duration;

use sluice_wire::{AssignedPackage, Inventory};

use crate::backend::PackageBackend;
use crate::host::{Capture, Command, Host, Program};

/// Time for the system to accept the order.
const LIMIT: Duration = Duration::from_secs(60);

/// Whether the agent can restart this device; else why not.
pub(crate) fn possible(host: &Host) -> Result<(), String> {
    if !host.privileged {
        return Err("the agent does not run as root".to_owned());
    }
    // As sd_booted(3): a container or chroot has no system to restart.
    if !host.path("/run/systemd/system").is_dir() {
        return Err("the device does not run systemd".to_owned());
    }
    Ok(())
}

/// Restarts the device; else why not.
pub(crate) async fn restart(host: &Host) -> Result<(), String> {
    possible(host)?;
    let command = Command {
        program: Program::Systemctl,
        args: vec!["reboot".to_owned()],
        capture: Capture::Memory,
        time_limit: LIMIT,
    };
    match host.runner.run(&command).await {
        Ok(done) if done.success() => Ok(()),
        Ok(done) => Err(format!("systemctl reboot failed: {}", done.stderr.trim())),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether these installed packages are not in force before a restart: one asked for it with the
/// flag file, one is a kernel newer than the running one, or a process still uses a file of one in
/// its old form.
pub(crate) fn waits(packages: &[AssignedPackage], inventory: &Inventory, backend: &dyn PackageBackend) -> bool {
    let evidence = &inventory.restart;
    let named = |name: &String| packages.iter().any(|p| p.name == *name);
    let flagged = evidence.flag_file && (evidence.flag_packages.is_empty() || evidence.flag_packages.iter().any(named));
    let kernel = evidence.kernel && packages.iter().any(|p| p.name.starts_with("linux-image-"));
    if flagged || kernel {
        return true;
    }
    // `/lib` and `/usr/lib` are the same place on systems of the last years; dpkg may know either.
    fn place(path: &str) -> &str {
        path.strip_prefix("/usr").unwrap_or(path)
    }
    let stale: HashSet<&str> = evidence.libraries.iter().map(|library| place(&library.path)).collect();
    !stale.is_empty()
        && packages.iter().any(|package| {
            let architecture =
                if package.architecture == "all" { &inventory.architecture } else { &package.architecture };
            backend.files(&package.name, architecture).iter().any(|file| stale.contains(place(file)))
        })
}

#[cfg(test)]
mod tests {
    use sluice_wire::{Restart, StaleLibrary};

    use super::*;
    use crate::testing::{Scripted, assigned, host, inventory};

    #[test]
    fn only_what_concerns_the_packages_counts() {
        let backend = Scripted::default();
        backend.set_files("libssl3", &["/usr/lib/libssl.so.3"]);
        let waits_with = |name: &str, restart: Restart| {
            waits(&[assigned(name, "amd64", "2")], &Inventory { restart, ..inventory(vec![]) }, &backend)
        };
        let none = Restart::default;
        assert!(!waits_with("bash", none()));
        assert!(waits_with("bash", Restart { flag_file: true, ..none() }));
        let named = || Restart { flag_file: true, flag_packages: vec!["dbus".into()], ..none() };
        assert!(waits_with("dbus", named()) && !waits_with("bash", named()));
        let kernel = || Restart { kernel: true, ..none() };
        assert!(waits_with("linux-image-amd64", kernel()) && !waits_with("bash", kernel()));
        let stale = StaleLibrary { process: "nginx".into(), path: "/lib/libssl.so.3".into() };
        let library = || Restart { libraries: vec![stale.clone()], ..none() };
        assert!(waits_with("libssl3", library()) && !waits_with("bash", library()));
    }

    #[test]
    fn only_root_with_a_system_to_restart() {
        let root = tempfile::tempdir().unwrap();
        let mut host = host(root.path());
        assert_eq!(possible(&host).unwrap_err(), "the device does not run systemd");
        std::fs::create_dir_all(root.path().join("run/systemd/system")).unwrap();
        assert_eq!(possible(&host), Ok(()));
        host.privileged = false;
        assert!(possible(&host).is_err());
    }
}
