//! Package sources in both styles.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_packages::deb::sources::parse_file;

fuzz_target!(|bytes: &[u8]| {
    for name in ["a.list", "a.sources"] {
        for entry in parse_file(name, bytes).entries {
            let _ = (entry.safe_uri(), entry.dist_uri("InRelease"), entry.architectures.resolve(&["amd64"]));
        }
    }
});
