//! What a synchronization round answers (\[MS-WUSP\] 2.2.2.2.4, `SyncInfo`).

use super::limits::MAX_REVISION_IDS;
use super::{Cookie, Deployment};
use crate::soap::{ContentEncoding, Element, Fragment, Reader, SoapError, SoapVersion, Style, XmlWriter};
use crate::xpress::XpressError;

/// An update that is new to a client, or whose deployment changed.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateInfo<'a> {
    /// The revision id on this server.
    pub id: i32,
    /// What to do with it. `None` only in answers of broken servers: agents fail the scan.
    pub deployment: Option<Deployment>,
    /// Whether no other update of the catalog has it as a prerequisite.
    pub is_leaf: bool,
    /// The Core fragment; absent for changed updates.
    pub xml: Option<Fragment<'a>>,
}

impl<'a> UpdateInfo<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, SoapError> {
        let mut info = Self { id: 0, deployment: None, is_leaf: false, xml: None };
        reader.children(|reader, element| {
            match element.name() {
                "ID" => reader.set(element, &mut info.id)?,
                "Deployment" => info.deployment = Some(Deployment::read(reader)?),
                "IsLeaf" => reader.set(element, &mut info.is_leaf)?,
                "Xml" => info.xml = Some(reader.fragment()?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(info)
    }

    pub(super) fn write(&self, out: &mut XmlWriter) {
        out.element("UpdateInfo", |out| {
            out.int("ID", self.id);
            if let Some(deployment) = &self.deployment {
                deployment.write(out);
            }
            out.bool("IsLeaf", self.is_leaf);
            if let Some(xml) = &self.xml {
                out.fragment("Xml", xml);
            }
        });
    }
}

/// What goes into the gap of a [`SyncInfo`].
///
/// # Errors
/// None: nothing in it is packed.
pub fn cookie_piece(cookie: &Cookie, encoding: ContentEncoding) -> Result<Vec<u8>, XpressError> {
    let mut out = XmlWriter::new(Style::Wcf, SoapVersion::Soap11, encoding);
    cookie.write("NewCookie", &mut out);
    out.finish()
}

/// What a synchronization round answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SyncInfo<'a> {
    /// Written before the new updates: more of them, as [`UpdatePacker`](super::UpdatePacker) made them. Only
    /// for answers that are packed.
    pub ready_updates: Vec<&'a [u8]>,
    /// Updates the client needs and does not have.
    pub new_updates: Vec<UpdateInfo<'a>>,
    /// Revisions the client has and does not need any more.
    pub out_of_scope_revision_ids: Vec<i32>,
    /// Updates the client has whose deployment or leaf flag changed.
    pub changed_updates: Vec<UpdateInfo<'a>>,
    /// Whether there are more new updates: ask again.
    pub truncated: bool,
    /// The cookie to use from now on.
    pub new_cookie: Option<Cookie>,
    /// Written: in place of the cookie a gap, into which [`cookie_piece`] fits.
    pub cookie_gap: bool,
    /// Of the revisions out of scope, those that are still deployed but outside the category filter.
    pub deployed_out_of_scope_revision_ids: Vec<i32>,
    /// Whether a driver pass would find nothing. Only for clients of protocol 1.7 and newer.
    pub driver_sync_not_needed: Option<bool>,
}

impl<'a> SyncInfo<'a> {
    /// Reads the children of the current element.
    ///
    /// # Errors
    /// [`SoapError`] if a value is not of its type or an array too long.
    pub fn read(reader: &mut Reader<'a>, _element: &Element<'a>) -> Result<Self, SoapError> {
        let mut info = Self::default();
        reader.children(|reader, element| {
            let updates = |reader: &mut Reader<'a>, updates: &mut Vec<UpdateInfo<'a>>| {
                reader.items(element, MAX_REVISION_IDS, updates, |reader, _| UpdateInfo::read(reader).map(Some))
            };
            match element.name() {
                "NewUpdates" => updates(reader, &mut info.new_updates)?,
                "OutOfScopeRevisionIDs" => {
                    reader.ints(element, MAX_REVISION_IDS, &mut info.out_of_scope_revision_ids)?;
                }
                "ChangedUpdates" => updates(reader, &mut info.changed_updates)?,
                "Truncated" => reader.set(element, &mut info.truncated)?,
                "NewCookie" => info.new_cookie = Cookie::read(reader, element)?,
                "DeployedOutOfScopeRevisionIds" => {
                    reader.ints(element, MAX_REVISION_IDS, &mut info.deployed_out_of_scope_revision_ids)?;
                }
                "DriverSyncNotNeeded" => info.driver_sync_not_needed = reader.value_if_valid(element)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(info)
    }

    /// Writes an element `name`.
    pub fn write(&self, name: &str, out: &mut XmlWriter) {
        out.element(name, |out| {
            if self.ready_updates.is_empty() {
                out.array("NewUpdates", &self.new_updates, |out, update| update.write(out));
            } else {
                out.element("NewUpdates", |out| {
                    self.ready_updates.iter().for_each(|blocks| out.ready(blocks));
                    self.new_updates.iter().for_each(|update| update.write(out));
                });
            }
            out.ints("OutOfScopeRevisionIDs", &self.out_of_scope_revision_ids);
            out.array("ChangedUpdates", &self.changed_updates, |out, update| update.write(out));
            out.bool("Truncated", self.truncated);
            if self.cookie_gap {
                out.leave_gap();
            } else {
                Cookie::write_optional(self.new_cookie.as_ref(), "NewCookie", out);
            }
            out.ints("DeployedOutOfScopeRevisionIds", &self.deployed_out_of_scope_revision_ids);
            if let Some(not_needed) = self.driver_sync_not_needed {
                out.bool("DriverSyncNotNeeded", not_needed);
            }
        });
    }
}
