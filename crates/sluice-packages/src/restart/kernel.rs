//! Whether the running kernel is the newest installed.

use crate::deb::version;

/// What runs and what would run after a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KernelState<'a> {
    /// The release that runs, as `uname -r` says.
    pub running: &'a str,
    /// The newest installed release of the same flavour (of any, when none of it is installed).
    /// `None` when no kernel package is installed, as in containers.
    pub newest: Option<InstalledKernel<'a>>,
    /// Whether a restart would bring a newer kernel: a newer release, or a newer build of this one.
    pub restart_needed: bool,
}

/// An installed kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstalledKernel<'a> {
    /// Its release, as `uname -r` will say.
    pub release: &'a str,
    /// The version of its package.
    pub version: &'a str,
}

/// Compares the running kernel with the installed ones.
///
/// `running` is `uname -r`. `build` is `uname -v`, where Debian's kernels name their package
/// version (`#1 SMP PREEMPT_DYNAMIC Debian 6.1.140-1 (2025-05-22)`): an update that keeps the
/// release is found by it. `installed` are the (name, version) of installed packages, any packages.
#[must_use]
pub fn kernel_state<'a>(
    running: &'a str,
    build: &str,
    installed: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> KernelState<'a> {
    let kernels: Vec<_> = installed.into_iter().filter_map(|(name, version)| installed_kernel(name, version)).collect();
    let same_flavour = kernels.iter().any(|k| flavour(k.release) == flavour(running));
    let newest = kernels
        .iter()
        .filter(|k| !same_flavour || flavour(k.release) == flavour(running))
        .max_by(|a, b| version::compare(a.release, b.release))
        .copied();
    let newer_release = newest.is_some_and(|k| version::compare(k.release, running).is_gt());
    let newer_build = kernels
        .iter()
        .filter(|k| k.release == running)
        .any(|k| built_version(build).is_some_and(|built| version::compare(k.version, built).is_gt()));
    KernelState { running, newest, restart_needed: newer_release || newer_build }
}

/// The kernel a package installs; `None` for packages that only depend on one, and debug symbols.
fn installed_kernel<'a>(package: &'a str, version: &'a str) -> Option<InstalledKernel<'a>> {
    let release = package.strip_prefix("linux-image-")?;
    let release = release.strip_prefix("unsigned-").unwrap_or(release);
    let release = release.strip_suffix("-unsigned").unwrap_or(release);
    let is_release = release.starts_with(|c: char| c.is_ascii_digit()) && release.contains('.');
    let is_debug = release.ends_with("-dbg") || release.ends_with("-dbgsym");
    (is_release && !is_debug).then_some(InstalledKernel { release, version })
}

/// What follows the numbers: `amd64` of `6.1.0-35-amd64`, `rt-amd64` of `6.1.0-35-rt-amd64`.
fn flavour(release: &str) -> &str {
    let mut rest = release;
    while rest.starts_with(|c: char| c.is_ascii_digit()) {
        match rest.split_once('-') {
            Some((_, tail)) => rest = tail,
            None => return "",
        }
    }
    rest
}

/// The package version in `uname -v`: the word after `Debian`.
fn built_version(build: &str) -> Option<&str> {
    let mut words = build.split_ascii_whitespace().skip_while(|w| *w != "Debian").skip(1);
    words.next().filter(|v| version::validate(v).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILD: &str = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.137-1 (2025-05-07)";

    fn state<'a>(running: &'a str, installed: &[(&'a str, &'a str)]) -> (Option<&'a str>, bool) {
        let state = kernel_state(running, BUILD, installed.iter().copied());
        (state.newest.map(|k| k.release), state.restart_needed)
    }

    #[test]
    fn newest_of_the_running_flavour() {
        let installed = [
            ("linux-image-amd64", "6.1.140-1"),
            ("linux-image-6.1.0-9-amd64", "6.1.27-1"),
            ("linux-image-6.1.0-35-amd64", "6.1.137-1"),
            ("linux-image-6.1.0-36-rt-amd64", "6.1.139-1"),
            ("linux-image-6.1.0-37-amd64-dbg", "6.1.140-1"),
            ("bash", "5"),
        ];
        assert_eq!(state("6.1.0-35-amd64", &installed), (Some("6.1.0-35-amd64"), false));
        assert_eq!(state("6.1.0-9-amd64", &installed), (Some("6.1.0-35-amd64"), true));
        assert_eq!(state("6.1.0-35-rt-amd64", &installed), (Some("6.1.0-36-rt-amd64"), true));
        // A kernel not from a package, newer than all of them.
        assert_eq!(state("6.9.1-custom", &installed), (Some("6.1.0-36-rt-amd64"), false));
        assert_eq!(state("6.1.0-35-amd64", &[]), (None, false));
    }

    #[test]
    fn a_new_build_of_the_same_release() {
        let rebuilt = [("linux-image-6.1.0-35-amd64", "6.1.137-2")];
        assert_eq!(state("6.1.0-35-amd64", &rebuilt), (Some("6.1.0-35-amd64"), true));
        assert!(!kernel_state("6.1.0-35-amd64", "#1 SMP", rebuilt).restart_needed);
        let ubuntu = [("linux-image-unsigned-5.15.0-91-generic", "5.15.0-91.101")];
        assert_eq!(state("5.15.0-90-generic", &ubuntu), (Some("5.15.0-91-generic"), true));
    }
}
