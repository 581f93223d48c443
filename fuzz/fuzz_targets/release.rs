//! A `Release` file, and what is asked of it.
#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use sluice_packages::deb::release::{Release, ValidityPolicy, check_validity};

fuzz_target!(|bytes: &[u8]| {
    let Ok(release) = Release::parse(bytes) else { return };
    let _ = check_validity(&release, Some(Timestamp::UNIX_EPOCH), Timestamp::UNIX_EPOCH, &ValidityPolicy::default());
    let _ = release.architectures_to_fetch(&["amd64", "i386"]);
    for file in release.files() {
        assert!(!file.path.starts_with('/') && !file.path.split('/').any(|part| part == ".."));
        let _ = file.by_hash_path();
    }
    for component in ["main", "updates/main"] {
        let _ = release.packages_index(component, "amd64");
    }
});
