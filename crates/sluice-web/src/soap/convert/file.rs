use sluice_site::windows::locations::ContentLocation;
use sluice_wsus::messages::shared::FileLocation;

/// Where files are, below a root. Without a root nothing can be said.
pub(crate) fn locations(root: Option<&str>, files: &[ContentLocation]) -> Vec<FileLocation> {
    let Some(root) = root else { return Vec::new() };
    let location = |file: &ContentLocation| FileLocation {
        file_digest: file.sha1.to_vec(),
        url: format!("{root}{}", file.path),
        ..FileLocation::default()
    };
    files.iter().map(location).collect()
}
