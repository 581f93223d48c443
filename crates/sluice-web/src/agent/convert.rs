//! Inventories between the wire and the model.
//!
//! What identifies something is refused when it is not sensible; what only people read is cleaned.
//! A cleaned inventory does not have the hash the device announced, so its next difference is
//! answered with "send it whole": slower, never wrong.

use sluice_model as model;
use sluice_wire::{Inventory, MAX_PACKAGES};

use super::bounds::{MAX_EVIDENCE, MAX_INDEXES, at_most, line, word};
use crate::problem::Problem;

/// The model's inventory, within bounds.
pub(super) fn from_wire(wire: Inventory) -> Result<model::Inventory, Problem> {
    at_most("packages", &wire.packages, MAX_PACKAGES)?;
    at_most("pins", &wire.pins, MAX_PACKAGES)?;
    at_most("indexes", &wire.indexes, MAX_INDEXES)?;
    at_most("restart.libraries", &wire.restart.libraries, MAX_EVIDENCE)?;
    at_most("restart.flag_packages", &wire.restart.flag_packages, MAX_EVIDENCE)?;
    Ok(model::Inventory {
        os: model::OperatingSystem {
            id: word("os.id", wire.os.id)?,
            version: word("os.version", wire.os.version)?,
            codename: word("os.codename", wire.os.codename)?,
            title: line(&wire.os.title),
        },
        architecture: word("architecture", wire.architecture)?,
        kernel: model::KernelFacts {
            running: word("kernel.running", wire.kernel.running)?,
            newest_installed: wire.kernel.newest_installed.map(|k| word("kernel.newest_installed", k)).transpose()?,
        },
        restart: model::RestartEvidence {
            flag_file: wire.restart.flag_file,
            flag_packages: wire.restart.flag_packages.iter().map(|p| line(p)).collect(),
            kernel: wire.restart.kernel,
            libraries: wire
                .restart
                .libraries
                .iter()
                .map(|l| model::StaleLibrary { process: line(&l.process), path: line(&l.path) })
                .collect(),
        },
        packages: wire.packages.into_iter().map(package).collect::<Result<_, _>>()?,
        indexes: wire.indexes.into_iter().map(index).collect::<Result<_, _>>()?,
        pins: wire.pins.into_iter().map(pin).collect::<Result<_, _>>()?,
    })
}

fn package(package: sluice_wire::Package) -> Result<model::InstalledPackage, Problem> {
    Ok(model::InstalledPackage {
        name: word("packages.name", package.name)?,
        architecture: word("packages.arch", package.arch)?,
        version: word("packages.version", package.version)?,
        source: word("packages.source", package.source)?,
        held: package.held,
        broken: package.broken,
    })
}

fn index(index: sluice_wire::Index) -> Result<model::DeviceIndex, Problem> {
    Ok(model::DeviceIndex {
        uri: line(&index.uri),
        suite: word("indexes.suite", index.suite)?,
        component: word("indexes.component", index.component)?,
        architecture: word("indexes.architecture", index.architecture)?,
        origin: word("indexes.origin", index.origin)?,
        label: word("indexes.label", index.label)?,
        codename: word("indexes.codename", index.codename)?,
        priority: index.priority,
    })
}

fn pin(pin: sluice_wire::Pin) -> Result<model::PackagePin, Problem> {
    Ok(model::PackagePin {
        package: word("pins.package", pin.package)?,
        version: word("pins.version", pin.version)?,
        priority: pin.priority,
    })
}

/// The wire's inventory, normalized: what a difference is applied to.
pub(super) fn to_wire(inventory: model::Inventory) -> Inventory {
    let mut wire = Inventory {
        os: sluice_wire::OperatingSystem {
            id: inventory.os.id,
            version: inventory.os.version,
            codename: inventory.os.codename,
            title: inventory.os.title,
        },
        architecture: inventory.architecture,
        kernel: sluice_wire::Kernel {
            running: inventory.kernel.running,
            newest_installed: inventory.kernel.newest_installed,
        },
        restart: sluice_wire::Restart {
            flag_file: inventory.restart.flag_file,
            flag_packages: inventory.restart.flag_packages,
            kernel: inventory.restart.kernel,
            libraries: inventory
                .restart
                .libraries
                .into_iter()
                .map(|l| sluice_wire::StaleLibrary { process: l.process, path: l.path })
                .collect(),
        },
        indexes: inventory.indexes.into_iter().map(index_to_wire).collect(),
        pins: inventory
            .pins
            .into_iter()
            .map(|p| sluice_wire::Pin { package: p.package, version: p.version, priority: p.priority })
            .collect(),
        packages: inventory.packages.into_iter().map(package_to_wire).collect(),
    };
    wire.normalize();
    wire
}

fn index_to_wire(index: model::DeviceIndex) -> sluice_wire::Index {
    sluice_wire::Index {
        uri: index.uri,
        suite: index.suite,
        component: index.component,
        architecture: index.architecture,
        origin: index.origin,
        label: index.label,
        codename: index.codename,
        priority: index.priority,
    }
}

fn package_to_wire(package: model::InstalledPackage) -> sluice_wire::Package {
    sluice_wire::Package {
        name: package.name,
        arch: package.architecture,
        version: package.version,
        source: package.source,
        held: package.held,
        broken: package.broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inventory() -> Inventory {
        serde_json::from_str(
            r#"{"os":{"id":"debian","version":"12","codename":"bookworm","title":"Debian GNU/Linux 12"},
            "architecture":"amd64","kernel":{"running":"6.1.0-1-amd64","newest_installed":"6.1.0-2-amd64"},
            "restart":{"flag_file":true,"flag_packages":["linux-image-6.1.0-2-amd64"],"kernel":true,
              "libraries":[{"process":"sshd","path":"/usr/lib/libssl.so.3"}]},
            "indexes":[{"uri":"http://deb.example/debian","suite":"bookworm","component":"main",
              "architecture":"amd64","origin":"Debian","label":"Debian","codename":"bookworm","priority":500}],
            "pins":[{"package":"vim","version":"2:9.0","priority":1001}],
            "packages":[{"name":"libc6","arch":"amd64","version":"2.36-9","source":"glibc","held":true},
              {"name":"vim","arch":"amd64","version":"2:9.0","source":"vim","broken":true}]}"#,
        )
        .unwrap()
    }

    #[test]
    fn nothing_is_lost_on_the_way_there_and_back() {
        let hash = inventory().hash();
        assert_eq!(to_wire(from_wire(inventory()).unwrap()).hash(), hash);
    }

    #[test]
    fn nonsense_is_refused_by_its_field() {
        let mut bad = inventory();
        bad.packages[1].version = "1\u{0}2".into();
        assert_eq!(from_wire(bad).unwrap_err().field.as_deref(), Some("packages.version"));
        let mut bad = inventory();
        bad.indexes = vec![bad.indexes[0].clone(); MAX_INDEXES + 1];
        assert_eq!(from_wire(bad).unwrap_err().field.as_deref(), Some("indexes"));
    }
}
