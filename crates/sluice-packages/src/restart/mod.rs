//! What a device still runs from before an update: services with libraries that are no longer on
//! disk ([`libraries`]), a kernel that is not the newest installed ([`kernel`]).

pub mod kernel;
pub mod libraries;
