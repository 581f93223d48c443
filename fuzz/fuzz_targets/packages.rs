//! A `Packages` file.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use sluice_packages::deb::packages::parse_packages;

fuzz_target!(|bytes: &[u8]| {
    let _ = parse_packages(bytes, |item| {
        if let Ok(package) = item {
            assert!(!package.filename.starts_with('/') && !package.filename.split('/').any(|part| part == ".."));
        }
        ControlFlow::Continue(())
    });
});
