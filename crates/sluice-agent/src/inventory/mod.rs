//! What is on the device: operating system, kernel, restart evidence, packages.

mod kernel;
mod os_release;
mod restart;

use sluice_wire::Inventory;

pub(crate) use os_release::operating_system;

use crate::backend::{PackageBackend, PackageScan, ScanError};
use crate::host::Host;

/// Looks at everything; changes nothing and needs no rights, though as root it sees more
/// processes.
pub(crate) async fn scan(host: &Host, backend: &dyn PackageBackend) -> Result<Inventory, ScanError> {
    let PackageScan { architecture, indexes, pins, packages } = backend.scan().await?;
    let (kernel, newer_kernel) = kernel::kernel(&packages);
    let restart = restart::evidence(host, newer_kernel);
    let mut inventory =
        Inventory { os: operating_system(host), architecture, kernel, restart, indexes, pins, packages };
    inventory.normalize();
    Ok(inventory)
}

/// The machine's own name.
pub(crate) fn hostname() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
