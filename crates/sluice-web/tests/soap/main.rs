//! The web services of Windows devices through the real router, against a real site: what was recorded
//! between Microsoft's own client and server, what other clients send, and what must be refused.

mod content;
mod direct;
mod documents;
mod faults;
mod http;
mod kept;
mod recorded;
mod servers;
mod shape;
mod shared;
mod wire;
mod world;
