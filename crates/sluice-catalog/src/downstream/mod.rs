//! What servers further down are told there is (\[MS-WSUSSS\] 3.1.4.5): lists of revisions, computed
//! from the catalog alone.

mod filter;
mod lists;
#[cfg(test)]
mod naive;
#[cfg(test)]
mod tests;

pub use filter::{FilterEntry, RevisionFilter};
pub use lists::RevisionLists;
