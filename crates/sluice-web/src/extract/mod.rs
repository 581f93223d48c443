//! Reading requests, with a problem for everything that cannot be read.

mod json;
mod path;
mod query;

pub use json::ApiJson;
pub use path::{ApiId, ApiIds};
pub use query::ApiQuery;
