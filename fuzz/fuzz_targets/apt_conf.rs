//! The output of `apt-config dump`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_packages::deb::apt_conf::AptConf;

fuzz_target!(|text: &str| {
    let conf = AptConf::parse(text);
    let _ = (conf.architectures(), conf.check_valid_until(), conf.check_date(), conf.proxy("http", "example.org"));
});
