//! How an agent reaches its server: connections, headers, compression, one function for each operation, and what each
//! fault makes it do.

mod error;
pub(super) mod hresult;
mod meter;
mod operations;
mod options;
mod reaction;
mod tls;
mod transport;

pub use error::AgentError;
pub use meter::{Meter, OperationFigures};
pub(super) use operations::Caller;
pub use options::{ServerOptions, Trust};
pub use reaction::Reaction;
pub use transport::Server;
pub(super) use transport::{body, since};
