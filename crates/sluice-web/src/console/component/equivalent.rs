//! "The same from the command line and the API".

use askama::Template;

use crate::console::text::Common;

/// The commands that do what the page shows.
#[derive(Template)]
#[template(path = "components/equivalent.html")]
pub struct Equivalent {
    t: &'static Common,
    cli: String,
    api: String,
}

super::escapes_itself!(Equivalent);

impl Equivalent {
    /// A command line and an API call, as `GET /api/v1/updates`.
    pub fn new(t: &'static Common, cli: String, api: String) -> Self {
        Self { t, cli, api }
    }
}

/// A word for a POSIX shell, quoted when it needs it.
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shell_words_are_quoted() {
        assert_eq!(shell_word("openssl"), "openssl");
        assert_eq!(shell_word(""), "''");
        assert_eq!(shell_word("it's $(x)"), "'it'\\''s $(x)'");
    }
}
