//! Sites below and above each other, over their real routers: what is told upwards, and taking over a server.

#[path = "../soap/documents.rs"]
mod documents;
mod keys;
mod level;
mod migration;
mod pc;
mod rollup;
