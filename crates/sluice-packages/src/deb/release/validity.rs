//! Whether a `Release` file may be used now: not expired, not from the future, not older than the
//! one before. Signatures do not protect against an attacker who replays an old signed file; these
//! dates do.

use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

use super::Release;

/// What to insist on. The default is apt's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValidityPolicy {
    /// Refuse after `Valid-Until` (apt: `Acquire::Check-Valid-Until`).
    pub check_valid_until: bool,
    /// Refuse a `Date` in the future (apt: `Acquire::Check-Date`).
    pub check_date: bool,
    /// How far in the future a `Date` may be, because clocks differ.
    pub future_slack: SignedDuration,
}

impl Default for ValidityPolicy {
    fn default() -> Self {
        // apt's Acquire::Max-FutureTime is 10 seconds.
        Self { check_valid_until: true, check_date: true, future_slack: SignedDuration::from_secs(10) }
    }
}

/// Why a `Release` file may not be used now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ValidityError {
    /// Its time is over: the mirror is not updated any more, or someone replays an old state.
    #[error(
        "the Release file was valid until {valid_until}; the mirror is out of date or someone replays an old state"
    )]
    Expired {
        /// The end of its validity.
        valid_until: Timestamp,
    },
    /// It is from the future: most likely the clock here is wrong.
    #[error("the Release file is dated {date}, which is in the future; check the clock of this machine")]
    FromTheFuture {
        /// Its date.
        date: Timestamp,
    },
    /// It is older than the one accepted last: the mirror went back, or someone replays an old state.
    #[error("the Release file is dated {date}, older than the one of {last_accepted} that was accepted before")]
    Downgrade {
        /// Its date.
        date: Timestamp,
        /// The date of the one accepted last.
        last_accepted: Timestamp,
    },
    /// It has no date, though the one accepted last had one.
    #[error("the Release file has no date, though the one accepted before was dated {last_accepted}")]
    DateMissing {
        /// The date of the one accepted last.
        last_accepted: Timestamp,
    },
}

/// Something that would have been an error, had a check not been waived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("accepted although a check was failed, because the check is switched off: {0}")]
pub struct ValidityWarning(pub ValidityError);

/// Checks the dates of `release` at `now`. `last_accepted` is the `Date` of the file accepted last
/// for the same suite; going back behind it is never waived.
///
/// # Errors
/// [`ValidityError`]; a check switched off in `policy` gives a warning instead.
pub fn check_validity(
    release: &Release,
    last_accepted: Option<Timestamp>,
    now: Timestamp,
    policy: &ValidityPolicy,
) -> Result<Vec<ValidityWarning>, ValidityError> {
    let mut warnings = Vec::new();
    let mut judge = |check: bool, error: ValidityError| {
        if check {
            return Err(error);
        }
        warnings.push(ValidityWarning(error));
        Ok(())
    };
    match (release.date, last_accepted) {
        (Some(date), Some(last_accepted)) if date < last_accepted => {
            judge(true, ValidityError::Downgrade { date, last_accepted })?;
        }
        (None, Some(last_accepted)) => judge(true, ValidityError::DateMissing { last_accepted })?,
        _ => {}
    }
    if let Some(date) = release.date.filter(|date| date.duration_since(now) > policy.future_slack) {
        judge(policy.check_date, ValidityError::FromTheFuture { date })?;
    }
    if let Some(valid_until) = release.valid_until.filter(|until| *until < now) {
        judge(policy.check_valid_until, ValidityError::Expired { valid_until })?;
    }
    Ok(warnings)
}

#[cfg(test)]
mod tests {
    use super::super::tests::SECURITY;
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn each_reason_is_its_own_error() {
        let release = Release::parse(SECURITY.as_bytes()).unwrap();
        let strict = ValidityPolicy::default();
        let check = |last: Option<&str>, now: &str, policy| check_validity(&release, last.map(at), at(now), policy);

        assert_eq!(check(None, "2026-05-20T16:28:12Z", &strict), Ok(vec![]));
        assert_eq!(check(Some("2026-05-20T16:28:12Z"), "2026-05-27T16:28:12Z", &strict), Ok(vec![]));
        assert_eq!(check(None, "2026-05-20T16:28:02Z", &strict), Ok(vec![]));
        let expired = check(None, "2026-05-27T16:28:13Z", &strict).unwrap_err();
        assert!(matches!(expired, ValidityError::Expired { .. }));
        let future = check(None, "2026-05-20T16:28:01Z", &strict).unwrap_err();
        assert!(matches!(future, ValidityError::FromTheFuture { .. }));

        let lax = ValidityPolicy { check_valid_until: false, check_date: false, ..strict };
        assert_eq!(check(None, "2026-11-01T00:00:00Z", &lax), Ok(vec![ValidityWarning(expired)]));
        assert_eq!(check(None, "2025-11-01T00:00:00Z", &lax), Ok(vec![ValidityWarning(future)]));
        let downgrade = check(Some("2026-05-20T16:28:13Z"), "2026-05-21T00:00:00Z", &lax).unwrap_err();
        insta::assert_snapshot!(downgrade, @"the Release file is dated 2026-05-20T16:28:12Z, older than the one of 2026-05-20T16:28:13Z that was accepted before");

        let undated = Release { date: None, ..release.clone() };
        let error = check_validity(&undated, Some(at("2026-05-20T00:00:00Z")), at("2026-05-21T00:00:00Z"), &lax);
        assert!(matches!(error, Err(ValidityError::DateMissing { .. })));
    }
}
