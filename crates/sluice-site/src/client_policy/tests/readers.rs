//! Strict readers: anything they do not expect is a panic.

use super::super::ClientPolicyFile;
use super::super::settings::Data;

type Value = (String, String, Data);

/// UTF-16 with a byte order mark.
pub fn wide(bytes: &[u8]) -> String {
    assert_eq!(bytes[..2], [0xff, 0xfe]);
    let units: Vec<_> = bytes[2..].chunks(2).map(|pair| u16::from_le_bytes(pair.try_into().unwrap())).collect();
    String::from_utf16(&units).unwrap()
}

/// Lines that all end as Windows ends them.
fn lines(text: &str) -> Vec<&str> {
    let lines: Vec<_> = text.strip_suffix("\r\n").unwrap().split("\r\n").collect();
    assert!(lines.iter().all(|line| !line.contains(['\r', '\n'])));
    lines
}

/// A registration file.
pub fn read_reg(bytes: &[u8]) -> Vec<Value> {
    let text = wide(bytes).replace(",\\\r\n  ", ",");
    let lines = lines(&text);
    assert_eq!(lines[0], "Windows Registry Editor Version 5.00");
    let (mut key, mut values) = (None, Vec::new());
    for line in &lines[1..] {
        if line.is_empty() || line.starts_with(';') {
            continue;
        }
        if let Some(path) = line.strip_prefix("[HKEY_LOCAL_MACHINE\\") {
            key = Some(path.strip_suffix(']').unwrap().to_owned());
            continue;
        }
        let (name, rest) = quoted(line);
        let data = rest.strip_prefix('=').unwrap();
        let data = if let Some(number) = data.strip_prefix("dword:") {
            assert_eq!(number.len(), 8);
            Data::Number(u32::from_str_radix(number, 16).unwrap())
        } else if let Some(bytes) = data.strip_prefix("hex:") {
            Data::Bytes(bytes.split(',').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect())
        } else {
            let (text, rest) = quoted(data);
            assert_eq!(rest, "");
            Data::Text(text)
        };
        values.push((key.clone().unwrap(), name, data));
    }
    values
}

/// A text in double quotes with `\` before `"` and `\`, and what is after it.
fn quoted(text: &str) -> (String, &str) {
    let mut out = String::new();
    let mut letters = text.strip_prefix('"').unwrap().char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (out, &text[at + 2..]),
            '\\' => {
                let (_, escaped) = letters.next().unwrap();
                assert!(matches!(escaped, '"' | '\\'));
                out.push(escaped);
            }
            letter => out.push(letter),
        }
    }
    panic!("no closing quote: {text}");
}

/// `Registry.pol`.
pub fn read_pol(bytes: &[u8]) -> Vec<Value> {
    let mut rest = bytes.strip_prefix(b"PReg\x01\0\0\0").unwrap();
    let mut values = Vec::new();
    while !rest.is_empty() {
        take(&mut rest, "[");
        let key = text(&mut rest);
        take(&mut rest, ";");
        let name = text(&mut rest);
        take(&mut rest, ";");
        let kind = number(&mut rest);
        take(&mut rest, ";");
        let size = number(&mut rest) as usize;
        take(&mut rest, ";");
        let (data, after) = rest.split_at(size);
        rest = after;
        take(&mut rest, "]");
        let data = match kind {
            1 => {
                let mut data = data;
                let found = text(&mut data);
                assert!(data.is_empty());
                Data::Text(found)
            }
            3 => Data::Bytes(data.to_vec()),
            4 => Data::Number(u32::from_le_bytes(data.try_into().unwrap())),
            kind => panic!("type {kind}"),
        };
        values.push((key, name, data));
    }
    values
}

fn take(rest: &mut &[u8], letter: &str) {
    let expected = letter.as_bytes()[0];
    assert_eq!(rest[..2], [expected, 0]);
    *rest = &rest[2..];
}

fn number(rest: &mut &[u8]) -> u32 {
    let (number, after) = rest.split_at(4);
    *rest = after;
    u32::from_le_bytes(number.try_into().unwrap())
}

/// Up to and with NUL.
fn text(rest: &mut &[u8]) -> String {
    let mut units = Vec::new();
    loop {
        let unit = u16::from_le_bytes([rest[0], rest[1]]);
        *rest = &rest[2..];
        if unit == 0 {
            return String::from_utf16(&units).unwrap();
        }
        units.push(unit);
    }
}

/// Text for LGPO.
pub fn read_lgpo(file: &ClientPolicyFile) -> Vec<Value> {
    let text = if file.bytes.is_ascii() { String::from_utf8(file.bytes.clone()).unwrap() } else { wide(&file.bytes) };
    assert_eq!(file.text.as_deref(), Some(text.trim_start_matches('\u{feff}')));
    let lines = lines(&text);
    let lines: Vec<_> = lines.into_iter().filter(|line| !line.is_empty() && !line.starts_with(';')).collect();
    let (blocks, rest) = lines.as_chunks::<4>();
    assert!(rest.is_empty());
    blocks
        .iter()
        .map(|[configuration, key, name, data]| {
            assert_eq!(*configuration, "Computer");
            let data = match data.split_once(':').unwrap() {
                ("SZ", text) => Data::Text(text.to_owned()),
                ("DWORD", number) => Data::Number(number.parse().unwrap()),
                other => panic!("{other:?}"),
            };
            ((*key).to_owned(), (*name).to_owned(), data)
        })
        .collect()
}
