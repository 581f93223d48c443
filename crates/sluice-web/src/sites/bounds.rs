//! Limits of what a site may say.

use jiff::Timestamp;
use sluice_model::{Name, SiteMode, SiteType};

use crate::problem::Problem;

/// Longest version, bytes.
const MAX_VERSION: usize = 64;
/// Longest error, characters.
const MAX_ERROR: usize = 500;

/// A name for people.
pub(super) fn name(text: &str) -> Result<Name, Problem> {
    Name::new(text)
        .map_err(|error| Problem::invalid("name", error.to_string(), "Give the site a name: `sluice serve --name`."))
}

/// A version of the program.
pub(super) fn version(text: String) -> Result<String, Problem> {
    if text.len() <= MAX_VERSION && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-+".contains(&b)) {
        return Ok(text);
    }
    Err(Problem::invalid("version", "the version is none", FAULT))
}

/// A type of site.
pub(super) fn site_type(text: &str) -> Result<SiteType, Problem> {
    SiteType::from_slug(text).ok_or_else(|| Problem::invalid("site_type", "there is no such type of site", FAULT))
}

/// A mode of a site.
pub(super) fn mode(text: &str) -> Result<SiteMode, Problem> {
    SiteMode::from_slug(text).ok_or_else(|| Problem::invalid("mode", "a site is autonomous or a replica", FAULT))
}

/// A moment.
pub(super) fn moment(field: &'static str, second: i64) -> Result<Timestamp, Problem> {
    Timestamp::from_second(second).map_err(|_| Problem::invalid(field, "the number of seconds is no moment", FAULT))
}

/// A text for people, on one line and bounded.
pub(super) fn line(text: &str) -> String {
    text.chars().take(MAX_ERROR).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

const FAULT: &str = "Give both sites the same version; if they have it, please report this.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_bounded() {
        assert!(version("0.1.0-rc.1+x".into()).is_ok());
        assert!(version("0.1\n".into()).is_err() && version("1".repeat(65)).is_err());
        assert_eq!(line("a\u{1b}[31m\nb"), "a [31m b");
        assert_eq!(line(&"é".repeat(600)).chars().count(), MAX_ERROR);
        assert!(site_type("kingdom").is_err() && mode("x").is_err() && moment("time", i64::MAX).is_err());
    }
}
