//! What a document may be at most. Real figures are of a Windows 11 catalog (5,253 revisions, 1.18 GB).

/// Bytes of one document. The largest Core fragment seen is 46.9 MB of UTF-8; a document holds it and little more,
/// and twice as many bytes when it comes as UTF-16.
pub const MAX_DOCUMENT: usize = 192 << 20;

/// Open elements. Rules nest about 12 deep and package manifests about 20.
pub(crate) const MAX_DEPTH: usize = 256;

/// Attributes of one element. WindowsDriverMetaData, the richest known, has about 15; the duplicate check compares
/// all pairs.
pub(crate) const MAX_ATTRIBUTES: usize = 256;

/// Namespace declarations in scope at once. Real documents have up to 10.
pub(crate) const MAX_DECLARATIONS: usize = 256;

/// Bytes of declarations that elements of other vocabularies may inherit altogether, were each to use all. Each gets
/// those it uses written into it in fragments, so this bounds how much longer these are than the document. Real
/// documents have a few hundred such elements, each with some hundred bytes.
pub(crate) const MAX_INHERITED: usize = 32 << 20;

/// Bytes of one text value. Descriptions have a few thousand.
pub(crate) const MAX_TEXT: usize = 1 << 20;

/// Members of all clauses of one relation (prerequisites, bundled, superseded). The largest bundle seen has 146, and
/// a cumulative update supersedes a few hundred.
pub(crate) const MAX_RELATED: usize = 1 << 16;

/// Files of an update. Windows 11 updates have about 20, some driver and language updates a few hundred.
pub(crate) const MAX_FILES: usize = 1 << 14;

/// Localized properties, licence files, languages, links: one or a few for each of about 60 languages.
pub(crate) const MAX_LOCALIZED: usize = 1 << 12;

/// Hardware the drivers of one update are for; each has its own metadata element.
pub(crate) const MAX_DRIVERS: usize = 1 << 14;

/// Nodes of the rules of one update. Real ones have up to a few hundred.
pub(crate) const MAX_RULES: usize = 1 << 16;

/// Nesting of rules; parsing and evaluation recurse, so this bounds the stack.
pub(crate) const MAX_RULE_DEPTH: usize = 64;
