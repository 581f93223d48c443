//! StartCategoryScan: which categories a quick scan shall use as its filter (\[MS-WUSP\] 3.1.5.11;
//! protocols.md §3.9). Asked without a cookie.

use std::collections::BTreeMap;

use sluice_catalog::Catalog;
use sluice_model::{UpdateId, WindowsCategory};

use super::fault::{ClientFault, ClientResult};
use crate::site::Site;

/// As many are too many (note 52).
const TOO_MANY: usize = 200;

/// A category that a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestedCategory {
    /// Categories with the same number belong together.
    pub group: i32,
    /// The category.
    pub category: UpdateId,
}

/// What the client shall use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CategoryScan {
    /// As the filter of its scan.
    pub preferred: Vec<UpdateId>,
    /// Categories that are not known here.
    pub unknown: Vec<UpdateId>,
}

impl Site {
    /// Which of the requested categories to use.
    ///
    /// # Errors
    /// `InvalidParameters` for too many.
    pub fn windows_category_scan(&self, requested: &[RequestedCategory]) -> ClientResult<CategoryScan> {
        if requested.len() >= TOO_MANY {
            return Err(ClientFault::InvalidParameters("requestedCategories"));
        }
        Ok(choose(self.windows.views.load().catalog(), requested))
    }
}

fn choose(catalog: &Catalog, requested: &[RequestedCategory]) -> CategoryScan {
    let kind = |id| catalog.update(id).and_then(|(_, update)| update.content.windows()?.category);
    let mut groups: BTreeMap<i32, Vec<UpdateId>> = BTreeMap::new();
    for RequestedCategory { group, category } in requested {
        groups.entry(*group).or_default().push(*category);
    }
    let mut scan = CategoryScan::default();
    for group in groups.values() {
        let unknown = scan.unknown.len();
        scan.unknown.extend(group.iter().filter(|id| kind(**id).is_none()));
        if scan.unknown.len() > unknown {
            continue;
        }
        let (classifications, products): (Vec<_>, Vec<_>) =
            group.iter().partition(|id| kind(**id) == Some(WindowsCategory::Classification));
        let ([product], [] | [_]) = (products.as_slice(), classifications.as_slice()) else {
            // What the client means cannot be said as a filter: it scans for everything.
            scan.preferred.clear();
            break;
        };
        if !scan.preferred.contains(product) {
            scan.preferred.push(*product);
        }
    }
    scan
}
