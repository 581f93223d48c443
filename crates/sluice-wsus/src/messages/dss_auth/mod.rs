//! Authorization of downstream servers (\[MS-WSUSSS\] 6.2): a server says who it is and is believed.

mod get_authorization_cookie;

pub use get_authorization_cookie::{GetAuthorizationCookie, GetAuthorizationCookieResponse};

use crate::messages::reporting::Ping;
use crate::soap::{Service, Style};

/// `/DssAuthWebService/DssAuthWebService.asmx`.
pub const SERVICE: Service =
    Service { namespace: "http://www.microsoft.com/SoftwareDistribution/Server/DssAuthWebService", style: Style::Asmx };

requests! {
    /// A request to the authorization of downstream servers.
    DssAuthRequest: GetAuthorizationCookie, Ping
}
