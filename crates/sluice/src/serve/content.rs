//! Where the site keeps the files of updates.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use sluice_content::{ContentStore, S3Credentials, S3Location, S3Store};

use super::ServeArgs;
use crate::environment::{SystemClock, variable};

/// Variables of the environment with the keys of a bucket.
const ACCESS_KEY: &str = "SLUICE_CONTENT_ACCESS_KEY";
const SECRET_KEY: &str = "SLUICE_CONTENT_SECRET_KEY";
const SESSION_TOKEN: &str = "SLUICE_CONTENT_SESSION_TOKEN";

/// Opens the directory, or the bucket with the directory as the place of what is unfinished. A
/// bucket that cannot be reached stops nothing: the site serves what it can and says so.
pub(super) async fn open(args: &ServeArgs, directory: &Path) -> anyhow::Result<ContentStore> {
    let directory = directory.to_owned();
    let Some(url) = args.content_url.as_deref() else {
        let opened = tokio::task::spawn_blocking(move || ContentStore::open(&directory)).await?;
        return opened.context("opening the content directory");
    };
    let location = S3Location::parse(url).context("reading --content-url")?;
    let credentials = credentials(args.content_credentials.as_deref())?;
    let runtime = tokio::runtime::Handle::current();
    let bucket = S3Store::new(location, &credentials, Arc::new(SystemClock::read), runtime)?;
    let opened = tokio::task::spawn_blocking(move || {
        let store = ContentStore::open_bucket(&directory, bucket)?;
        if let Err(error) = store.refresh() {
            let error = sluice_site::error::chain(&error);
            tracing::error!(place = store.title(), error, "the content store cannot be read; it is tried again hourly");
        }
        Ok::<_, sluice_content::ContentError>(store)
    });
    opened.await?.context("opening the content directory")
}

/// The keys, from a file or the environment.
fn credentials(file: Option<&Path>) -> anyhow::Result<S3Credentials> {
    let Some(path) = file else {
        let needed = |name| variable(name).with_context(|| format!("--content-url needs {name} in the environment"));
        return Ok(S3Credentials {
            access_key: needed(ACCESS_KEY)?,
            secret_key: needed(SECRET_KEY)?,
            session_token: variable(SESSION_TOKEN),
        });
    };
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    parse(&text).with_context(|| format!("reading {}", path.display()))
}

/// Lines `access_key = …`, `secret_key = …` and, if there is one, `session_token = …`. Errors never
/// show what a line holds.
fn parse(text: &str) -> anyhow::Result<S3Credentials> {
    let (mut access, mut secret, mut session) = (None, None, None);
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once('=').with_context(|| format!("line {number} is not `name = value`"))?;
        let place = match key.trim() {
            "access_key" => &mut access,
            "secret_key" => &mut secret,
            "session_token" => &mut session,
            _ => anyhow::bail!("line {number} names neither access_key, secret_key nor session_token"),
        };
        *place = Some(value.trim().to_owned());
    }
    Ok(S3Credentials {
        access_key: access.context("it has no access_key")?,
        secret_key: secret.context("it has no secret_key")?,
        session_token: session,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_and_never_shown() {
        let keys = parse("# a comment\naccess_key = AK\n secret_key=s=cret \n").unwrap();
        assert_eq!(
            (keys.access_key.as_str(), keys.secret_key.as_str(), keys.session_token.is_none()),
            ("AK", "s=cret", true)
        );
        assert!(!format!("{keys:?}").contains("cret"));
        for (text, message) in [
            ("access_key = AK", "it has no secret_key"),
            ("secret\n", "line 1 is not `name = value`"),
            ("\nsecrets = x\n", "line 2 names neither access_key, secret_key nor session_token"),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), message);
        }
    }
}
