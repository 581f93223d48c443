//! What the whole-system tests share: the built program, a site that runs it, its API, and
//! waiting for things to become true.
//!
//! ```no_run
//! # async fn test() {
//! use sluice_e2e::{Site, SiteOptions, eventually};
//!
//! let mut site = Site::start(SiteOptions::default()).await; // ready: its API answers
//! let info = site.api().get("/site").await; // a refusal fails the test and says what was refused
//! site.kill().await; // kill -9
//! site.start_again().await; // same data, same ports
//! eventually("the catalog is there", async || match site.api().get("/site").await["updates"].as_u64() {
//!     Some(0) | None => Err("no updates yet".to_owned()),
//!     Some(updates) => Ok(updates),
//! })
//! .await;
//! # } // the site ends with its value; when the test fails, the end of its log is printed
//! ```
//!
//! The tests start the program that lies beside them: `cargo build -p sluice` first, as
//! `make test` does. `SLUICE_BIN` names another one.

mod api;
mod port;
mod program;
mod site;
mod wait;

pub use api::{Answer, Api};
pub use port::free_port;
pub use program::{program, repository};
pub use site::{Site, SiteOptions};
pub use wait::{LONG, eventually, eventually_within};
