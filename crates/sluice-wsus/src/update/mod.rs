//! Update metadata: the document a server gets ([MS-WSUSSS] GetUpdateData), the fragments an agent gets
//! ([MS-WUSP] 3.1.1.1), the applicability rules inside both, and the relations a site makes of them.
//!
//! Everything is pulled from the text in order; nothing builds a tree of the XML. Large parts (package manifests of
//! tens of megabytes) stay slices of the text they came from.

pub mod document;
pub mod fragment;
pub mod model;
pub mod rules;
pub mod stream;

mod error;
mod limits;
mod text;
mod time;
mod xml;

#[cfg(test)]
mod rule_examples;

pub use document::UpdateDocument;
pub use error::UpdateError;
pub use fragment::Fragments;
pub use limits::MAX_DOCUMENT;
pub use text::decode;
