//! The output of `apt-get --simulate`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_packages::deb::apt_simulate::parse_simulation;

fuzz_target!(|text: &str| {
    let _ = parse_simulation(text);
});
