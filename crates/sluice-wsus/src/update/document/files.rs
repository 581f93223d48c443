//! The `Files` section ([MS-WUSP] note 26).

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::super::error::UpdateError;
use super::super::limits::MAX_FILES;
use super::super::time::timestamp;
use super::super::xml::{Cursor, Tag, flag, unescape};

/// One file of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File<'a> {
    /// Name without folder.
    pub name: Cow<'a, str>,
    /// Bytes; exact, as agents ask for ranges by it.
    pub size: u64,
    /// When it was changed.
    pub modified: Option<Timestamp>,
    /// SHA-1: the name of the file in requests and on servers.
    pub sha1: [u8; 20],
    /// SHA-256, which newer metadata has as well: what to verify by.
    pub sha256: Option<[u8; 32]>,
    /// `SelfContained`, `Express`, …
    pub patching_type: Option<Cow<'a, str>>,
    /// Encrypted on Microsoft's servers.
    pub encrypted: bool,
}

pub(super) fn files<'a>(cursor: &mut Cursor<'a>, tag: &Tag<'a>) -> Result<Vec<File<'a>>, UpdateError> {
    let mut files = Vec::new();
    while let Some(child) = cursor.child(tag)? {
        if !child.is("File") {
            cursor.pass(&child)?;
            continue;
        }
        if files.len() == MAX_FILES {
            return Err(UpdateError::TooMany { what: "files", limit: MAX_FILES, position: child.start });
        }
        files.push(file(cursor, &child)?);
    }
    Ok(files)
}

/// Reads a `File` or `EulaFile`, which have the same attributes.
pub(super) fn file<'a>(cursor: &mut Cursor<'a>, tag: &Tag<'a>) -> Result<File<'a>, UpdateError> {
    const SIZE: &str = "File/@Size";
    const DIGEST: &str = "File/@Digest";
    let (mut size, mut digest, mut name) = (None, None, None);
    let (mut modified, mut patching_type, mut encrypted) = (None, None, false);
    for (attribute, raw) in tag.attributes() {
        match attribute {
            "Size" => size = Some(unescape(raw)),
            "Digest" => digest = Some(unescape(raw)),
            // The schema allows SHA1 alone.
            "DigestAlgorithm" if !raw.eq_ignore_ascii_case("SHA1") => {
                return Err(UpdateError::value("File/@DigestAlgorithm", raw, tag.start));
            }
            "FileName" => name = Some(unescape(raw)),
            "Modified" => modified = timestamp(&unescape(raw)),
            "PatchingType" => patching_type = Some(unescape(raw)),
            "IsEncrypted" => encrypted = flag(raw).unwrap_or_default(),
            _ => {}
        }
    }
    let missing = |what| UpdateError::Missing { what, position: tag.start };
    let size = size.ok_or_else(|| missing(SIZE))?;
    let digest = digest.ok_or_else(|| missing(DIGEST))?;
    Ok(File {
        name: name.ok_or_else(|| missing("File/@FileName"))?,
        size: size.trim().parse().map_err(|_| UpdateError::value(SIZE, &size, tag.start))?,
        modified,
        sha1: decode(&digest).ok_or_else(|| UpdateError::value(DIGEST, &digest, tag.start))?,
        patching_type,
        encrypted,
        sha256: additional_digest(cursor, tag)?,
    })
}

fn additional_digest<'a>(cursor: &mut Cursor<'a>, tag: &Tag<'a>) -> Result<Option<[u8; 32]>, UpdateError> {
    let mut sha256 = None;
    while let Some(child) = cursor.child(tag)? {
        if child.is("AdditionalDigest")
            && child.raw("Algorithm").is_some_and(|algorithm| algorithm.eq_ignore_ascii_case("SHA256"))
        {
            let text = cursor.text(&child)?;
            let digest = decode(&text).ok_or_else(|| UpdateError::value("AdditionalDigest", &text, child.start))?;
            sha256 = Some(digest);
        } else {
            cursor.pass(&child)?;
        }
    }
    Ok(sha256)
}

fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut digest = [0; N];
    // Room for the longest encoding the decoder may need space for.
    let mut buffer = [0; 64];
    let text = text.trim();
    let length = STANDARD.decode_slice(text, &mut buffer).ok().filter(|length| *length == N)?;
    digest.copy_from_slice(buffer.get(..length)?);
    Some(digest)
}
