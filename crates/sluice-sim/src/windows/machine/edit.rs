//! Changing what a machine is.

use std::sync::Arc;

use sluice_model::id::UpdateId;
use sluice_wsus::update::rules::{Device, FileFacts, MsiProduct, PackageState, RegistryValue, Version};

use super::base::local_machine;
use super::fact::{Before, Change, FactKey, FactValue, Undo};
use super::{Stamp, VirtualMachine, attributes};

impl VirtualMachine {
    /// Sets a registry value below `HKEY_LOCAL_MACHINE`; an empty name is the key's default value.
    pub fn set_registry(&mut self, subkey: &str, name: &str, value: RegistryValue) {
        self.change(FactKey::registry_value(&local_machine(subkey), name).is(FactValue::Registry(value)));
    }

    /// Puts a file there, or changes it.
    pub fn set_file(&mut self, path: &str, file: FileFacts) {
        self.change(FactKey::file(path).is(FactValue::File(file)));
    }

    /// Brings a product to a release.
    pub fn set_product_release(&mut self, name: &str, version: Version) {
        self.change(FactKey::Release(name.to_lowercase()).is(FactValue::Release(version)));
    }

    /// Sets an attribute of the device.
    pub fn set_attribute(&mut self, name: &str, value: &str) {
        self.change(FactKey::attribute(name).is(FactValue::Text(value.to_owned())));
    }

    /// Sets the state of a package of the servicing stack.
    pub fn set_package(&mut self, identity: &str, state: PackageState) {
        self.change(FactKey::Package(identity.to_lowercase()).is(FactValue::Package(state)));
    }

    /// Installs a product of Windows Installer.
    pub fn set_msi_product(&mut self, code: &str, product: MsiProduct) {
        self.change(FactKey::Product(code.to_lowercase()).is(FactValue::Product(product)));
    }

    /// Puts a device into the machine.
    pub fn add_device(&mut self, device: Device) {
        self.state = Stamp::next();
        Arc::make_mut(&mut self.hardware).push("{4D36E97D-E325-11CE-BFC1-08002BE10318}", device);
    }

    /// Remembers that an update was installed once.
    pub(in super::super) fn remember(&mut self, update: UpdateId) {
        self.change(FactKey::InstalledOnce(update).is(FactValue::There));
    }

    /// Makes a change, with what follows from it; answers how to take it back, the last first.
    pub(super) fn change(&mut self, change: Change) -> Vec<Undo> {
        self.state = Stamp::next();
        if let (FactKey::Driver(at), Some(FactValue::Driver(driver))) = (&change.key, &change.value) {
            let at = *at;
            let Some(device) = Arc::make_mut(&mut self.hardware).hardware.devices.get_mut(at) else {
                return Vec::new();
            };
            let before = device.driver.replace((**driver).clone());
            let before = before.map(|driver| FactValue::Driver(Box::new(driver)));
            return vec![Undo { key: FactKey::Driver(at), before: Before::Own(before) }];
        }
        let follows = match (&change.key, &change.value) {
            (FactKey::Release(name), Some(FactValue::Release(version))) => {
                attributes::of_release(self.profile.traits(), name, *version)
            }
            _ => Vec::new(),
        };
        std::iter::once(change).chain(follows).map(|change| self.facts.apply(change)).collect()
    }

    /// Takes changes back, the last first.
    pub(in super::super) fn take_back(&mut self, undos: Vec<Undo>) {
        self.state = Stamp::next();
        for undo in undos.into_iter().rev() {
            match (undo.key, undo.before) {
                (FactKey::Driver(at), Before::Own(before)) => {
                    let driver = before.and_then(|value| match value {
                        FactValue::Driver(driver) => Some(*driver),
                        _ => None,
                    });
                    if let Some(device) = Arc::make_mut(&mut self.hardware).hardware.devices.get_mut(at) {
                        device.driver = driver;
                    }
                }
                (key, before) => self.facts.take_back(Undo { key, before }),
            }
        }
    }
}
