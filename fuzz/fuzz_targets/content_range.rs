//! `Content-Range` of answers when files are fetched: whatever a server says is read or refused, and what is read is
//! what it says.
#![no_main]

use libfuzzer_sys::fuzz_target;

// Alone: the crate that it belongs to would bring all of a site.
#[path = "../../crates/sluice-site/src/content/range.rs"]
mod range;

fuzz_target!(|input: (&str, u64, u64, Option<u64>)| {
    let (text, first, last, total) = input;
    if let Some((first, total)) = range::parse_range(text) {
        let said = |number: u64| text.contains(&number.to_string());
        assert!(text.starts_with("bytes ") && said(first) && total.is_none_or(said));
    }
    let whole = total.map_or_else(|| "*".to_owned(), |total| total.to_string());
    assert_eq!(range::parse_range(&format!("bytes {first}-{last}/{whole}")), Some((first, total)));
});
