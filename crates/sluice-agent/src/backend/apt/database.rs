//! dpkg's and apt's databases, read directly: that costs a tenth of asking for them.

use sluice_packages::deb::dpkg_status::{self, State};
use sluice_wire::Package;

use crate::backend::ScanError;
use crate::host::{Host, read_bounded};

/// dpkg's database.
pub(super) const STATUS: &str = "/var/lib/dpkg/status";
/// apt's marks.
const EXTENDED: &str = "/var/lib/apt/extended_states";
/// Where dpkg keeps the lists of installed files.
const INFO: &str = "/var/lib/dpkg/info";

/// Largest database read; one with all of Debian installed is below 200 MB.
const MAX_DATABASE: u64 = 256 << 20;

/// The installed packages, also those whose installation did not come to its end.
pub(super) fn installed(host: &Host) -> Result<Vec<Package>, ScanError> {
    let text = read_bounded(&host.path(STATUS), MAX_DATABASE)
        .map_err(|source| ScanError::Read { path: STATUS.to_owned(), source })?;
    let mut packages = Vec::new();
    for entry in dpkg_status::parse_status(&text) {
        match entry {
            // Half-installed ones are on the device, in a sorry state: not to be hidden.
            Ok(p) if p.is_present() || p.state == State::HalfInstalled => packages.push(Package {
                name: p.package.to_owned(),
                arch: p.architecture.to_owned(),
                version: p.version.to_owned(),
                source: p.source.to_owned(),
                held: p.is_held(),
                broken: p.is_broken(),
            }),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "an entry of {STATUS} cannot be read and is left out"),
        }
    }
    Ok(packages)
}

/// The packages marked as automatically installed, as `name:architecture`, sorted.
pub(super) fn automatic(host: &Host) -> Vec<String> {
    let text = read_bounded(&host.path(EXTENDED), MAX_DATABASE).unwrap_or_default();
    let marked = dpkg_status::automatically_installed(&text);
    let mut names: Vec<_> = marked.map(|(name, architecture)| format!("{name}:{architecture}")).collect();
    names.sort_unstable();
    names
}

/// The files of an installed package.
pub(super) fn files(host: &Host, package: &str, architecture: &str) -> Vec<String> {
    let names = [format!("{INFO}/{package}:{architecture}.list"), format!("{INFO}/{package}.list")];
    let text = names.iter().find_map(|name| read_bounded(&host.path(name), MAX_DATABASE).ok()).unwrap_or_default();
    String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
}
