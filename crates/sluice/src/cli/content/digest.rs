//! What a file is: by its name, or by reading it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};
use sluice_content::ContentName;

/// Bytes read at a time.
const PIECE: usize = 256 << 10;

/// The name a file has on the site. One that is called as on a WSUS is believed, as the site checks
/// it anyway; others are read.
pub(super) fn name_of(path: &Path) -> io::Result<ContentName> {
    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if let Some(name) = ContentName::parse(&file_name) {
        return Ok(name);
    }
    let mut file = File::open(path)?;
    let mut digest = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => digest.update(piece.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let mut sha1 = [0; 20];
    sha1.copy_from_slice(digest.finish().as_ref());
    Ok(ContentName::of_file(sha1, &file_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_names_or_content() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("Update.CAB");
        std::fs::write(&path, "abc").unwrap();
        assert_eq!(name_of(&path).unwrap().to_string(), "A9993E364706816ABA3E25717850C26C9CD0D89D.cab");
        // Not read: it is not even there.
        let named = directory.path().join("a379d5526fb3a7a0423da1cd7fc3182a8d448449.exe");
        assert_eq!(name_of(&named).unwrap().to_string(), "A379D5526FB3A7A0423DA1CD7FC3182A8D448449.exe");
        assert!(name_of(&directory.path().join("absent")).is_err());
    }
}
