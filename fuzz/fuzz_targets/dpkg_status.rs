//! dpkg's database of installed packages, and apt's list of automatically installed ones.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_packages::deb::dpkg_status::{automatically_installed, installed, parse_status};

fuzz_target!(|bytes: &[u8]| {
    let present = parse_status(bytes).flatten().filter(|package| package.is_present()).count();
    assert!(installed(bytes).count() <= present);
    let _ = automatically_installed(bytes).count();
});
