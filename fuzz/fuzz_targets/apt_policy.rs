//! The output of `apt-cache policy`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_packages::deb::apt_policy::parse_policy;

fuzz_target!(|text: &str| {
    let _ = parse_policy(text);
});
