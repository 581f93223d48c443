//! Debian version order: an order, and the same as that of the sort keys.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_packages::deb::version::{compare, sort_key, validate};

fuzz_target!(|versions: (&str, &str)| {
    let (a, b) = versions;
    if validate(a).is_err() || validate(b).is_err() {
        return;
    }
    let order = compare(a, b);
    assert_eq!(order, compare(b, a).reverse());
    assert_eq!(order, sort_key(a).cmp(&sort_key(b)));
});
