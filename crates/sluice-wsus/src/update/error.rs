//! Why update metadata was refused.

use super::limits::MAX_DOCUMENT;

/// Why update metadata was refused. Positions are bytes from the start of the decoded text.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// Larger than [`MAX_DOCUMENT`].
    #[error("the update metadata has {size} bytes, more than the limit of {MAX_DOCUMENT}")]
    TooLarge {
        /// Bytes it has.
        size: usize,
    },
    /// Neither valid UTF-8 nor valid UTF-16.
    #[error("byte {position}: the update metadata is not valid {encoding}")]
    Encoding {
        /// Offset in the undecoded input.
        position: usize,
        /// What it was taken for.
        encoding: &'static str,
    },
    /// A character that XML 1.0 does not allow.
    #[error("byte {position}: a character that XML does not allow")]
    Character {
        /// Where.
        position: usize,
    },
    /// Not well-formed.
    #[error("byte {position}: the update metadata is not well-formed XML")]
    Xml {
        /// Where.
        position: usize,
        /// What is wrong.
        #[source]
        source: Malformed,
    },
    /// The text ended inside an element.
    #[error("byte {position}: the update metadata ends inside an element")]
    Unclosed {
        /// Where.
        position: usize,
    },
    /// A document type declaration: update metadata has none, and they can include files or expand without end.
    #[error("byte {position}: document type declarations are refused")]
    Dtd {
        /// Where.
        position: usize,
    },
    /// A name of an element or attribute that XML does not allow.
    #[error("byte {position}: an element or attribute has a name that XML does not allow")]
    Name {
        /// Where its element is.
        position: usize,
    },
    /// A reference to an entity that only a document type declaration could declare, or to a control character.
    #[error("byte {position}: a reference to an unknown entity or to a character XML does not allow")]
    Entity {
        /// Where.
        position: usize,
    },
    /// A prefix without a declaration in scope.
    #[error("byte {position}: the namespace prefix {prefix:?} is not declared")]
    Prefix {
        /// The prefix.
        prefix: String,
        /// Where.
        position: usize,
    },
    /// More of something than any real update has.
    #[error("byte {position}: more than {limit} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
        /// Where.
        position: usize,
    },
    /// The outermost element is another one.
    #[error("byte {position}: the outermost element is {found:?}, not Update")]
    NotAnUpdate {
        /// What it is.
        found: String,
        /// Where.
        position: usize,
    },
    /// Something that identifies the update or its content is not there.
    #[error("byte {position}: {what} is missing")]
    Missing {
        /// Element or element/@attribute.
        what: &'static str,
        /// Where it was looked for.
        position: usize,
    },
    /// A section is there twice, so that it is unclear which one counts.
    #[error("byte {position}: a second {what}")]
    Repeated {
        /// The element.
        what: &'static str,
        /// Where the second one is.
        position: usize,
    },
    /// A value that identifies the update or its content cannot be read.
    #[error("byte {position}: {what} has the value {value:?}, which cannot be read")]
    Value {
        /// Element/@attribute.
        what: &'static str,
        /// The value, shortened.
        value: String,
        /// Where its element is.
        position: usize,
    },
}

/// How a text is not well-formed XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A tag, comment, section or value without its end.
    #[error("a tag, comment, section or value does not end")]
    Unended,
    /// An end tag that is not the one of the innermost open element.
    #[error("an end tag does not belong to the element that is open")]
    EndTag,
    /// Not a name, an equals sign and a value in quotes.
    #[error("an attribute is not a name with a value in quotes")]
    Attribute,
    /// An attribute that the element has already.
    #[error("an element has two attributes of the same name")]
    Twice,
    /// `--` inside a comment.
    #[error("a comment holds two hyphens")]
    Comment,
    /// `<!` and none of the words that may follow.
    #[error("unknown markup")]
    Markup,
}

impl UpdateError {
    /// A value that cannot be read; long ones are shortened, as they come from outside.
    pub(crate) fn value(what: &'static str, value: &str, position: usize) -> Self {
        const SHOWN: usize = 80;
        Self::Value { what, value: value.chars().take(SHOWN).collect(), position }
    }
}
