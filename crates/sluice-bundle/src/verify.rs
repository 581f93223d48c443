//! Reading a bundle to its end without doing anything with it.

use std::io::{self, Read};

use crate::error::BundleError;
use crate::header::Header;
use crate::key::PublicKey;
use crate::payload::{AcceptedLicence, DeclinedUpdate, ids_from_bytes};
use crate::reader::BundleReader;
use crate::record::{Head, Record};
use crate::trailer::Counts;

/// A bundle that is whole and what its signer wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What it is.
    pub header: Header,
    /// Who signed it.
    pub signer: PublicKey,
    /// What is in it.
    pub counts: Counts,
    /// The hash of all of it, which its end signs.
    pub hash: [u8; 32],
    /// Its bytes.
    pub size: u64,
}

/// Reads a bundle to its end: signer, hashes, sizes, digests, that every payload can be unpacked and
/// read. A document's text is not looked into. Takes memory for a frame and a list.
///
/// # Errors
/// When anything is not as it was written.
pub fn verify(reader: impl Read, trusted: &[PublicKey]) -> Result<Verified, BundleError> {
    verify_rest(BundleReader::open(reader, trusted)?)
}

/// [`verify`], after somebody looked at the header.
///
/// # Errors
/// When anything is not as it was written.
pub fn verify_rest(mut reader: BundleReader<impl Read>) -> Result<Verified, BundleError> {
    while let Some(record) = reader.next_record()? {
        let position = reader.position();
        let readable = match &record.head {
            Head::Document { .. } | Head::File { .. } => pass(&mut reader, &record)?,
            Head::Collection { .. } | Head::Settings { .. } => true,
            Head::Group { .. } | Head::Deployment(_) | Head::Selection {} => {
                ids_from_bytes(&reader.plain_bytes(&record)?).is_some()
            }
            Head::Declined {} => serde_json::from_slice::<Vec<DeclinedUpdate>>(&reader.plain_bytes(&record)?).is_ok(),
            Head::Licences {} => serde_json::from_slice::<Vec<AcceptedLicence>>(&reader.plain_bytes(&record)?).is_ok(),
        };
        if !readable {
            return Err(BundleError::Damaged { position, what: "a list cannot be read".to_owned() });
        }
    }
    Ok(Verified {
        header: reader.header().clone(),
        signer: reader.signer(),
        counts: reader.counts(),
        hash: reader.hash(),
        size: reader.position(),
    })
}

fn pass<R: Read>(reader: &mut BundleReader<R>, record: &Record) -> Result<bool, BundleError> {
    reader.plain(record, |plain| drop(io::copy(plain, &mut io::sink()))).map(|()| true)
}
