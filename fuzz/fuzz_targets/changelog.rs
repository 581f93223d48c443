//! A package's changelog.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_packages::deb::changelog::{cves, cves_since};

fuzz_target!(|text: &str| {
    let all = cves(text);
    for newer in cves_since(text, "1.0-1") {
        assert!(all.contains(&newer), "{newer} is not among all identifiers");
    }
});
