//! DownloadFiles: files that a server missed under `/Content` (\[MS-WSUSSS\] 3.1.4.11).

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use sluice_content::ContentName;

use super::fault::{ServerFault, ServerResult};
use crate::error::chain;
use crate::site::Site;

/// Most digests in one request (protocols.md §9).
const MAX_DIGESTS: usize = 100;

impl Site {
    /// A server needs files that it did not find here. They are fetched, if there is anywhere to
    /// fetch them from; the server tries again later.
    ///
    /// # Errors
    /// Those of the cookie; `InvalidParameters` for none, too many, or what is no SHA-1;
    /// `FileDigestsMissing` for files that no update here has.
    pub async fn downstream_download(&self, cookie: &[u8], digests: &[Vec<u8>]) -> ServerResult<()> {
        self.open_server(cookie)?;
        if digests.is_empty() || digests.len() > MAX_DIGESTS {
            return Err(ServerFault::InvalidParameters("fileDigestList"));
        }
        let view = self.windows.views.load();
        let mut wanted: Vec<ContentName> = Vec::new();
        let mut missing: Vec<String> = Vec::new();
        for digest in digests {
            let sha1 = digest.as_slice().try_into().map_err(|_| ServerFault::InvalidParameters("fileDigestList"))?;
            match view.files().find(view.catalog(), &sha1) {
                Some(file) => wanted.push(ContentName::of_file(sha1, &file.name)),
                None => missing.push(BASE64_STANDARD.encode(digest)),
            }
        }
        for name in wanted {
            // Whatever is asked for and not here is fetched; whether that goes well the server sees
            // when it tries again.
            if let Err(error) = self.content_file(&name).await {
                tracing::warn!(error = chain(&error), "a file that a downstream server asks for cannot be looked for");
            }
        }
        if missing.is_empty() { Ok(()) } else { Err(ServerFault::FileDigestsMissing(missing.join("|"))) }
    }
}
