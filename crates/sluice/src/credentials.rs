//! The file that lets the command line on the same machine manage the site without questions:
//! address and API token, readable by its owner only.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sluice_site::{Caller, Role, Site};

use crate::data_directory::{make_private, write_private};
use crate::environment::state_directory;

/// What the file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// Address of the administrators' listener.
    pub url: String,
    /// API token.
    pub token: String,
    /// PEM file of the authority the listener's certificate chains to, when it speaks TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
}

/// Where it is unless told otherwise.
#[must_use]
pub fn default_path() -> PathBuf {
    state_directory().join("cli.json")
}

/// Reads a file; `None` when there is none.
pub fn read(path: &Path) -> anyhow::Result<Option<Credentials>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Makes sure that the file works for this site and its address: a token that the site does not
/// know any more is replaced.
pub async fn provide(site: &Site, url: &str, ca: Option<PathBuf>, path: &Path) -> anyhow::Result<()> {
    let held = read(path).ok().flatten();
    if let Some(held) = &held
        && site.token_caller(&held.token).await.is_ok()
    {
        let wanted = Credentials { url: url.to_owned(), token: held.token.clone(), ca };
        return if *held == wanted { Ok(()) } else { save(path, &wanted) };
    }
    let system = Caller::system();
    let name = "command line on this machine";
    for old in site.list_tokens(&system).await?.into_iter().filter(|t| t.name == name) {
        site.revoke_token(&system, old.id).await?;
    }
    let (_, token) = site.create_token(&system, name, Role::Administrator, None).await?;
    save(path, &Credentials { url: url.to_owned(), token, ca })
}

fn save(path: &Path, credentials: &Credentials) -> anyhow::Result<()> {
    if let Some(directory) = path.parent() {
        make_private(directory)?;
    }
    write_private(path, serde_json::to_string_pretty(credentials)?.as_bytes())
}
