//! The signed Release of a suite: fetched, verified, judged.

use jiff::Timestamp;
use sluice_packages::deb::release::{
    MAX_RELEASE_LEN, Release, ValidityError, ValidityPolicy, ValidityWarning, check_validity,
};
use sluice_packages::openpgp::{KeyPin, Keyring, Verifier};

use super::super::error::SyncError;
use super::super::fetch::{FetchError, Fetched, Validators};
use super::{Run, suite_url};
use crate::sources::{AptKeyring, AptSource};

/// What is remembered of an accepted Release.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct ReleaseMemory {
    /// For conditional requests.
    pub(super) validators: Validators,
    /// `InRelease` or `Release`.
    pub(super) file: String,
    /// SHA-256 of the signed text, hexadecimal.
    pub(super) sha256: String,
    /// Its `Date`, seconds since 1970: nothing older is accepted.
    pub(super) date: Option<i64>,
    /// Its `Valid-Until`, seconds since 1970: an attacker who withholds news must not do so for ever.
    #[serde(default)]
    pub(super) valid_until: Option<i64>,
    /// SHA-256 of the source's settings it was accepted under, hexadecimal.
    #[serde(default)]
    pub(super) config: String,
}

/// The outcome.
pub(super) enum Outcome {
    /// As remembered, and still valid.
    Unchanged { warnings: Vec<String> },
    /// A Release to work with.
    Accepted { release: Box<Release>, memory: ReleaseMemory, warnings: Vec<String> },
}

/// Fetches and verifies. With `memory`, a Release that is as remembered ends it.
pub(super) async fn fetch(run: &Run<'_>, memory: Option<&ReleaseMemory>, delta: bool) -> Result<Outcome, SyncError> {
    let source = run.source;
    let known = memory.filter(|_| delta);
    let inline = format!("{}/InRelease", suite_url(source));
    let validators = known.filter(|m| m.file == "InRelease").map(|m| &m.validators);
    let unchanged = |url: &str| {
        let warnings = still_valid(run, known, url)?;
        Ok(Outcome::Unchanged { warnings })
    };
    let (text, validators, file, url) = match run.get(&inline, validators, MAX_RELEASE_LEN as u64).await {
        Ok(Fetched::NotModified) => return unchanged(&inline),
        Ok(Fetched::File { bytes, validators }) => {
            let keyring = keyring(&source.keyring).await?;
            let pins = pins(source)?;
            let now = run.site.now();
            let verified = Verifier::new(&keyring, now).pinned_to(&pins).verify_inline(&bytes);
            let verified = verified.map_err(|source| SyncError::Signature { url: inline.clone(), source })?;
            (verified.text.into_owned(), validators, "InRelease", inline)
        }
        Err(error) if error.is_missing() => match detached(run, known).await? {
            None => return unchanged(&format!("{}/Release", suite_url(source))),
            Some((text, validators, url)) => (text, validators, "Release", url),
        },
        Err(error) => return Err(error.into()),
    };
    let sha256 = crate::digest::sha256_hex(&text);
    if known.is_some_and(|m| m.sha256 == sha256) {
        return unchanged(&url);
    }
    let release = Release::parse(&text).map_err(|source| SyncError::Release { url: url.clone(), source })?;
    let policy = ValidityPolicy {
        check_valid_until: source.check_valid_until,
        check_date: source.check_date,
        ..ValidityPolicy::default()
    };
    let last = memory.and_then(|m| m.date).and_then(|s| Timestamp::from_second(s).ok());
    let warnings = check_validity(&release, last, run.site.now(), &policy)
        .map_err(|source| SyncError::Validity { url: url.clone(), source })?;
    let memory = ReleaseMemory {
        validators,
        file: file.into(),
        sha256,
        date: release.date.map(Timestamp::as_second),
        valid_until: release.valid_until.map(Timestamp::as_second),
        config: String::new(),
    };
    let mut warnings: Vec<_> = warnings.iter().map(|w| format!("{url}: {w}")).collect();
    warnings.extend(other_suite(&release, &source.suite).map(|warning| format!("{url}: {warning}")));
    Ok(Outcome::Accepted { release: Box::new(release), memory, warnings })
}

/// A well signed Release of another suite: a mistake in the source, or a mirror that mixes them up.
/// A warning, as with apt: small archives do not name their suites.
fn other_suite(release: &Release, asked: &str) -> Option<String> {
    let names: Vec<&str> = [&release.suite, &release.codename].into_iter().flatten().map(String::as_str).collect();
    // `bookworm/updates` calls itself `bookworm` or `bookworm-security`.
    let base = asked.split('/').next().unwrap_or(asked);
    let fits = names.iter().any(|name| *name == asked || name.starts_with(base));
    let what = || format!("it calls itself {}, but the source asks for {asked}", names.join(" and "));
    (!names.is_empty() && !fits).then(what)
}

/// Judges a Release that is as remembered: its time may be over by now.
fn still_valid(run: &Run<'_>, memory: Option<&ReleaseMemory>, url: &str) -> Result<Vec<String>, SyncError> {
    let until = memory.and_then(|m| m.valid_until).and_then(|s| Timestamp::from_second(s).ok());
    let Some(valid_until) = until.filter(|until| *until < run.site.now()) else { return Ok(Vec::new()) };
    let expired = ValidityError::Expired { valid_until };
    if run.source.check_valid_until {
        return Err(SyncError::Validity { url: url.to_owned(), source: expired });
    }
    Ok(vec![format!("{url}: {}", ValidityWarning(expired))])
}

/// `Release` with `Release.gpg`, for archives without `InRelease`. `None`: not modified.
async fn detached(
    run: &Run<'_>,
    known: Option<&ReleaseMemory>,
) -> Result<Option<(Vec<u8>, Validators, String)>, SyncError> {
    let source = run.source;
    let url = format!("{}/Release", suite_url(source));
    let validators = known.filter(|m| m.file == "Release").map(|m| &m.validators);
    let (release, validators) = match run.get(&url, validators, MAX_RELEASE_LEN as u64).await? {
        Fetched::NotModified => return Ok(None),
        Fetched::File { bytes, validators } => (bytes, validators),
    };
    let signature = match run.get(&format!("{url}.gpg"), None, MAX_RELEASE_LEN as u64).await {
        Ok(Fetched::File { bytes, .. }) => bytes,
        Ok(Fetched::NotModified) => return Err(SyncError::Unsigned { url }),
        Err(error @ FetchError::Status { .. }) if error.is_missing() => return Err(SyncError::Unsigned { url }),
        Err(error) => return Err(error.into()),
    };
    let keyring = keyring(&source.keyring).await?;
    let pins = pins(source)?;
    let now = run.site.now();
    let verified = Verifier::new(&keyring, now).pinned_to(&pins).verify_detached(&release, &signature);
    let verified = verified.map_err(|source| SyncError::Signature { url: url.clone(), source })?;
    Ok(Some((verified.text.into_owned(), validators, url)))
}

fn pins(source: &AptSource) -> Result<Vec<KeyPin>, SyncError> {
    Ok(source.fingerprints.iter().map(|text| KeyPin::parse(text)).collect::<Result<_, _>>()?)
}

async fn keyring(keyring: &AptKeyring) -> Result<Keyring, SyncError> {
    let parse = |path: &str, bytes: &[u8]| {
        Keyring::from_bytes(bytes).map_err(|source| SyncError::Keyring { path: path.to_owned(), source })
    };
    let mut all: Option<Keyring> = None;
    match keyring {
        AptKeyring::Inline(text) => all = Some(parse("in the source itself", text.as_bytes())?),
        AptKeyring::Files(paths) => {
            for path in paths {
                let bytes = tokio::fs::read(path).await;
                let bytes = bytes.map_err(|source| SyncError::KeyringFile { path: path.clone(), source })?;
                let keys = parse(path, &bytes)?;
                match &mut all {
                    Some(all) => all.add(keys),
                    None => all = Some(keys),
                }
            }
        }
    }
    all.filter(|k| !k.is_empty()).ok_or(SyncError::NoKeys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_of_another_suite_is_noticed() {
        let warning = |suite: &str, codename: &str, asked: &str| {
            let text = format!("Suite: {suite}\nCodename: {codename}\nSHA256:\n");
            other_suite(&Release::parse(text.as_bytes()).unwrap(), asked)
        };
        assert_eq!(warning("oldstable", "bookworm", "bookworm"), None);
        assert_eq!(warning("oldstable", "bookworm", "oldstable"), None);
        assert_eq!(warning("oldstable-security", "bookworm-security", "bookworm/updates"), None);
        assert_eq!(warning("noble-security", "noble", "noble-security"), None);
        let warning = warning("oldstable", "bookworm", "trixie").unwrap();
        assert_eq!(warning, "it calls itself oldstable and bookworm, but the source asks for trixie");
        assert_eq!(other_suite(&Release::parse(b"SHA256:\n").unwrap(), "stable"), None);
    }
}
