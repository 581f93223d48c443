//! Updates of an answer that are packed before the answer is put together.

use super::{UpdateData, UpdateInfo};
use crate::soap::{ContentEncoding, SoapVersion, Style, XmlWriter};
use crate::xpress::XpressError;

/// Packs runs of updates into Xpress blocks of their own, which go into answers as they are
/// ([`SyncInfo::ready_updates`](super::SyncInfo), `GetExtendedUpdateInfoResponse::ready_updates`).
pub struct UpdatePacker {
    out: XmlWriter,
}

impl Default for UpdatePacker {
    fn default() -> Self {
        Self::new()
    }
}

impl UpdatePacker {
    /// A packer; worth keeping for several runs.
    #[must_use]
    pub fn new() -> Self {
        Self { out: XmlWriter::new(Style::Wcf, SoapVersion::Soap11, ContentEncoding::Xpress) }
    }

    /// New updates of a synchronization round.
    ///
    /// # Errors
    /// [`XpressError`] if a fragment has damaged blocks.
    pub fn pack(&mut self, updates: &[UpdateInfo<'_>]) -> Result<Vec<u8>, XpressError> {
        updates.iter().for_each(|update| update.write(&mut self.out));
        self.out.take()
    }

    /// More about updates.
    ///
    /// # Errors
    /// [`XpressError`] if a fragment has damaged blocks.
    pub fn pack_data(&mut self, updates: &[UpdateData<'_>]) -> Result<Vec<u8>, XpressError> {
        updates.iter().for_each(|update| update.write(&mut self.out));
        self.out.take()
    }
}
