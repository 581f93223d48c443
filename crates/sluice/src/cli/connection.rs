//! Which site is asked, and with which token: flags over environment over credentials file.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;

use super::error::CliError;
use super::terminal::Terminal;

/// How to reach the site.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Site and output")]
pub struct Connection {
    /// Address of the site, e.g. https://updates.example.org:8443.
    #[arg(long, global = true, env = "SLUICE_URL", hide_env_values = true, value_name = "URL")]
    pub url: Option<String>,
    /// API token; better in the environment or the credentials file than here.
    #[arg(long, global = true, env = "SLUICE_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub token: Option<String>,
    /// Credentials file (JSON with `url`, `token` and, if needed, `ca`), instead of the one that
    /// `sluice serve` and `sluice quickstart` write for their own machine.
    #[arg(long, global = true, env = "SLUICE_CONFIG", hide_env_values = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print the API's JSON instead of text.
    #[arg(long, global = true)]
    pub json: bool,
}

/// What the site is reached with.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Address.
    pub url: String,
    /// API token.
    pub token: Option<String>,
    /// PEM file of the authority to trust, instead of the system's.
    pub ca: Option<PathBuf>,
}

/// The credentials file.
#[derive(Deserialize)]
struct File {
    url: String,
    token: String,
    #[serde(default)]
    ca: Option<PathBuf>,
}

impl Connection {
    /// The credentials in force.
    pub(super) fn credentials(&self, terminal: &Terminal) -> Result<Credentials, CliError> {
        let file = self.file(terminal)?;
        // A token is for one site: it never goes to another one than its own.
        let same_site = |file: &File| self.url.as_ref().is_none_or(|url| same(url, &file.url));
        let file = file.filter(same_site);
        let (file_url, file_token, ca) =
            file.map_or((None, None, None), |file| (Some(file.url), Some(file.token), file.ca));
        let url = self.url.clone().or(file_url).ok_or_else(no_site)?;
        Ok(Credentials { url, token: self.token.clone().or(file_token), ca })
    }

    fn file(&self, terminal: &Terminal) -> Result<Option<File>, CliError> {
        if let Some(path) = &self.config {
            return read(path).map(Some);
        }
        let path = &terminal.credentials;
        if path.exists() { read(path).map(Some) } else { Ok(None) }
    }
}

fn same(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

fn no_site() -> CliError {
    CliError::usage(
        "no site is named, and no credentials file of a site on this machine was found",
        "Start one with `sluice quickstart`, or give --url and --token (SLUICE_URL, SLUICE_TOKEN).",
    )
}

fn read(path: &Path) -> Result<File, CliError> {
    let what = || format!("the credentials file {} cannot be used", path.display());
    let text = std::fs::read_to_string(path)
        .map_err(|error| CliError::failed(what(), error.to_string(), "Run as the user whose site it is."))?;
    serde_json::from_str(&text).map_err(|error| {
        let hint = "It holds {\"url\": …, \"token\": …, \"ca\": …}; the site writes it anew when it starts.";
        CliError::failed(what(), error.to_string(), hint)
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    use super::*;

    fn terminal(credentials: &Path) -> Terminal {
        Terminal {
            credentials: credentials.to_owned(),
            columns: None,
            colour: false,
            error_terminal: false,
            zone: TimeZone::UTC,
            now: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn flags_win_and_tokens_stay_with_their_site() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cli.json");
        let terminal = terminal(&path);
        let flags = |url: Option<&str>, token: Option<&str>| Connection {
            url: url.map(str::to_owned),
            token: token.map(str::to_owned),
            ..Connection::default()
        };
        assert_eq!(flags(None, None).credentials(&terminal).err().unwrap().code, 2);

        std::fs::write(&path, r#"{"url":"http://127.0.0.1:8480","token":"t1"}"#).unwrap();
        let get = |url, token| {
            let found = flags(url, token).credentials(&terminal).unwrap();
            (found.url, found.token)
        };
        let token = |text: &str| Some(text.to_owned());
        assert_eq!(get(None, None), ("http://127.0.0.1:8480".to_owned(), token("t1")));
        assert_eq!(get(None, Some("t2")), ("http://127.0.0.1:8480".to_owned(), token("t2")));
        assert_eq!(get(Some("http://127.0.0.1:8480/"), None).1, token("t1"));
        assert_eq!(get(Some("https://other.example"), None), ("https://other.example".to_owned(), None));

        std::fs::write(&path, "{").unwrap();
        assert_eq!(flags(None, None).credentials(&terminal).err().unwrap().code, 1);
    }
}
