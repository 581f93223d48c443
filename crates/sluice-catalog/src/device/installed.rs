//! The distinct installed packages of a whole fleet, numbered.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::cow::{CowMap, Slots};

/// Dense number of one (name, architecture, version) that some device has installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstalledNumber(pub(crate) u32);

/// What an [`InstalledNumber`] stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InstalledRef<'a> {
    /// Package name.
    pub name: &'a str,
    /// Architecture as the device writes it; `all` counts as its native one.
    pub architecture: &'a str,
    /// Installed version.
    pub version: &'a str,
}

/// The three parts in one allocation, with [`SEPARATOR`] between them.
#[derive(Clone, Debug)]
struct Entry {
    text: Arc<str>,
    name_end: u32,
    architecture_end: u32,
}

/// Between the parts of an [`Entry`]; no package has it in its name or architecture.
const SEPARATOR: char = '\0';

/// Numbers for installed packages, only ever added to; copies share what they have in common.
///
/// A number means the same in every copy made from the same table.
#[derive(Clone, Debug, Default)]
pub struct InstalledTable {
    entries: Slots<Entry>,
    /// By the text of the entry.
    numbers: CowMap<Arc<str>, u32>,
    lineage: Lineage,
}

/// What all copies of one table have in common: the next free number. Because they draw from one
/// counter, copies that grow apart never give one number two meanings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lineage(Arc<AtomicU32>);

impl PartialEq for Lineage {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl InstalledTable {
    /// Most distinct installed packages: 16 million, a hundred times what a fleet of 100,000
    /// devices has. Beyond it packages are refused, so that a device cannot fill the memory.
    pub const MAX: u32 = 1 << 24;

    /// The number of an installed package, given now if it is new; `None` when the table is full,
    /// or when it is no package: a part of the text is over 4 GiB or has a NUL character.
    /// `text` is scratch space.
    pub(crate) fn intern(&mut self, package: InstalledRef<'_>, text: &mut String) -> Option<InstalledNumber> {
        let InstalledRef { name, architecture, version } = package;
        if name.contains(SEPARATOR) || architecture.contains(SEPARATOR) {
            return None;
        }
        text.clear();
        text.push_str(name);
        let name_end = u32::try_from(text.len()).ok()?;
        text.push(SEPARATOR);
        text.push_str(architecture);
        let architecture_end = u32::try_from(text.len()).ok()?;
        text.push(SEPARATOR);
        text.push_str(version);
        if let Some(number) = self.numbers.get(text.as_str()) {
            return Some(InstalledNumber(*number));
        }
        let take = |next: u32| (next < Self::MAX).then_some(next + 1);
        let number = self.lineage.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).ok()?;
        let text: Arc<str> = Arc::from(text.as_str());
        self.entries.set(number, Entry { text: Arc::clone(&text), name_end, architecture_end });
        self.numbers.insert(text, number);
        Some(InstalledNumber(number))
    }

    /// What a number stands for.
    #[must_use]
    pub fn get(&self, number: InstalledNumber) -> Option<InstalledRef<'_>> {
        let entry = self.entries.get(number.0)?;
        let (name_end, architecture_end) = (entry.name_end as usize, entry.architecture_end as usize);
        Some(InstalledRef {
            name: entry.text.get(..name_end)?,
            architecture: entry.text.get(name_end + 1..architecture_end)?,
            version: entry.text.get(architecture_end + 1..)?,
        })
    }

    /// How many distinct installed packages there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.numbers.len() == 0
    }

    /// Tables of one lineage give one number one meaning.
    pub(crate) fn lineage(&self) -> &Lineage {
        &self.lineage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        let mut table = InstalledTable::default();
        let package = |name, architecture, version| InstalledRef { name, architecture, version };
        let mut intern = |package| table.intern(package, &mut String::new());
        let one = intern(package("ab", "c", "1")).unwrap();
        let two = intern(package("a", "bc", "1")).unwrap();
        let three = intern(package("ab", "c1", "")).unwrap();
        assert!(one != two && two != three && one != three);
        assert_eq!(intern(package("ab", "c", "1")), Some(one));
        assert_eq!(intern(package("a\0b", "c", "1")), None);
        assert_eq!(intern(package("a", "b\0c", "1")), None);
        assert_eq!(table.get(two), Some(package("a", "bc", "1")));
        assert_eq!(table.get(three), Some(package("ab", "c1", "")));
        assert_eq!(table.len(), 3);
    }
}
