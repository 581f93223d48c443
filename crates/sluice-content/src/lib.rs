//! The files that updates are installed from, in a local directory.
//!
//! A file is named by its SHA-1 and its extension, as Windows clients ask for it
//! (`/Content/49/A379D5526FB3A7A0423DA1CD7FC3182A8D448449.exe`; protocols.md §1.4). Whatever is
//! found under such a name has that digest: a file comes under its name only after every byte was
//! hashed and is on disk. A full disk or a killed process leaves nothing but an unfinished file in
//! `incoming`, which the next start removes.
//!
//! Everything here blocks; callers with an async runtime use its blocking threads.

mod error;
mod incoming;
mod name;
mod store;

pub use error::ContentError;
pub use name::{ContentName, MAX_EXTENSION};
pub use store::{Added, ContentFile, ContentStore, Expected};
