//! The arguments for apt and dpkg. Everything the agent ever tells them is made here.

use std::time::Duration;

use sluice_wire::AssignedPackage;

/// What apt shall do with packages.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mode {
    /// Only say what it would do.
    Simulate,
    /// Fetch the files.
    Download,
    /// Install.
    Install {
        /// How long it waits for another package operation to end.
        lock_wait: Duration,
    },
}

/// `apt-get install` of exact versions of packages that are on the device. In all modes the same
/// options decide what would happen, so that the simulation holds for the installation.
pub(super) fn install<'a>(mode: Mode, packages: impl Iterator<Item = &'a AssignedPackage>) -> Vec<String> {
    let mut args = words(&["-q", "-y"]);
    match mode {
        Mode::Simulate => args.push("--simulate".to_owned()),
        Mode::Download => args.extend(words(&["--download-only", "--no-remove", "-o", "Acquire::Retries=3"])),
        Mode::Install { lock_wait } => {
            args.extend(words(&[
                "--no-remove",
                "-o",
                "Dpkg::Use-Pty=0",
                // Configuration files that the administrator changed stay as they are.
                "-o",
                "Dpkg::Options::=--force-confdef",
                "-o",
                "Dpkg::Options::=--force-confold",
                "-o",
            ]));
            args.push(format!("DPkg::Lock::Timeout={}", lock_wait.as_secs()));
        }
    }
    // As `apt-get upgrade`: nothing comes along that is merely recommended.
    args.extend(words(&["--only-upgrade", "--no-install-recommends", "install", "--"]));
    args.extend(packages.map(|p| format!("{}:{}={}", p.name, p.architecture, p.version)));
    args
}

/// `apt-get update`.
pub(super) fn update() -> Vec<String> {
    words(&["-q", "-o", "Acquire::Retries=3", "update"])
}

/// `apt-cache policy` of everything.
pub(super) fn policy() -> Vec<String> {
    words(&["policy"])
}

/// `dpkg --configure -a`, with changed configuration files kept.
pub(super) fn configure() -> Vec<String> {
    words(&["--force-confdef", "--force-confold", "--configure", "-a"])
}

/// `dpkg --print-architecture`.
pub(super) fn architecture() -> Vec<String> {
    words(&["--print-architecture"])
}

/// `apt-mark auto`.
pub(super) fn mark_automatic(packages: Vec<String>) -> Vec<String> {
    words(&["auto", "--"]).into_iter().chain(packages).collect()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assigned;

    fn all() -> Vec<Vec<String>> {
        let packages = [assigned("bash", "amd64", "5.2-1"), assigned("libc6", "i386", "1:2.36-9")];
        let modes = [Mode::Simulate, Mode::Download, Mode::Install { lock_wait: Duration::from_secs(300) }];
        let mut all: Vec<_> = modes.into_iter().map(|mode| install(mode, packages.iter())).collect();
        all.extend([update(), policy(), configure(), architecture(), mark_automatic(vec!["bash:amd64".into()])]);
        all
    }

    #[test]
    fn these_are_all_the_arguments_there_are() {
        let lines: Vec<_> = all().iter().map(|args| args.join(" ")).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        -q -y --simulate --only-upgrade --no-install-recommends install -- bash:amd64=5.2-1 libc6:i386=1:2.36-9
        -q -y --download-only --no-remove -o Acquire::Retries=3 --only-upgrade --no-install-recommends install -- bash:amd64=5.2-1 libc6:i386=1:2.36-9
        -q -y --no-remove -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=300 --only-upgrade --no-install-recommends install -- bash:amd64=5.2-1 libc6:i386=1:2.36-9
        -q -o Acquire::Retries=3 update
        policy
        --force-confdef --force-confold --configure -a
        --print-architecture
        auto -- bash:amd64
        ");
    }

    #[test]
    fn none_weakens_a_check_or_removes() {
        let forbidden = [
            "allow",
            "insecure",
            "unauthenticated",
            "trusted",
            "no-check",
            "gpgv",
            "signed-by",
            "verify",
            "force-yes",
            "--force-all",
            "force-depends",
            "downgrade",
            "purge",
            "autoremove",
            "--force-unsafe",
            "dir::",
        ];
        for args in all() {
            for word in args.iter().map(|word| word.to_ascii_lowercase()) {
                for bad in forbidden {
                    assert!(!word.contains(bad), "{word} contains {bad}");
                }
                assert!(!word.starts_with("remove"), "{word}");
            }
        }
    }
}
