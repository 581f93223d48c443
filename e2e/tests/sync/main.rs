//! Synchronization against archives made here: what a real upstream does, and what a broken or
//! hostile one could do. A real site process, an HTTP server that misbehaves when told to, archives
//! signed with GnuPG.

mod agent;
mod archive;
mod backup;
mod changes;
mod crash;
mod dump;
mod import;
mod network;
mod postgres;
mod quarantine;
mod random;
mod refused;
mod signatures;
mod signing;
mod source;
mod suites;
mod upstream;
