//! The files that updates are installed from, in a local directory or in a bucket of an
//! S3-compatible store.
//!
//! A file is named by its SHA-1 and its extension, as Windows clients ask for it
//! (`/Content/49/A379D5526FB3A7A0423DA1CD7FC3182A8D448449.exe`; protocols.md §1.4). Whatever is
//! found under such a name has that digest: a file comes under its name only after every byte was
//! hashed and is stored durably. A full disk or a killed process leaves nothing but an unfinished
//! file in `incoming`, which the next start removes, and parts of files in `parts`, which are
//! continued.
//!
//! Everything here blocks; callers with an async runtime use its blocking threads.

mod error;
mod file;
mod hashes;
mod incoming;
mod name;
mod part;
mod readers;
mod s3;
mod store;

pub use error::ContentError;
pub use file::ContentFile;
pub use name::{ContentName, MAX_EXTENSION};
pub use part::Part;
pub use s3::{S3Credentials, S3Location, S3Store, SigningClock};
pub use store::{Added, ContentStore, Expected, Listed, Removal};
