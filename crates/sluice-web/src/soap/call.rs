//! A message to a service, however it came.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use sluice_site::Site;
use sluice_site::windows::{AskedBytes, Recalled, Recipient};
use sluice_wsus::messages::client::Outline;
use sluice_wsus::messages::shared::{Cookie, cookie_piece};
use sluice_wsus::soap::{ContentEncoding, SoapAction, SoapVersion};

use super::ask::{self, Answer, Ask, Asked, Failure, Writing};
use super::convert::issued;
use super::parse::{self, Parsed, Refused};
use super::reply::Reply;
use super::{Exposure, Service, fault};

/// What is around a message.
pub(crate) struct Call<'a> {
    pub(crate) site: &'a Arc<Site>,
    pub(crate) exposure: Exposure,
    pub(crate) service: Service,
    pub(crate) path: &'a str,
    pub(crate) peer: IpAddr,
    /// `Host` of the request.
    pub(crate) host: Option<&'a str>,
    /// `Content-Type`; empty: none.
    pub(crate) content_type: &'a str,
    /// `SOAPAction`.
    pub(crate) action: Option<&'a str>,
    pub(crate) encoding: ContentEncoding,
}

impl Call<'_> {
    /// The answer to a message that was answered before, at once. `None`: it has to be read.
    pub(crate) fn recall(&self, message: &[u8]) -> Option<Reply> {
        let outline = self.outline(message)?;
        let root = self.root();
        let asked = AskedBytes { parts: outline.fixed(), root: root.as_bytes() };
        let recipient = Recipient { peer: self.peer, unpacks: self.encoding == ContentEncoding::Xpress };
        let cookie = ask::base64(outline.cookie())?;
        let Recalled { head, tail, cookie } =
            self.site.windows_recall(recipient, &cookie, outline.attributes(), &asked)?;
        let middle = match cookie {
            Some(cookie) => cookie_piece(&issued(cookie), self.encoding).ok()?.into(),
            None => Bytes::new(),
        };
        // Only answers of this version are kept.
        let writing = Writing { version: SoapVersion::Soap11, encoding: self.encoding };
        Some(Reply::success(self.service, writing, Answer { pieces: [head, middle, tail], memory: None }))
    }

    /// The answer to a message; a large one is read off the async threads.
    pub(crate) async fn answer(&self, message: Bytes, large: bool) -> Reply {
        let parsed = parse::parse(self.service, message.clone(), self.content_type, large).await;
        let outline = if large { None } else { self.outline(&message) };
        let root = self.root();
        let asked = outline
            .as_ref()
            .map(|outline| Asked { outline, bytes: AskedBytes { parts: outline.fixed(), root: root.as_bytes() } });
        let ask = |version| Ask {
            site: self.site,
            exposure: self.exposure,
            writing: Writing { version, encoding: self.encoding },
            host: self.host,
            path: self.path,
            peer: self.peer,
            asked: asked.filter(|_| version == SoapVersion::Soap11),
        };
        let (ask, answered, action) = match parsed {
            Ok(Parsed { version, request, action }) => {
                let ask = ask(version);
                let answered = request.answer(&ask).await;
                (ask, answered, action)
            }
            Err(Refused { version, error, action: named }) => {
                let named = named.or_else(|| self.said()).unwrap_or_default();
                (ask(version), Err(Failure::Soap(error)), named)
            }
        };
        match answered {
            Ok(answer) => Reply::success(self.service, ask.writing, answer),
            Err(failure) => fault::reply(&ask, self.service, &action, failure),
        }
    }

    /// What the header says is wanted.
    fn said(&self) -> Option<String> {
        let action = self.action.and_then(SoapAction::parse);
        let action = action.or_else(|| SoapAction::of_content_type(self.content_type))?;
        Some(format!("{}/{}", action.namespace, action.operation))
    }

    /// The message apart from what differs between clients.
    fn outline<'m>(&self, message: &'m [u8]) -> Option<Outline<'m>> {
        let utf8 = parse::charset(self.content_type).is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8"));
        if utf8 && self.service == Service::Client { Outline::find(message) } else { None }
    }

    /// Where content is, for this client: answers with addresses depend on it.
    fn root(&self) -> String {
        ask::content_root(self.site, self.exposure, self.host).unwrap_or_default()
    }
}

/// The cookie of an answer as the piece that fits into it.
pub(super) fn piece(cookie: Option<Cookie>, writing: Writing) -> Result<Bytes, Failure> {
    match cookie {
        Some(cookie) => Ok(cookie_piece(&cookie, writing.encoding).map_err(Failure::Damaged)?.into()),
        None => Ok(Bytes::new()),
    }
}
