//! Arguments that are one of a few words.

use std::fmt::Display;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use sluice_web::api::words::UnknownWord;

/// A parser that knows all words, so that helps list and shells complete them.
pub(super) fn word<T>(all: &'static [T]) -> impl TypedValueParser<Value = T>
where
    T: Copy + Display + FromStr<Err = UnknownWord> + Send + Sync + 'static,
{
    PossibleValuesParser::new(all.iter().map(ToString::to_string)).try_map(|text| text.parse::<T>())
}
