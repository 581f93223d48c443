//! The borders of the site over HTTP, against a real site on SQLite: who may do what, and what
//! happens to input that makes no sense.

mod agent;
mod authorization;
mod backup;
mod client;
mod operations;
mod server;
mod site;
mod wrong_input;
