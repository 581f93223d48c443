//! Simple authorization (\[MS-WUSP\] 2.2.2.1): a client says who it is and is believed.

mod get_authorization_cookie;

pub use get_authorization_cookie::{GetAuthorizationCookie, GetAuthorizationCookieResponse};

use crate::soap::{Service, Style};

/// `/SimpleAuthWebService/SimpleAuth.asmx`.
pub const SERVICE: Service = Service {
    namespace: "http://www.microsoft.com/SoftwareDistribution/Server/SimpleAuthWebService",
    style: Style::Asmx,
};

requests! {
    /// A request to simple authorization.
    SimpleAuthRequest: GetAuthorizationCookie
}
