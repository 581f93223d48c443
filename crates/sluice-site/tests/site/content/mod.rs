//! The files of updates.

mod collect;
mod fetch;
mod files;
mod origin;
mod undeployed;
