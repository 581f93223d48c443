//! The console on a real site.

mod access;
mod browser;
mod bundles;
mod content;
mod deploy;
mod devices;
mod lists;
mod selection;
mod sites;
mod take_over;
mod windows;

pub use browser::Browser;
