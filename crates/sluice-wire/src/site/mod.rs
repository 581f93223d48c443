//! The protocol between Sluice sites, version 1: how a site joins below another and they keep each other informed.
//!
//! JSON over TLS below [`BASE_PATH`] of the client listener. The lower site makes all connections, so that it may stand
//! behind a firewall. Metadata and content take another way, that of \[MS-WSUSSS\].
//!
//! | Request | Path | Answer |
//! |---|---|---|
//! | [`JoinRequest`] | `POST join` | [`JoinResponse`] |
//! | [`HelloRequest`] | `POST hello` | [`HelloResponse`] |
//! | [`NewsRequest`] | `POST news`, held until there is some | [`NewsResponse`] |
//! | [`LeaveRequest`] | `POST leave` | [`LeaveResponse`] |
//!
//! Every request but the first carries `Authorization: Bearer <site id>.<secret>` ([`SiteCredential`]). A refusal is a
//! [`crate::Problem`]. Words for types and modes of sites are those of the REST API. Unknown fields are ignored.

mod credential;
mod hello;
mod join;
mod news;
mod token;

pub use credential::SiteCredential;
pub use hello::{HelloRequest, HelloResponse, LeaveRequest, LeaveResponse, NodeReport};
pub use join::{JoinRequest, JoinResponse, SiteIdentity};
pub use news::{NewsRequest, NewsResponse, Selected, StandIn, TopSettings};
pub use token::{SiteToken, SiteTokenError};

/// Where the protocol lives on a site's client listener.
pub const BASE_PATH: &str = "/sites/v1";

/// Largest request or answer, bytes: a selection of 10,000 categories, or a subtree of [`MAX_NODES`] sites.
pub const MAX_BODY: usize = 1 << 20;

/// Most sites below one that it reports. The established product allows 25 primary sites with 250 secondary ones each.
pub const MAX_NODES: usize = 1_000;

/// Longest time that a request for news is held, seconds. Shorter than what proxies and firewalls give a silent
/// connection.
pub const MAX_HOLD: u64 = 25;
