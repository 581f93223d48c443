//! The script, taken apart into tokens: every quote and bracket is closed, and what stands in quotes is what was meant.

use super::super::PolicyFormat;
use super::super::settings::Data;

/// A token of a script.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// What stands between single quotes, or in a here-string.
    Text(String),
    /// What stands between double quotes, as it is.
    Expandable(String),
    /// A word, number or sign.
    Word(String),
}

const SINGLE: [char; 5] = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];

/// Takes a script apart as PowerShell does, as far as ours uses its grammar.
fn tokens(script: &str) -> Vec<Token> {
    let letters: Vec<char> = script.chars().collect();
    let starts = |at: usize, text: &str| text.chars().enumerate().all(|(n, c)| letters.get(at + n) == Some(&c));
    let (mut at, mut tokens, mut open) = (0, Vec::new(), Vec::new());
    while at < letters.len() {
        let letter = letters[at];
        if starts(at, "<#") {
            while !starts(at, "#>") {
                at += 1;
                assert!(at < letters.len(), "an open comment");
            }
            at += 2;
        } else if letter == '#' {
            while at < letters.len() && letters[at] != '\n' {
                at += 1;
            }
        } else if starts(at, "@'\n") {
            at += 3;
            let start = at;
            while !starts(at, "\n'@") {
                at += 1;
                assert!(at < letters.len(), "an open here-string");
            }
            tokens.push(Token::Text(letters[start..at].iter().collect()));
            at += 3;
        } else if SINGLE.contains(&letter) {
            let mut text = String::new();
            at += 1;
            loop {
                let letter = *letters.get(at).expect("an open single quote");
                let doubled = letters.get(at + 1).is_some_and(|next| SINGLE.contains(next));
                match (SINGLE.contains(&letter), doubled) {
                    // Of two quotes the first is kept.
                    (true, true) => at += 1,
                    (true, false) => break,
                    (false, _) => {}
                }
                text.push(letter);
                at += 1;
            }
            at += 1;
            tokens.push(Token::Text(text));
        } else if letter == '"' {
            let start = at + 1;
            at = start;
            while letters[at] != '"' {
                at += 1;
                assert!(at < letters.len() && letters[at] != '\n', "an open double quote");
            }
            tokens.push(Token::Expandable(letters[start..at].iter().collect()));
            at += 1;
        } else if letter.is_whitespace() {
            at += 1;
        } else if letter.is_alphanumeric() || letter == '$' || letter == '-' || letter == '_' {
            let start = at;
            while letters.get(at).is_some_and(|c| c.is_alphanumeric() || matches!(c, '$' | '-' | '_')) {
                at += 1;
            }
            tokens.push(Token::Word(letters[start..at].iter().collect()));
        } else {
            match letter {
                '(' | '{' | '[' => open.push(letter),
                ')' => assert_eq!(open.pop(), Some('(')),
                '}' => assert_eq!(open.pop(), Some('{')),
                ']' => assert_eq!(open.pop(), Some('[')),
                _ => {}
            }
            tokens.push(Token::Word(letter.to_string()));
            at += 1;
        }
    }
    assert!(open.is_empty(), "open brackets: {open:?}");
    tokens
}

fn script(bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes).unwrap().strip_prefix('\u{feff}').unwrap();
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "all lines end as Windows ends them");
    text.replace("\r\n", "\n")
}

/// The values a script sets.
pub fn settings(bytes: &[u8]) -> Vec<(String, String, Data)> {
    let tokens = tokens(&script(bytes));
    let word = |text: &str| Token::Word(text.to_owned());
    let text = |token: &Token| match token {
        Token::Text(text) => text.clone(),
        other => panic!("{other:?} is no text"),
    };
    let begins = [word("@"), word("{"), word("Key"), word("=")];
    let mut values = Vec::new();
    for at in 0..tokens.len() {
        let rest = &tokens[at..];
        // The others are made of variables: the certificate for a GPO.
        if !rest.starts_with(&begins) || !matches!(rest[4], Token::Text(_)) {
            continue;
        }
        let [key, semicolon, name_word, equals, name, _, type_word, _, kind, _, value_word, _, value, end] =
            &rest[4..18]
        else {
            panic!()
        };
        assert_eq!([semicolon, name_word, equals], [&word(";"), &word("Name"), &word("=")]);
        assert_eq!([type_word, value_word, end], [&word("Type"), &word("Value"), &word("}")]);
        let data = match (text(kind).as_str(), value) {
            ("String", value) => Data::Text(text(value)),
            ("DWord", Token::Word(number)) => Data::Number(number.parse().unwrap()),
            other => panic!("{other:?}"),
        };
        values.push((text(key), text(name), data));
    }
    values
}

#[test]
fn a_script_is_whole() {
    for policy in [super::policy(|_| ()), super::nasty()] {
        let script = script(&policy.file(PolicyFormat::PowerShell).bytes);
        let tokens = tokens(&script);
        let has = |text: &str| tokens.contains(&Token::Word(text.to_owned()));
        assert!(has("Set-StrictMode") && has("Latest"));
        assert!(tokens.contains(&Token::Text("Stop".into())));
        // Nothing is left to put in: marks stand outside of what was asked for.
        for mark in ["@THUMBPRINT@", "@CERTIFICATE@", "@BLOB@", "@STORES@", "@WARNING@"] {
            assert!(!script.contains(mark), "{mark}");
        }
        // Names in full, as scripts that are kept should have them.
        for alias in ["gci", "sp", "ni", "cd", "ls", "iex", "icm", "rm", "echo", "select", "where", "sort", "kill"] {
            assert!(!has(alias), "{alias}");
        }
        assert!(!script.contains("Invoke-Expression"));
        let stores = tokens.iter().filter(|t| **t == Token::Text("WindowsServerUpdateServices".into())).count();
        assert_eq!(stores, usize::from(policy.pin));
    }
}

#[test]
fn the_certificate_is_in_it() {
    use base64::Engine as _;
    let policy = super::policy(|_| ());
    let tokens = tokens(&script(&policy.file(PolicyFormat::PowerShell).bytes));
    let decoded: Vec<_> = tokens
        .iter()
        .filter_map(|token| match token {
            Token::Text(text) => base64::engine::general_purpose::STANDARD.decode(text.replace('\n', "")).ok(),
            _ => None,
        })
        .collect();
    assert!(decoded.contains(&policy.certificate.der().to_vec()));
    assert!(decoded.contains(&policy.certificate.blob()));
    assert!(tokens.contains(&Token::Text(policy.certificate.thumbprint())));
}
