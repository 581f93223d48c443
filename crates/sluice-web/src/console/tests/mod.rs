//! The console on a real site.

mod access;
mod browser;
mod deploy;
mod devices;
mod lists;

pub use browser::Browser;
