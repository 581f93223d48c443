//! What Windows 11 says about itself in every round: 60 attributes in one string (Q33).

/// Most attributes.
const MAX: usize = 256;

/// Longest name and value, bytes; longer values are cut.
const MAX_LENGTH: usize = 512;

/// The attributes, as names and values without control characters, sorted by name.
pub(super) fn parse(text: &str) -> Vec<(String, String)> {
    let pairs = text.split(';').filter_map(|pair| pair.split_once('=')).take(MAX);
    let mut pairs: Vec<_> =
        pairs.filter(|(name, _)| !name.trim().is_empty()).map(|(name, value)| (clean(name), clean(value))).collect();
    pairs.sort();
    pairs
}

fn clean(text: &str) -> String {
    let mut clean = String::new();
    for character in text.trim().chars().filter(|c| !c.is_control()) {
        if clean.len() + character.len_utf8() > MAX_LENGTH {
            break;
        }
        clean.push(character);
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_split_and_bounded() {
        let pairs = parse("OSVersion=10.0.26200.8037;App=WU_OS;Empty=;=x;junk;P=a=b\u{7}");
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("App", "WU_OS"), ("Empty", ""), ("OSVersion", "10.0.26200.8037"), ("P", "a=b")]);
        assert_eq!(parse(&"a=b;".repeat(1_000)).len(), MAX);
        assert_eq!(parse(&format!("a={}", "ü".repeat(1_000)))[0].1.len(), MAX_LENGTH);
    }
}
