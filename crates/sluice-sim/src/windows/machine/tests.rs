//! Virtual machines.

use sluice_wsus::update::rules::{Fact, Facts as _, RegistryKey, RegistryValue, RootKey};

use super::*;

#[test]
fn machines_repeat_and_differ() {
    let machine = |number| VirtualMachine::new(Profile::Windows11Pro25H2, 5, number);
    assert_eq!(machine(3), machine(3));
    assert_ne!(machine(3), machine(4));
    assert_ne!(machine(3).client_id(), machine(4).client_id());
    assert_eq!(machine(3).client_id().get_version_num(), 4);
    assert_eq!(machine(3).dns_name(), "pc-000003.sim.example");
    let behind = (0..100).filter(|n| machine(*n).identity.revision != 8037).count();
    assert!((5..40).contains(&behind), "{behind}");
}

#[test]
fn profiles_are_what_they_are_called() {
    for profile in Profile::ALL {
        assert_eq!(profile.slug().parse(), Ok(profile));
        let machine = VirtualMachine::new(profile, 1, 1);
        let Fact::Known(version) = machine.os_version() else { panic!("a version") };
        assert_eq!(version.product_type == 3, profile.slug().contains("server"));
        assert_eq!(version.build >= 22_000, profile.slug().contains("-11-") || profile.slug().contains("2025"));
        assert!((68..=76).contains(&machine.system_spec().len()), "{}", machine.system_spec().len());
        assert_eq!(
            machine.device_attribute("osarchitecture").is(|name| name == "ARM64"),
            profile.slug().contains("arm").into()
        );
    }
    assert_eq!("windows-95".parse::<Profile>(), Err(()));
}

#[test]
fn the_registry_is_asked_as_windows_asks_it() {
    let mut machine = VirtualMachine::new(Profile::Server2022, 1, 1);
    let key = |subkey: &str| RegistryKey { root: RootKey::LocalMachine, subkey: subkey.into(), view32: false };
    let version = key(r"\Software\\Microsoft\windows nt\CURRENTVERSION\");
    assert_eq!(machine.registry_value(&version, "currentbuild"), Fact::Known(&RegistryValue::Sz("20348".into())));
    assert_eq!(machine.registry_value(&version, "nothing"), Fact::Absent);
    assert_eq!(machine.registry_key(&key(r"SOFTWARE\Microsoft")), Fact::Known(()));
    assert_eq!(machine.registry_key(&key(r"SOFTWARE\Micro")), Fact::Absent);
    machine.set_registry(r"SOFTWARE\Vendor\B", "x", RegistryValue::Dword(1));
    machine.set_registry(r"SOFTWARE\Vendor\A\Deep", "x", RegistryValue::Dword(1));
    assert_eq!(machine.registry_subkeys(&key(r"software\vendor")), Fact::Known(vec!["a", "b"]));
    assert_eq!(machine.registry_subkeys(&key(r"software\vendor\b")), Fact::Known(Vec::new()));
    assert_eq!(machine.registry_subkeys(&key("nothing")), Fact::Absent);
    let other_view = RegistryKey { view32: true, ..version };
    assert_eq!(machine.registry_value(&other_view, "currentbuild"), Fact::Absent);
}
