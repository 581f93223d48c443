//! The running kernel and the newest installed one.

use sluice_packages::restart::kernel::kernel_state;
use sluice_wire::{Kernel, Package};

/// The kernels, and whether a restart would bring a newer one.
pub(super) fn kernel(packages: &[Package]) -> (Kernel, bool) {
    let system = rustix::system::uname();
    let (release, build) = (system.release().to_string_lossy(), system.version().to_string_lossy());
    let state = kernel_state(&release, &build, packages.iter().map(|p| (p.name.as_str(), p.version.as_str())));
    let newest_installed = state.newest.map(|kernel| kernel.release.to_owned());
    (Kernel { running: release.to_string(), newest_installed }, state.restart_needed)
}
