//! Transfer bundles between sites of the real program: exported, carried, imported, cut off.

mod carry;
mod cut_off;
mod place;
#[path = "../sync/postgres.rs"]
mod postgres;
