//! What Windows updates consist of.

use sluice_catalog::Catalog;
use sluice_model::{Severity, Update, UpdateKind, WindowsContent, WindowsFile};

/// What a Windows update consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowsUpdate {
    /// It is a device driver.
    pub driver: bool,
    /// Its knowledge base articles: `KB5126052`.
    pub articles: Vec<String>,
    /// Microsoft's rating, when given.
    pub severity: Option<Severity>,
    /// It can be removed again.
    pub uninstallable: bool,
    /// Of a bundle: how many updates it consists of.
    pub members: u64,
    /// Its files and its members', each once; at most 1000.
    pub files: Vec<WindowsFile>,
    /// How many files there are.
    pub file_count: u64,
    /// Most bytes to download, by the publisher.
    pub max_download_size: Option<u64>,
}

/// Files of a Windows update that are listed; some have tens of thousands.
const MAX_FILES: usize = 1_000;

/// Bundles inside bundles that are looked into; real ones have one level.
const MAX_NESTING: usize = 8;

pub(super) fn windows_update(catalog: &Catalog, update: &Update, content: &WindowsContent) -> WindowsUpdate {
    let mut all = vec![content];
    let (mut from, mut members) = (0, 0);
    for depth in 0..MAX_NESTING {
        let level = all.len();
        for at in from..level {
            let bundled = all.get(at).map_or(&[][..], |content| &content.bundled);
            let inside: Vec<_> = bundled.iter().flatten().filter_map(|member| catalog.exact(*member)).collect();
            members += if depth == 0 { inside.len() as u64 } else { 0 };
            let contents = inside.iter().filter_map(|revision| catalog.revision(*revision)?.content.windows());
            all.extend(contents);
        }
        from = level;
    }
    let mut files: Vec<&WindowsFile> = all.iter().flat_map(|content| &content.files).collect();
    files.sort_by(|a, b| (&a.name, a.sha1).cmp(&(&b.name, b.sha1)));
    files.dedup_by_key(|file| file.sha1);
    WindowsUpdate {
        driver: update.kind == UpdateKind::Driver,
        articles: content.articles.iter().map(|number| format!("KB{number}")).collect(),
        severity: content.severity,
        uninstallable: content.uninstallable,
        members,
        file_count: files.len() as u64,
        files: files.into_iter().take(MAX_FILES).cloned().collect(),
        max_download_size: content.max_download_size,
    }
}
