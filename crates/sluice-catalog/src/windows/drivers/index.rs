//! Drivers by hardware id.

use rustc_hash::FxHashMap;
use sluice_model::{DriverTarget, UpdateKind};

use crate::catalog::Catalog;
use crate::windows::base::Row;

/// A device setup class by its names in metadata and on clients.
const PRINTER: [&str; 3] = ["Printer", "Printers", "{4D36E979-E325-11CE-BFC1-08002BE10318}"];
const EXTENSION: [&str; 3] = ["Extension", "Extensions", "{E2F84CE7-8EFA-411C-AA69-97454CA4CB57}"];

/// The drivers in scope by the ids they match.
#[derive(Debug, Default)]
pub(in crate::windows) struct DriverIndex {
    /// By hardware id in lower case.
    by_id: FxHashMap<Box<str>, Vec<Entry>>,
}

/// What a driver says of one hardware id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The driver.
    pub(super) place: u32,
    /// Ordinal in its list of targets.
    pub(super) target: u32,
}

impl DriverIndex {
    pub(in crate::windows) fn build(catalog: &Catalog, rows: &[Row]) -> Self {
        let mut by_id: FxHashMap<Box<str>, Vec<Entry>> = FxHashMap::default();
        for (place, row) in (0u32..).zip(rows).filter(|(_, row)| row.kind == UpdateKind::Driver && row.own) {
            let content = catalog.revision(row.revision).and_then(|update| update.content.windows());
            let targets = content.map_or(&[][..], |content| &content.drivers);
            for (target, driver) in (0u32..).zip(targets).filter(|(_, driver)| !is_extension(&driver.class)) {
                let id = driver.hardware_id.to_ascii_lowercase();
                by_id.entry(id.into()).or_default().push(Entry { place, target });
            }
        }
        Self { by_id }
    }

    pub(in crate::windows) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// What matches an id; `text` is scratch space.
    pub(super) fn matching(&self, id: &str, text: &mut String) -> &[Entry] {
        text.clear();
        text.push_str(id);
        text.make_ascii_lowercase();
        self.by_id.get(text.as_str()).map_or(&[], Vec::as_slice)
    }

    /// All ids with what matches them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[Entry]> {
        self.by_id.values().map(Vec::as_slice)
    }
}

pub(super) fn is_printer(class: &str) -> bool {
    PRINTER.iter().any(|name| name.eq_ignore_ascii_case(class))
}

fn is_extension(class: &str) -> bool {
    EXTENSION.iter().any(|name| name.eq_ignore_ascii_case(class))
}

/// Whether a printer driver may replace the one a device has: only one of the same manufacturer,
/// and of the same provider or one that declares itself compatible with it.
pub(super) fn may_replace(target: &DriverTarget, class: &str, provider: &str, manufacturer: &str) -> bool {
    if !is_printer(class) && !is_printer(&target.class) {
        return true;
    }
    let compatible = target.compatible_providers.iter().any(|name| name.eq_ignore_ascii_case(provider));
    (target.provider.eq_ignore_ascii_case(provider) || compatible)
        && target.manufacturer.eq_ignore_ascii_case(manufacturer)
}
