//! Network: sockets (0x800727xx, 0x80072AFx), HTTP and TLS of WinHTTP (0x80072EE0 and above).

use super::codes;

codes! {
    0x8007_2742 WSAENETDOWN NETWORK "The network is down.";
    0x8007_2743 WSAENETUNREACH NETWORK "The server's network cannot be reached.";
    0x8007_2745 WSAECONNABORTED NETWORK "The connection was aborted on the device.";
    0x8007_2746 WSAECONNRESET NETWORK "The connection was reset by the other side, or by a firewall.";
    0x8007_274C WSAETIMEDOUT TIMEOUT "The connection could not be made in time.";
    0x8007_274D WSAECONNREFUSED NETWORK "The connection was refused: nothing listens at this address and port.";
    0x8007_2751 WSAEHOSTUNREACH NETWORK "The server cannot be reached.";
    0x8007_2AF9 WSAHOST_NOT_FOUND NAME "The server's name does not exist.";
    0x8007_2AFA WSATRY_AGAIN NAME "The name server gave no answer.";
    0x8007_2AFC WSANO_DATA NAME "The server's name has no address.";
    0x8007_2EE2 ERROR_WINHTTP_TIMEOUT TIMEOUT "The request got no answer in time.";
    0x8007_2EE4 ERROR_WINHTTP_INTERNAL_ERROR INTERNAL "An internal error of the HTTP component.";
    0x8007_2EE5 ERROR_WINHTTP_INVALID_URL ADDRESS "The server's address is invalid.";
    0x8007_2EE6 ERROR_WINHTTP_UNRECOGNIZED_SCHEME ADDRESS "The server's address begins with neither http:// nor https://.";
    0x8007_2EE7 ERROR_WINHTTP_NAME_NOT_RESOLVED NAME "The server's name could not be resolved.";
    0x8007_2EE9 ERROR_WINHTTP_INVALID_OPTION INTERNAL "An option of the HTTP component is invalid.";
    0x8007_2EEB ERROR_WINHTTP_OPTION_NOT_SETTABLE INTERNAL "An option of the HTTP component cannot be set.";
    0x8007_2EEC ERROR_WINHTTP_SHUTDOWN RETRY "The HTTP component was shutting down.";
    0x8007_2EEF ERROR_WINHTTP_LOGIN_FAILURE PROXY "Signing in failed, at the proxy or the server.";
    0x8007_2EF1 ERROR_WINHTTP_OPERATION_CANCELLED RETRY "The request was cancelled.";
    0x8007_2EF2 ERROR_WINHTTP_INCORRECT_HANDLE_TYPE INTERNAL "The HTTP component was called wrongly.";
    0x8007_2EF3 ERROR_WINHTTP_INCORRECT_HANDLE_STATE INTERNAL "The HTTP component is in a state that does not allow this.";
    0x8007_2EFD ERROR_WINHTTP_CANNOT_CONNECT NETWORK "The device could not connect to the server.";
    0x8007_2EFE ERROR_WINHTTP_CONNECTION_ERROR NETWORK "The connection to the server broke off.";
    0x8007_2F00 ERROR_WINHTTP_RESEND_REQUEST RETRY "The request must be sent again.";
    0x8007_2F05 ERROR_WINHTTP_SECURE_CERT_DATE_INVALID CLOCK "The server's certificate is not valid at the device's date.";
    0x8007_2F06 ERROR_WINHTTP_SECURE_CERT_CN_INVALID CERT_NAME "The server's certificate is for another name.";
    0x8007_2F0C ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED PROXY "A client certificate is asked for; this server never does, so something between does.";
    0x8007_2F0D ERROR_WINHTTP_SECURE_INVALID_CA TRUST_SERVER "The server's certificate is from an authority the device does not trust.";
    0x8007_2F19 ERROR_WINHTTP_SECURE_CERT_REV_FAILED REVOCATION "Whether the server's certificate is revoked could not be checked.";
    0x8007_2F76 ERROR_WINHTTP_HEADER_NOT_FOUND PROXY "A header of the answer is missing.";
    0x8007_2F78 ERROR_WINHTTP_INVALID_SERVER_RESPONSE PROXY "The answer is not proper HTTP; often http was used where https is spoken.";
    0x8007_2F7B ERROR_WINHTTP_HEADER_ALREADY_EXISTS PROXY "A header exists twice.";
    0x8007_2F7C ERROR_WINHTTP_REDIRECT_FAILED PROXY "A redirection could not be followed; this server never redirects devices.";
    0x8007_2F7D ERROR_WINHTTP_SECURE_CHANNEL_ERROR TLS "The TLS connection could not be made.";
    0x8007_2F86 ERROR_WINHTTP_BAD_AUTO_PROXY_SCRIPT PROXY "The automatic proxy script contains errors.";
    0x8007_2F87 ERROR_WINHTTP_UNABLE_TO_DOWNLOAD_SCRIPT PROXY "The automatic proxy script could not be fetched.";
    0x8007_2F89 ERROR_WINHTTP_SECURE_INVALID_CERT TRUST_SERVER "The server's certificate is invalid.";
    0x8007_2F8A ERROR_WINHTTP_SECURE_CERT_REVOKED TRUST_SERVER "The server's certificate is revoked.";
    0x8007_2F8C ERROR_WINHTTP_NOT_INITIALIZED INTERNAL "The HTTP component was not started.";
    0x8007_2F8F ERROR_WINHTTP_SECURE_FAILURE TRUST_SERVER "The server's certificate is not accepted: unknown authority, wrong name, or not valid at the device's date.";
    0x8007_2F90 ERROR_WINHTTP_UNHANDLED_SCRIPT_TYPE PROXY "The automatic proxy script is of an unknown kind.";
    0x8007_2F91 ERROR_WINHTTP_SCRIPT_EXECUTION_ERROR PROXY "The automatic proxy script failed.";
    0x8007_2F92 ERROR_WINHTTP_AUTO_PROXY_SERVICE_ERROR PROXY "The proxy could not be found out.";
    0x8007_2F93 ERROR_WINHTTP_SECURE_CERT_WRONG_USAGE TRUST_SERVER "The server's certificate is not meant for servers.";
    0x8007_2F94 ERROR_WINHTTP_AUTODETECTION_FAILED PROXY "The network names no proxy, though the device is set to ask for one.";
    0x8007_2F95 ERROR_WINHTTP_HEADER_COUNT_EXCEEDED PROXY "The answer has too many headers.";
    0x8007_2F96 ERROR_WINHTTP_HEADER_SIZE_OVERFLOW PROXY "The headers of the answer are too large.";
    0x8007_2F97 ERROR_WINHTTP_CHUNKED_ENCODING_HEADER_SIZE_OVERFLOW PROXY "A part of the answer names an impossible size.";
    0x8007_2F98 ERROR_WINHTTP_RESPONSE_DRAIN_OVERFLOW PROXY "The rest of an answer was too large to skip.";
    0x8007_2F99 ERROR_WINHTTP_CLIENT_CERT_NO_PRIVATE_KEY PROXY "The device's client certificate has no private key.";
    0x8007_2F9A ERROR_WINHTTP_CLIENT_CERT_NO_ACCESS_PRIVATE_KEY ACCESS "The private key of the device's client certificate cannot be used.";
}
