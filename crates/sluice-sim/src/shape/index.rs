//! A wider shape, from package indices.

use std::io::Read;
use std::ops::ControlFlow;

use sluice_packages::deb::ItemError;
use sluice_packages::deb::packages::parse_packages;

use super::Shape;

impl Shape {
    /// Adds what a `Packages` index (plain text) offers: packages the real machine does not have
    /// become less common ones, and a package in several indices (release, security) has several
    /// versions to be at. A stanza that cannot be read is left out.
    ///
    /// # Errors
    /// When the index cannot be read at all.
    pub fn add_index(&mut self, index: impl Read) -> Result<(), ItemError> {
        parse_packages(index, |item| {
            if let Ok(package) = item {
                self.add(package.package, package.architecture, package.source, package.version);
            }
            ControlFlow::Continue(())
        })
    }
}
