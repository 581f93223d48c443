//! GetRevisionIdList (\[MS-WSUSSS\] 3.1.4.5): the identities of all revisions that a downstream server should have. One
//! answer, without pages: 24,509 identities were seen in 3.09 MB.

use super::{IdAndDelta, LanguageAndDelta, SERVICE};
use crate::messages::shared::{Cookie, UpdateIdentity};
use crate::soap::{ContentEncoding, Message, Reader, Service, SoapError, SoapVersion, XmlWriter, write_response_with};
use crate::xpress::XpressError;

/// Which revisions are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerSyncFilter {
    /// The anchor of the last answer to a filter of this kind; empty at first. Opaque: it goes back as it came.
    pub anchor: String,
    /// True: categories, classifications and detectoids, whatever the lists say. False: updates.
    pub get_config: bool,
    /// Whether only languages of WSUS 2 and older are wanted.
    pub get_63_language_only: bool,
    /// Products. Without this and the next everything is meant, with only one of them nothing.
    pub categories: Vec<IdAndDelta>,
    /// Classifications.
    pub classifications: Vec<IdAndDelta>,
    /// Languages; empty: all.
    pub languages: Vec<LanguageAndDelta>,
}

impl ServerSyncFilter {
    fn read(reader: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut filter = Self::default();
        reader.children(|reader, element| {
            match element.name() {
                "Anchor" => filter.anchor = reader.string(element)?,
                "GetConfig" => reader.set(element, &mut filter.get_config)?,
                "Get63LanguageOnly" => reader.set(element, &mut filter.get_63_language_only)?,
                "Categories" => IdAndDelta::read_array(reader, element, &mut filter.categories)?,
                "Classifications" => IdAndDelta::read_array(reader, element, &mut filter.classifications)?,
                "Languages" => LanguageAndDelta::read_array(reader, element, &mut filter.languages)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(filter)
    }

    fn write(&self, out: &mut XmlWriter) {
        out.element("filter", |out| {
            out.text_unless_empty("Anchor", &self.anchor);
            out.bool("GetConfig", self.get_config);
            out.bool("Get63LanguageOnly", self.get_63_language_only);
            IdAndDelta::write_array("Categories", &self.categories, out);
            IdAndDelta::write_array("Classifications", &self.classifications, out);
            LanguageAndDelta::write_array("Languages", &self.languages, out);
        });
    }
}

/// Asks for identities.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetRevisionIdList {
    /// The cookie.
    pub cookie: Option<Cookie>,
    /// Which revisions; `None` if the element was absent.
    pub filter: Option<ServerSyncFilter>,
}

impl Message<'_> for GetRevisionIdList {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetRevisionIdList";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut request = Self::default();
        body.children(|reader, element| {
            match element.name() {
                "cookie" => request.cookie = Cookie::read(reader, element)?,
                "filter" => request.filter = Some(ServerSyncFilter::read(reader)?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(request)
    }

    fn write(&self, out: &mut XmlWriter) {
        Cookie::write_optional(self.cookie.as_ref(), "cookie", out);
        if let Some(filter) = &self.filter {
            filter.write(out);
        }
    }
}

/// The identities. In memory, each is 20 bytes; in the answer, 130.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GetRevisionIdListResponse {
    /// To be given back in the next filter of this kind.
    pub anchor: String,
    /// The revisions. Older revisions of the same update may be among them (C).
    pub new_revisions: Vec<UpdateIdentity>,
}

impl GetRevisionIdListResponse {
    /// The whole answer with the identities of an iterator, so that they need not be collected.
    ///
    /// # Errors
    /// Never in practice: there is no fragment that could be damaged.
    pub fn write_list(
        anchor: &str,
        revisions: impl IntoIterator<Item = UpdateIdentity>,
        version: SoapVersion,
        encoding: ContentEncoding,
    ) -> Result<Vec<u8>, XpressError> {
        write_response_with::<Self>(version, encoding, |out| Self::write_inside(anchor, revisions, out))
    }

    fn write_inside(anchor: &str, revisions: impl IntoIterator<Item = UpdateIdentity>, out: &mut XmlWriter) {
        out.element("GetRevisionIdListResult", |out| {
            out.text("Anchor", anchor);
            UpdateIdentity::write_array("NewRevisions", revisions, out);
        });
    }
}

impl Message<'_> for GetRevisionIdListResponse {
    const SERVICE: Service = SERVICE;
    const ELEMENT: &'static str = "GetRevisionIdListResponse";

    fn read(body: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut response = Self::default();
        body.children(|reader, element| {
            if element.name() != "GetRevisionIdListResult" {
                return Ok(());
            }
            reader.children(|reader, element| {
                match element.name() {
                    "Anchor" => response.anchor = reader.string(element)?,
                    "NewRevisions" => UpdateIdentity::read_array(reader, element, &mut response.new_revisions)?,
                    _ => {}
                }
                Ok(())
            })
        })?;
        Ok(response)
    }

    fn write(&self, out: &mut XmlWriter) {
        Self::write_inside(&self.anchor, self.new_revisions.iter().copied(), out);
    }
}
