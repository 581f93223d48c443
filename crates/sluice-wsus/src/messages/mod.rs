//! The messages of the services that agents and downstream servers call: one file per operation, both directions of
//! request and answer.
//!
//! Contracts: \[MS-WUSP\] 6.1 to 6.3 (`client.wsdl`, `simpleauth.wsdl`, `reporting.wsdl`), \[MS-WSUSSS\] 6.1 to 6.3
//! (`serversync.wsdl`, `dssauth.wsdl`, `reporting.wsdl`), and what newer agents send beyond them. Every type implements [`Message`](crate::soap::Message).

/// The requests of one service, and which of them an envelope holds.
macro_rules! requests {
    ($(#[$doc:meta])* $name:ident: $($operation:ident),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name {
            $(
                #[doc = concat!("See [`", stringify!($operation), "`].")]
                $operation(Box<$operation>),
            )+
        }

        impl $name {
            /// Reads the request in the envelope. The operation is told by the element in the body alone; its
            /// namespace is not compared.
            ///
            /// # Errors
            /// [`SoapError`](crate::soap::SoapError) if the service has no such operation or the request is damaged.
            pub fn read(mut envelope: crate::soap::Envelope<'_>) -> Result<Self, crate::soap::SoapError> {
                use crate::soap::Message;
                let request = match envelope.operation.as_str() {
                    $($operation::ELEMENT => Self::$operation(Box::new($operation::read(&mut envelope.body)?)),)+
                    _ => return Err(envelope.unknown_operation()),
                };
                envelope.close()?;
                Ok(request)
            }

            /// Whether the service has an operation of this name.
            #[must_use]
            pub fn has(operation: &str) -> bool {
                use crate::soap::Message;
                [$($operation::ELEMENT),+].contains(&operation)
            }

            /// The name of the operation.
            #[must_use]
            pub fn operation(&self) -> &'static str {
                match self {
                    $(Self::$operation(_) => stringify!($operation),)+
                }
            }

            /// The SOAPAction of the operation, without quotes: what the `Method` of a fault says.
            #[must_use]
            pub fn action(&self) -> String {
                use crate::soap::Message;
                let namespace = match self {
                    $(Self::$operation(_) => $operation::SERVICE.namespace,)+
                };
                format!("{namespace}/{}", self.operation())
            }
        }
    };
}

pub mod client;
pub mod dss_auth;
pub mod reporting;
pub mod rollup;
pub mod server_sync;
pub mod shared;
pub mod simple_auth;
#[cfg(test)]
mod tests;
