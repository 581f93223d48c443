//! The architecture as tests: what ARCHITECTURE.md and CONTRIBUTING.md promise about the source
//! tree is checked here, so that it stays true without anybody remembering it.
//!
//! Every check is a function from text to findings with a small test that it can fail; the test
//! over the real tree then expects no findings and says what to do about each.

mod crates;
mod dependencies;
mod habits;
mod processes;
mod repository;
mod rust_text;
mod sizes;
mod sql;
