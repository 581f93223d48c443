//! A small reader of Rust source: separates string literals from code and drops comments.
//! Good enough to look for words in literals; it does not parse the language.

/// A stretch of Rust source.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// Code, without comments and literals.
    Code(String),
    /// The inside of a string literal as written (escapes not resolved), and its line.
    Text(String, usize),
}

/// The source without the test module at its end.
pub fn without_tests(source: &str) -> &str {
    source.find("#[cfg(test)]\nmod ").map_or(source, |at| &source[..at])
}

/// Splits source into code and string literals; comments are dropped.
pub fn pieces(source: &str) -> Vec<Piece> {
    let chars: Vec<char> = source.chars().collect();
    let mut pieces = Vec::new();
    let mut code = String::new();
    let mut line = 1;
    let mut at = 0;
    let peek = |at: usize| chars.get(at).copied().unwrap_or('\0');
    while at < chars.len() {
        let rest_starts = |text: &str| text.chars().enumerate().all(|(offset, want)| peek(at + offset) == want);
        if rest_starts("//") {
            while at < chars.len() && chars[at] != '\n' {
                at += 1;
            }
        } else if rest_starts("/*") {
            let mut depth = 0;
            while at < chars.len() {
                if peek(at) == '/' && peek(at + 1) == '*' {
                    depth += 1;
                    at += 2;
                } else if peek(at) == '*' && peek(at + 1) == '/' {
                    depth -= 1;
                    at += 2;
                    if depth == 0 {
                        break;
                    }
                } else {
                    line += usize::from(chars[at] == '\n');
                    at += 1;
                }
            }
        } else if let Some(hashes) = raw_string_hashes(&chars, at, code.chars().next_back()) {
            at += hashes + 2; // r, hashes, quote
            let start = (at, line);
            let end: String = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            while at < chars.len() && !end.chars().enumerate().all(|(offset, want)| peek(at + offset) == want) {
                line += usize::from(chars[at] == '\n');
                at += 1;
            }
            pieces.push(Piece::Code(std::mem::take(&mut code)));
            pieces.push(Piece::Text(chars[start.0..at.min(chars.len())].iter().collect(), start.1));
            at += hashes + 1;
        } else if chars[at] == '"' {
            at += 1;
            let start = (at, line);
            while at < chars.len() && chars[at] != '"' {
                at += usize::from(chars[at] == '\\');
                line += usize::from(peek(at) == '\n');
                at += 1;
            }
            pieces.push(Piece::Code(std::mem::take(&mut code)));
            pieces.push(Piece::Text(chars[start.0..at.min(chars.len())].iter().collect(), start.1));
            at += 1;
        } else if chars[at] == '\'' && (peek(at + 2) == '\'' || peek(at + 1) == '\\') {
            // A character literal, which may be a quote; a lifetime has no closing quote.
            at += if peek(at + 1) == '\\' { 3 } else { 2 };
            while at < chars.len() && chars[at] != '\'' {
                at += 1;
            }
            at += 1;
        } else {
            line += usize::from(chars[at] == '\n');
            code.push(chars[at]);
            at += 1;
        }
    }
    pieces.push(Piece::Code(code));
    pieces
}

/// The number of hashes when a raw string (`r"`, `r#"`) starts here.
fn raw_string_hashes(chars: &[char], at: usize, before: Option<char>) -> Option<usize> {
    let in_a_word = before.is_some_and(|before| before.is_alphanumeric() || before == '_') && before != Some('b');
    if chars[at] != 'r' || in_a_word {
        return None;
    }
    let hashes = chars[at + 1..].iter().take_while(|&&char| char == '#').count();
    (chars.get(at + 1 + hashes) == Some(&'"')).then_some(hashes)
}

/// The string literals of a source with their lines.
pub fn literals(source: &str) -> Vec<(String, usize)> {
    pieces(source)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Text(text, line) => Some((text, line)),
            Piece::Code(_) => None,
        })
        .collect()
}

#[test]
fn literals_are_told_from_code_and_comments() {
    let source = r###"
// "a comment" and 'a'
fn f<'a>(x: &'a str) -> char { /* "nested /* comment" */ "*/ let var = "plain \" quote";
    let raw = r#"raw " text"#; let c = '"'; let d = '\''; let e = "last";
"###;
    let texts: Vec<_> = literals(source);
    assert_eq!(
        texts,
        [
            // The comment above ends at the second `*/`.
            ("plain \\\" quote".to_owned(), 3),
            ("raw \" text".to_owned(), 4),
            ("last".to_owned(), 4),
        ]
    );
}

#[test]
fn the_test_module_is_cut_off() {
    assert_eq!(without_tests("fn a() {}\n#[cfg(test)]\nmod tests {\n}"), "fn a() {}\n");
    assert_eq!(without_tests("fn a() {}"), "fn a() {}");
}
