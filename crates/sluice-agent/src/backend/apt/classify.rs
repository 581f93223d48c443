//! What apt's messages mean. They are asked for in the C locale.

use std::collections::BTreeSet;

use crate::backend::{ErrorCode, Failure};
use crate::host::{Capture, Finished};

/// Messages and what they mean; the first that is found decides. Taken from apt's and dpkg's
/// sources and runs of both.
const MESSAGES: &[(&str, ErrorCode)] = &[
    // A full disk causes most of the others.
    ("No space left on device", ErrorCode::DiskFull),
    ("You don't have enough free space", ErrorCode::DiskFull),
    ("not enough space", ErrorCode::DiskFull),
    ("Could not get lock", ErrorCode::Locked),
    ("Unable to acquire the dpkg frontend lock", ErrorCode::Locked),
    ("Unable to lock", ErrorCode::Locked),
    ("is locked by another process", ErrorCode::Locked),
    ("dpkg was interrupted", ErrorCode::BrokenState),
    ("Unmet dependencies. Try", ErrorCode::BrokenState),
    ("--fix-broken install", ErrorCode::BrokenState),
    ("apt-get -f install", ErrorCode::BrokenState),
    ("package cache file is corrupted", ErrorCode::BrokenState),
    ("could not be authenticated", ErrorCode::NotAuthenticated),
    ("There were unauthenticated packages", ErrorCode::NotAuthenticated),
    ("couldn't be verified", ErrorCode::NotAuthenticated),
    ("NO_PUBKEY", ErrorCode::NotAuthenticated),
    ("is not signed", ErrorCode::NotAuthenticated),
    ("signatures were invalid", ErrorCode::NotAuthenticated),
    ("OpenPGP signature verification failed", ErrorCode::NotAuthenticated),
    ("Hash Sum mismatch", ErrorCode::ContentMismatch),
    ("File has unexpected size", ErrorCode::ContentMismatch),
    ("Packages need to be removed but remove is disabled", ErrorCode::WouldRemove),
    ("Essential packages were removed", ErrorCode::WouldRemove),
    ("Held packages were changed", ErrorCode::Held),
    ("was not found", ErrorCode::VersionGone),
    ("Unable to locate package", ErrorCode::VersionGone),
    ("has no installation candidate", ErrorCode::VersionGone),
    ("Packages were downgraded", ErrorCode::UnapprovedChanges),
    // The package itself, before the archives it could not fetch: both end with the same error.
    ("returned an error code", ErrorCode::InstallFailed),
    ("Failed to fetch", ErrorCode::DownloadFailed),
    ("Unable to fetch some archives", ErrorCode::DownloadFailed),
    ("Unable to correct problems", ErrorCode::InstallFailed),
    ("Unable to satisfy dependencies", ErrorCode::InstallFailed),
    ("dpkg: error", ErrorCode::InstallFailed),
];

/// What a text that apt or dpkg wrote on failing means.
pub(super) fn classify(text: &str) -> ErrorCode {
    MESSAGES.iter().find(|(message, _)| text.contains(message)).map_or(ErrorCode::Other, |&(_, code)| code)
}

/// Why a run failed.
pub(super) fn failure(done: &Finished) -> Failure {
    // What apt complains about comes last and weighs most; dpkg's own complaints are in between.
    let complaint = if done.stderr.is_empty() { &done.stdout } else { &done.stderr };
    let code = match classify(complaint) {
        ErrorCode::Other => classify(&done.stdout),
        code => code,
    };
    let detail = errors(complaint).or_else(|| errors(&done.stdout)).unwrap_or_else(|| match done.code {
        Some(code) => format!("apt ended with status {code}"),
        None => "apt was ended by a signal".to_owned(),
    });
    Failure::new(code, detail).with_output(output(done))
}

/// All that was said, from its end, at most [`Capture::TAIL`] bytes.
pub(super) fn output(done: &Finished) -> String {
    let mut text = done.stdout.clone();
    text.push_str(&done.stderr);
    let from = text.ceil_char_boundary(text.len().saturating_sub(Capture::TAIL));
    text.split_off(from)
}

/// The first lines that begin like an error, without that beginning.
fn errors(text: &str) -> Option<String> {
    let lines: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("E: ").or_else(|| line.strip_prefix("dpkg: error ")))
        .map(str::trim)
        .take(3)
        .collect();
    (!lines.is_empty()).then(|| lines.join("; "))
}

/// Why `apt-get update` brought nothing; `None` when at least one source answered well, or there
/// is no source to ask. What the others had is kept by apt as it was.
pub(super) fn refresh_failure(done: &Finished) -> Option<Failure> {
    let code = classify(&done.stderr);
    if matches!(code, ErrorCode::Locked | ErrorCode::DiskFull) && !done.success() {
        return Some(failure(done));
    }
    let (mut good, mut bad) = (BTreeSet::new(), BTreeSet::new());
    for line in done.stdout.lines() {
        // `Hit:1 http://mirror.example/debian bookworm InRelease`, `Get:`, `Err:`, `Ign:`.
        let Some((verb, rest)) = line.split_once(':') else { continue };
        let Some(number) = rest.split(' ').next().and_then(|n| n.parse::<u32>().ok()) else { continue };
        match verb {
            "Hit" | "Get" => good.insert(number),
            "Err" => bad.insert(number),
            _ => continue,
        };
    }
    if good.difference(&bad).next().is_some() || (bad.is_empty() && done.success()) {
        return None;
    }
    let mut failure = failure(done);
    if done.success() || !matches!(failure.code, ErrorCode::NotAuthenticated | ErrorCode::ContentMismatch) {
        failure.code = ErrorCode::IndexRefreshFailed;
    }
    if let Some(warning) = done.stderr.lines().find_map(|line| line.strip_prefix("W: ")).filter(|_| done.success()) {
        warning.clone_into(&mut failure.detail);
    }
    Some(failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_messages() {
        use ErrorCode as C;
        for (text, code) in [
            ("E: Unable to locate package nonexistent", C::VersionGone),
            ("E: Version '99' for 'bash' was not found", C::VersionGone),
            (
                "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1406 (apt-get)\nE: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?",
                C::Locked,
            ),
            (
                "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 3 (python3)\nE: Unable to lock directory /var/lib/apt/lists/",
                C::Locked,
            ),
            (
                "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem. ",
                C::BrokenState,
            ),
            (
                "E: Unmet dependencies. Try 'apt --fix-broken install' with no packages (or specify a solution).",
                C::BrokenState,
            ),
            ("E: Packages need to be removed but remove is disabled.", C::WouldRemove),
            ("E: You don't have enough free space in /var/cache/apt/archives/.", C::DiskFull),
            (
                "dpkg: error processing archive /var/cache/apt/archives/bash_5.2.15-2+b12_amd64.deb (--unpack):\n cannot copy extracted data for './bin/bash' to '/bin/bash.dpkg-new': failed to write (No space left on device)\nE: Sub-process /usr/bin/dpkg returned an error code (1)",
                C::DiskFull,
            ),
            (
                "dpkg: error processing package tzdata (--configure):\n installed tzdata package post-installation script subprocess returned error exit status 1\nErrors were encountered while processing:\n tzdata\nE: Sub-process /usr/bin/dpkg returned an error code (1)",
                C::InstallFailed,
            ),
            (
                "E: Failed to fetch http://127.0.0.1/x.deb  404  Not Found\nE: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?",
                C::DownloadFailed,
            ),
            ("E: Failed to fetch http://127.0.0.1/x.deb  Hash Sum mismatch", C::ContentMismatch),
            (
                "WARNING: The following packages cannot be authenticated!\nE: There were unauthenticated packages and -y was used without --allow-unauthenticated",
                C::NotAuthenticated,
            ),
            ("E: Held packages were changed and -y was used without --allow-change-held-packages.", C::Held),
            ("E: Unable to correct problems, you have held broken packages.", C::InstallFailed),
            ("E: Something new", C::Other),
        ] {
            assert_eq!(classify(text), code, "{text}");
        }
    }

    #[test]
    fn the_error_lines_are_the_detail() {
        let done = Finished {
            code: Some(100),
            stdout: "Reading package lists...\n".into(),
            stderr: "E: Version '99' for 'bash' was not found\n".into(),
        };
        let failure = failure(&done);
        assert_eq!(failure.to_string(), "version-gone: Version '99' for 'bash' was not found");
        assert_eq!(failure.output, "Reading package lists...\nE: Version '99' for 'bash' was not found\n");
        let killed = super::failure(&Finished { code: None, ..Finished::default() });
        assert_eq!(killed.to_string(), "other: apt was ended by a signal");
    }

    fn update(code: i32, stdout: &str, stderr: &str) -> Option<ErrorCode> {
        let done = Finished { code: Some(code), stdout: stdout.into(), stderr: stderr.into() };
        refresh_failure(&done).map(|failure| failure.code)
    }

    #[test]
    fn one_source_that_answers_is_enough() {
        assert_eq!(update(0, "Hit:1 http://a bookworm InRelease\n", ""), None);
        assert_eq!(update(0, "Reading package lists...\n", ""), None, "no source at all");
        let mixed = "Hit:1 http://a bookworm InRelease\nErr:2 http://b x InRelease\n  Connection refused\n";
        assert_eq!(update(0, mixed, "W: Failed to fetch http://b/x\n"), None);
        assert_eq!(update(100, mixed, "E: The repository 'http://b x InRelease' is not signed.\n"), None);
        let none = "Ign:1 http://a bookworm InRelease\nErr:1 http://a bookworm InRelease\n";
        assert_eq!(update(0, none, "W: Failed to fetch http://a\n"), Some(ErrorCode::IndexRefreshFailed));
        let untrusted = "Get:1 http://a bookworm InRelease [151 kB]\nErr:1 http://a bookworm InRelease\n";
        let said = "E: The repository 'http://a bookworm InRelease' is not signed.\n";
        assert_eq!(update(100, untrusted, said), Some(ErrorCode::NotAuthenticated));
        let said = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 3 (apt-get)\n";
        assert_eq!(update(100, "", said), Some(ErrorCode::Locked));
    }
}
