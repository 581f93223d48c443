//! Sentences with commands in them.

use askama::Template;

/// A text in which `` `commands` `` stand between backticks.
#[derive(Template)]
#[template(path = "components/prose.html")]
pub struct Prose {
    /// Parts in turn: words, command, words, …
    parts: Vec<String>,
}

super::escapes_itself!(Prose);

impl Prose {
    /// A text. An odd backtick stays as it is.
    pub fn new(text: impl ToString) -> Self {
        let text = text.to_string();
        if text.matches('`').count().is_multiple_of(2) {
            Self { parts: text.split('`').map(str::to_owned).collect() }
        } else {
            Self { parts: vec![text] }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_set_apart_and_escaped() {
        assert_eq!(Prose::new("Run `a <b>` now").to_string(), "Run <code>a &#60;b&#62;</code> now");
        assert_eq!(Prose::new("odd ` <i>").to_string(), "odd ` &#60;i&#62;");
    }
}
