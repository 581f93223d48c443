//! apt's configuration (`apt.conf(5)`), and what `apt-config dump` prints of it.
//!
//! Enough of the syntax to know how a device fetches: `A::B "v";`, nested `A { B "v"; };`, list
//! items, the three kinds of comment. Directives (`#include`, `#clear`) are passed over: the dump
//! of `apt-config`, where they have been carried out, is the better source.

/// The most values kept. A dump of Debian's defaults has 250.
pub const MAX_VALUES: usize = 20_000;

/// The deepest nesting followed; real files have four levels.
pub const MAX_DEPTH: usize = 32;

/// A parsed configuration: names with values, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AptConf {
    values: Vec<(String, String)>,
}

impl AptConf {
    /// Reads configuration text. What cannot be understood is passed over.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut conf = Self::default();
        conf.add(text);
        conf
    }

    /// Reads another file on top: what it sets wins.
    pub fn add(&mut self, text: &str) {
        let mut parser = Parser { values: &mut self.values, scopes: Vec::new(), words: Vec::new() };
        for token in Tokens(text) {
            parser.take(token);
        }
        parser.end_statement();
    }

    /// The value set last for a name such as `APT::Architecture`; names compare without regard to case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.iter().rev().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The value as apt reads a boolean; `None` when it is not set or is none.
    #[must_use]
    pub fn boolean(&self, name: &str) -> Option<bool> {
        self.get(name).and_then(super::sources::boolean)
    }

    /// The items of a list such as `APT::Architectures`, in their order.
    pub fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values.iter().filter_map(move |(n, v)| {
            n.strip_suffix("::").is_some_and(|n| n.eq_ignore_ascii_case(name)).then_some(v.as_str())
        })
    }

    /// `APT::Architecture`: what packages of architecture `all` count as.
    #[must_use]
    pub fn architecture(&self) -> Option<&str> {
        self.get("APT::Architecture").filter(|v| !v.is_empty())
    }

    /// All architectures packages are installed for, the native one first.
    #[must_use]
    pub fn architectures(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.architecture().into_iter().collect();
        for more in self.list("APT::Architectures") {
            if !all.contains(&more) {
                all.push(more);
            }
        }
        all
    }

    /// `Acquire::Check-Valid-Until`, which is on unless set otherwise.
    #[must_use]
    pub fn check_valid_until(&self) -> bool {
        self.boolean("Acquire::Check-Valid-Until").unwrap_or(true)
    }

    /// `Acquire::Check-Date`, which is on unless set otherwise.
    #[must_use]
    pub fn check_date(&self) -> bool {
        self.boolean("Acquire::Check-Date").unwrap_or(true)
    }

    /// The proxy for a scheme (`http` or `https`) and host: `Acquire::http::Proxy::host`, else
    /// `Acquire::http::Proxy`; for https, apt falls back to the one for http. `None` without a
    /// proxy, also when the value is `DIRECT`.
    #[must_use]
    pub fn proxy(&self, scheme: &str, host: &str) -> Option<&str> {
        let schemes: &[&str] = if scheme.eq_ignore_ascii_case("https") { &["https", "http"] } else { &["http"] };
        let value = schemes.iter().find_map(|scheme| {
            self.get(&format!("Acquire::{scheme}::Proxy::{host}"))
                .or_else(|| self.get(&format!("Acquire::{scheme}::Proxy")))
                .filter(|v| !v.is_empty())
        })?;
        (!value.eq_ignore_ascii_case("DIRECT") && !value.eq_ignore_ascii_case("false")).then_some(value)
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Quoted(&'a str),
    Open,
    Close,
    End,
}

struct Parser<'v, 'a> {
    values: &'v mut Vec<(String, String)>,
    /// Lengths of the enclosing names, innermost last.
    scopes: Vec<String>,
    words: Vec<(&'a str, bool)>,
}

impl<'a> Parser<'_, 'a> {
    fn take(&mut self, token: Token<'a>) {
        match token {
            // A statement has two words; more are malformed and only the first two are used.
            Token::Word(w) if self.words.len() < 2 => self.words.push((w, false)),
            Token::Quoted(w) if self.words.len() < 2 => self.words.push((w, true)),
            Token::Word(_) | Token::Quoted(_) => {}
            Token::End => self.end_statement(),
            Token::Open => {
                let name = match self.words.first() {
                    Some((name, _)) => self.full_name(name),
                    None => self.full_name(""),
                };
                // `A "v" { … }` sets A too.
                if self.words.len() == 2 {
                    self.end_statement();
                }
                self.words.clear();
                if self.scopes.len() < MAX_DEPTH {
                    self.scopes.push(name);
                }
            }
            Token::Close => {
                self.end_statement();
                self.scopes.pop();
            }
        }
    }

    fn end_statement(&mut self) {
        let value = match self.words.as_slice() {
            [(name, false), (value, _)] => Some((self.full_name(name), *value)),
            // A lone value inside braces is an item of a list.
            [(value, quoted)] if *quoted && !self.scopes.is_empty() => Some((self.full_name("") + "::", *value)),
            _ => None,
        };
        self.words.clear();
        if let Some((name, value)) = value
            && self.values.len() < MAX_VALUES
        {
            self.values.push((name, value.to_owned()));
        }
    }

    fn full_name(&self, name: &str) -> String {
        match self.scopes.last() {
            None => name.to_owned(),
            Some(scope) if name.is_empty() => scope.clone(),
            Some(scope) => format!("{scope}::{name}"),
        }
    }
}

struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let text = self.0.trim_start();
            let line_end = text.find('\n').unwrap_or(text.len());
            let (token, len) = match text.as_bytes() {
                [] => return None,
                [b'/', b'/', ..] | [b'#', ..] => (None, line_end),
                [b'/', b'*', ..] => (None, text.find("*/").map_or(text.len(), |at| at + 2)),
                [b'{', ..] => (Some(Token::Open), 1),
                [b'}', ..] => (Some(Token::Close), 1),
                [b';', ..] => (Some(Token::End), 1),
                [b'"', ..] => {
                    // apt reads a quoted value to the last quote of a line that ends it: values
                    // that `apt-config dump` prints may contain quotes.
                    let line = text.get(1..line_end).unwrap_or_default();
                    let end = line.find("\";").or_else(|| line.find('"')).unwrap_or(line.len());
                    (Some(Token::Quoted(line.get(..end).unwrap_or_default())), (end + 2).min(text.len()))
                }
                _ => {
                    let end = text.find(|c: char| c.is_ascii_whitespace() || matches!(c, '{' | '}' | ';' | '"'));
                    let end = end.unwrap_or(text.len());
                    (text.get(..end).map(Token::Word), end)
                }
            };
            self.0 = text.get(len..).unwrap_or_default();
            if token.is_some() {
                return token;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_forms_and_comments() {
        let conf = AptConf::parse(
            "// c\n# c\n/* \"A\" \"B\"; */ APT::Architecture \"amd64\"; // c\n\
             Acquire { Check-Valid-Until \"false\"; http { Proxy \"http://p:3128/\"; Proxy::local \"DIRECT\"; }; };\n\
             APT { Architectures { \"amd64\"; \"i386\"; }; NoQuotes true; };\nAPT::Architectures:: \"arm64\";\n\
             acquire::check-date \"0\";\n#clear APT;\n",
        );
        assert_eq!(conf.architecture(), Some("amd64"));
        assert_eq!(conf.architectures(), ["amd64", "i386", "arm64"]);
        assert!(!conf.check_valid_until() && !conf.check_date());
        assert_eq!(conf.proxy("http", "x"), Some("http://p:3128/"));
        assert_eq!(conf.proxy("https", "x"), Some("http://p:3128/"));
        assert_eq!(conf.proxy("http", "local"), None);
        assert_eq!(conf.boolean("APT::NoQuotes"), Some(true));
        assert!(AptConf::default().check_date() && AptConf::default().check_valid_until());
    }

    #[test]
    fn a_dump() {
        let conf = AptConf::parse(
            "APT \"\";\nAPT::Architecture \"amd64\";\nAPT::Update::Post-Invoke:: \"if x { \"y\" } || true; z\";\n\
             APT::Architectures \"\";\nAPT::Architectures:: \"amd64\";\nAcquire::https::Proxy \"false\";\n",
        );
        assert_eq!(conf.architectures(), ["amd64"]);
        assert_eq!(conf.get("Acquire::https::Proxy"), Some("false"));
        assert_eq!(conf.proxy("https", "h"), None);
        assert!(conf.check_date());
    }

    #[test]
    fn later_files_win() {
        let mut conf = AptConf::parse("Acquire::Check-Date \"false\";");
        conf.add("Acquire { Check-Date \"true\"; }");
        assert!(conf.check_date());
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "[A-B:{}; \"\n/*#]{0,60}|.{0,60}") {
            let _ = AptConf::parse(&text);
        }
    }
}
