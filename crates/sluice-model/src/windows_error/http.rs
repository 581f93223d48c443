//! HTTP statuses as download services wrap them (0x8019xxxx).

use super::codes;

codes! {
    0x8019_0190 BG_E_HTTP_ERROR_400 SERVER "HTTP status 400 while downloading: the request was refused as malformed.";
    0x8019_0191 BG_E_HTTP_ERROR_401 PROXY "HTTP status 401 while downloading: authentication is asked for; this server never does, so something between does.";
    0x8019_0193 BG_E_HTTP_ERROR_403 PROXY "HTTP status 403 while downloading: refused, often by a proxy or firewall.";
    0x8019_0194 BG_E_HTTP_ERROR_404 CONTENT "HTTP status 404 while downloading: the file is not on the server.";
    0x8019_0195 BG_E_HTTP_ERROR_405 PROXY "HTTP status 405 while downloading: this kind of request is not allowed.";
    0x8019_0197 BG_E_HTTP_ERROR_407 PROXY "HTTP status 407 while downloading: the proxy asks for authentication.";
    0x8019_0198 BG_E_HTTP_ERROR_408 TIMEOUT "HTTP status 408 while downloading: the request arrived too slowly.";
    0x8019_019A BG_E_HTTP_ERROR_410 CONTENT "HTTP status 410 while downloading: the file is no longer on the server.";
    0x8019_019F BG_E_HTTP_ERROR_415 SERVER "HTTP status 415 while downloading: the server does not accept the type of the request.";
    0x8019_01A0 BG_E_HTTP_ERROR_416 RANGES "HTTP status 416 while downloading: the byte range is not in the file.";
    0x8019_01AD BG_E_HTTP_ERROR_429 SERVER_BUSY "HTTP status 429 while downloading: too many requests.";
    0x8019_01F4 BG_E_HTTP_ERROR_500 SERVER "HTTP status 500 while downloading: the server had an internal error.";
    0x8019_01F5 BG_E_HTTP_ERROR_501 PROXY "HTTP status 501 while downloading: the function does not exist there.";
    0x8019_01F6 BG_E_HTTP_ERROR_502 PROXY "HTTP status 502 while downloading: a proxy or gateway got no proper answer.";
    0x8019_01F7 BG_E_HTTP_ERROR_503 SERVER_BUSY "HTTP status 503 while downloading: the server is overloaded or starting.";
    0x8019_01F8 BG_E_HTTP_ERROR_504 TIMEOUT "HTTP status 504 while downloading: a proxy or gateway waited too long.";
}
