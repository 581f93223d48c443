//! HTTP: the REST API, the console and the agent protocol.
//!
//! Two routers: [`admin_router`] for people and programs that manage the site, [`client_router`]
//! for the devices. They live on listeners of their own, so that a device network never reaches
//! the administration. A handler extracts, calls one use case of `sluice-site` and converts; it
//! decides nothing, and what the caller may do is checked by the use case.
//!
//! Every refusal is a [`problem::Problem`] (RFC 9457), also the ones a framework would make.

pub mod admin;
mod agent;
pub mod api;
pub mod auth;
pub mod client;
mod console;
mod content;
pub mod extract;
mod layers;
mod metrics;
pub mod problem;
pub mod server;
mod sites;
mod soap;

pub use admin::{AdminOptions, AdminState, admin_router};
pub use auth::SESSION_COOKIE;
pub use client::{client_router, client_service, plain_router, plain_service};
pub use problem::Problem;
pub use server::{Peer, Served, serve};
