//! Where the sections of a document are, so that fragments can be derived without reading the rest again.

use std::ops::Range;

use super::super::xml::{Binding, Cursor};

/// Where the sections of a document are.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Sections<'a> {
    text: &'a str,
    /// What the root element declares.
    bindings: Vec<Binding<'a>>,
    pub identity: Option<Range<usize>>,
    pub properties: Option<Range<usize>>,
    pub localized: Option<Range<usize>>,
    pub relationships: Option<Range<usize>>,
    pub applicability: Option<Range<usize>>,
    pub files: Option<Range<usize>>,
    pub handler: Option<Range<usize>>,
}

impl<'a> Sections<'a> {
    pub(super) fn new(text: &'a str, bindings: &[Binding<'a>]) -> Self {
        Self { text, bindings: bindings.to_vec(), ..Self::default() }
    }

    /// Reads a section again.
    pub(in super::super) fn cursor(&self, section: &Range<usize>) -> Cursor<'a> {
        Cursor::again(self.text, section.clone(), self.bindings.clone())
    }
}
