//! The use cases on a real store, with a clock that is told what time it is.

mod accounts;
mod agents;
mod damage;
mod deployments;
mod world;
