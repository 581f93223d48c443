//! Whole runs against a scripted server.

mod basics;
mod http;
mod keys;
mod network;
mod places;
mod poison;
mod reached;
mod recorded;
mod replica;
mod resume;
mod server;
mod tls;
mod world;
