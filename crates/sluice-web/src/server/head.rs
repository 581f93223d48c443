//! The head of a message to a service, as agents write it.

use crate::soap::{self, Service};

/// Most headers; agents send ten.
const MAX_HEADERS: usize = 24;

/// A head of a POST to a service with a body of known length: nothing in it is unusual.
#[derive(Debug)]
pub(super) struct Head<'a> {
    pub(super) service: Service,
    pub(super) path: &'a str,
    pub(super) host: &'a str,
    pub(super) content_type: &'a str,
    pub(super) action: Option<&'a str>,
    pub(super) packs: bool,
    /// Bytes of the head.
    pub(super) length: usize,
    /// Bytes of the body.
    pub(super) body: usize,
}

impl<'a> Head<'a> {
    /// Reads the head that begins a request. `None`: it is not whole, or anything else than what agents send; hyper
    /// decides what that is.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        if !bytes.starts_with(b"POST /") {
            return None;
        }
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(length) = request.parse(bytes).ok()? else { return None };
        let path = request.path?;
        if request.version != Some(1) {
            return None;
        }
        let service = Service::at(path)?;
        let (mut host, mut content_type, mut action, mut body) = (None, None, None, None);
        let mut packs = false;
        for header in request.headers.iter() {
            let value = std::str::from_utf8(header.value).ok()?;
            let is = |name: &str| header.name.eq_ignore_ascii_case(name);
            // Of what may be there once only, a second makes it unusual.
            let once = |place: &mut Option<&'a str>| place.replace(value).is_none().then_some(());
            if is("host") {
                once(&mut host)?;
            } else if is("content-type") {
                once(&mut content_type)?;
            } else if is("soapaction") {
                once(&mut action)?;
            } else if is("content-length") {
                once(&mut body)?;
            } else if is("accept-encoding") {
                packs |= soap::encoding(std::iter::once(value)) == sluice_wsus::soap::ContentEncoding::Xpress;
            } else if is("connection") {
                value.trim().eq_ignore_ascii_case("keep-alive").then_some(())?;
            } else if is("transfer-encoding") || is("expect") || is("upgrade") || is("te") || is("trailer") {
                return None;
            }
        }
        let body = body.filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))?;
        let body = body.parse().ok().filter(|length| *length <= soap::LARGE)?;
        let content_type = content_type.unwrap_or_default();
        Some(Self { service, path, host: host?, content_type, action, packs, length, body })
    }

    /// Bytes of the whole request.
    pub(super) fn whole(&self) -> usize {
        self.length + self.body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(more: &str) -> String {
        format!("POST /ClientWebService/client.asmx HTTP/1.1\r\nHost: updates.example:8530\r\n{more}\r\n")
    }

    #[test]
    fn what_agents_send_is_read() {
        let text = head(
            "Cache-Control: no-cache\r\nConnection: Keep-Alive\r\nContent-Type: text/xml; charset=utf-8\r\n\
             Accept-Encoding: xpress\r\nSOAPAction: \"x/SyncUpdates\"\r\nContent-Length: 7\r\n",
        );
        let read = Head::read(text.as_bytes()).unwrap();
        assert_eq!((read.service, read.packs, read.body, read.length), (Service::Client, true, 7, text.len()));
        assert_eq!((read.host, read.action), ("updates.example:8530", Some("\"x/SyncUpdates\"")));
        assert_eq!(read.content_type, "text/xml; charset=utf-8");
        assert_eq!(read.whole(), text.len() + 7);
        let other = text.replace("/ClientWebService", "//clientwebservice");
        assert_eq!(Head::read(other.as_bytes()).unwrap().path, "//clientwebservice/client.asmx");
    }

    #[test]
    fn anything_else_is_left_to_hyper() {
        let good = head("Content-Length: 7\r\n");
        assert!(Head::read(good.as_bytes()).is_some());
        for bad in [
            good.replace("POST", "GET"),
            good.replace("POST", "post"),
            good.replace("HTTP/1.1", "HTTP/1.0"),
            good.replace("client.asmx", "other.asmx"),
            good.replace("client.asmx", "client.asmx?x"),
            good.replace("POST /", "POST http://updates.example/"),
            good.replace("Host", "Other"),
            good[..good.len() - 1].to_owned(),
            head(""),
            head("Content-Length: 7\r\nContent-Length: 7\r\n"),
            head("Content-Length: 7\r\nTransfer-Encoding: chunked\r\n"),
            head("Content-Length: 7\r\nExpect: 100-continue\r\n"),
            head("Content-Length: 7\r\nConnection: close\r\n"),
            head("Content-Length: 7\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"),
            head("Content-Length: 7\r\nHost: other\r\n"),
            head("Content-Length: +7\r\n"),
            head("Content-Length: 7, 7\r\n"),
            head("Content-Length: -1\r\n"),
            head("Content-Length: 99999999999999999999999\r\n"),
            head("Content-Length: 262145\r\n"),
            head("Content-Length : 7\r\n"),
            head("Content-Length: 7\r\nA: b\r\n c\r\n"),
            head(&format!("{}Content-Length: 7\r\n", "A: b\r\n".repeat(30))),
        ] {
            assert!(Head::read(bad.as_bytes()).is_none(), "{bad}");
        }
    }
}
