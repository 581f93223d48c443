//! `/proc/<pid>/maps`: libraries in use that are gone from the disk.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_packages::restart::libraries::deleted_libraries;

fuzz_target!(|maps: &str| {
    let _ = deleted_libraries(maps).count();
});
