//! The borders of the site over HTTP, against a real site on SQLite: who may do what, and what
//! happens to input that makes no sense.

mod agent;
mod authorization;
mod backup;
mod bundles;
mod catalog;
mod client;
mod client_policy;
mod content;
mod content_fetch;
mod metrics;
mod operations;
mod server;
mod site;
mod sites;
mod wrong_input;
