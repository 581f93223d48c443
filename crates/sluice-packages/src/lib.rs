//! The formats of Linux packaging: repositories, package databases, package-manager output, OpenPGP signatures.
//!
//! Bytes in, values out: nothing here opens a file or a socket, reads the clock or keeps state.
//!
//! | Part | Reads |
//! |---|---|
//! | [`deb`] | what Debian and its descendants publish, and what apt and dpkg say on a device |
//! | [`openpgp`] | keyrings and the signatures of repositories, which every later step rests on |
//! | [`decompress`], [`digest`] | index files: bounded decompression, digests |
//! | [`restart`] | what a device still runs from before an update: libraries, kernel |
//!
//! Everything read comes from outside: sizes, counts and depths are bounded by named constants,
//! and one bad item is an error of its own that leaves its neighbours alone.

pub mod deb;
pub mod decompress;
pub mod digest;
pub mod openpgp;
pub mod restart;
