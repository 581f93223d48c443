//! Microsoft's formats: SOAP, MS-WUSP and MS-WSUSSS messages, update documents and the fragments derived from
//! them, cabinets and other containers, Xpress compression, applicability rules. Bytes in, values out: no sockets, no storage, no clock.

pub mod blob;
pub mod cabinet;
#[cfg(test)]
mod captures;
pub mod container;
pub mod messages;
pub mod soap;
pub mod update;
pub mod xpress;
