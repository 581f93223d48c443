//! What a Windows update consists of.

use serde::{Deserialize, Serialize};
use sluice_site::updates::WindowsUpdate as Detail;
use utoipa::ToSchema;

use crate::api::words::Severity;

/// What a Windows update consists of.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
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
    /// What there is to download, its members' files included; devices take a part of it.
    pub files: Vec<WindowsFile>,
    /// How many files there are; `files` ends at 1000.
    pub file_count: u64,
    /// Most bytes to download, by the publisher; it counts files that no device fetches.
    pub max_download_size: Option<u64>,
}

/// A file of a Windows update.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WindowsFile {
    /// Name.
    pub name: String,
    /// Size, bytes.
    pub size: u64,
    /// SHA-1, hexadecimal: its name on servers.
    pub sha1: String,
    /// SHA-256, hexadecimal; null in old metadata.
    pub sha256: Option<String>,
    /// It is an express file, of which devices take only what they lack.
    pub express: bool,
}

impl From<Detail> for WindowsUpdate {
    fn from(detail: Detail) -> Self {
        let file = |file: sluice_model::WindowsFile| WindowsFile {
            express: file.is_express(),
            name: file.name,
            size: file.size,
            sha1: hex::encode(file.sha1),
            sha256: file.sha256.map(hex::encode),
        };
        Self {
            driver: detail.driver,
            articles: detail.articles,
            severity: detail.severity.map(Into::into),
            uninstallable: detail.uninstallable,
            members: detail.members,
            files: detail.files.into_iter().map(file).collect(),
            file_count: detail.file_count,
            max_download_size: detail.max_download_size,
        }
    }
}
