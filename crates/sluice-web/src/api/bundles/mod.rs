//! `/bundles`: transfer bundles, for sites without a connection.

pub mod export;
pub mod history;
pub mod import;
pub mod key;
pub mod signers;
pub mod verify;

use sluice_site::bundles::Part;

use crate::problem::{Problem, WebResult, echo};

/// The parts that words name.
fn parts<'w>(words: impl IntoIterator<Item = &'w str>) -> WebResult<Vec<Part>> {
    let part = |word: &str| {
        Part::from_slug(word.trim()).ok_or_else(|| {
            let all: Vec<_> = Part::ALL.into_iter().map(Part::slug).collect();
            let fix = format!("Name some of: {}.", all.join(", "));
            Problem::invalid("parts", format!("there is no part `{}` of a bundle", echo(word)), &fix)
        })
    };
    words.into_iter().map(part).collect()
}
