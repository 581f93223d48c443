use std::io::Read;

use proptest::prelude::*;

use super::*;
use crate::captures::documents;
use crate::update::{UpdateDocument, decode};

const OPEN: &str = "<upd:Update xmlns:upd=\"http://schemas.microsoft.com/msus/2002/12/Update\">";

fn document(inner: &str) -> String {
    format!("{OPEN}{inner}</upd:Update>")
}

/// Gives out a few bytes at a time, so that everything is cut everywhere.
struct Drops<'a>(&'a [u8], usize);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(self.0.len()).min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// What a stream consists of: the texts of documents, and for anything else why.
fn cut_by(bytes: &[u8], drop: usize) -> Vec<String> {
    let mut stream = DocumentStream::new(Drops(bytes, drop));
    let mut all = Vec::new();
    while let Some(document) = stream.next_document().unwrap() {
        all.push(match document.text {
            Ok(text) => String::from_utf8_lossy(&text).into_owned(),
            Err(why) => format!("{}: {why}", document.position),
        });
    }
    all
}

fn cut(text: &str) -> Vec<String> {
    let all = cut_by(text.as_bytes(), usize::MAX);
    for drop in [1, 2, 7] {
        assert_eq!(cut_by(text.as_bytes(), drop), all, "in drops of {drop}");
    }
    all
}

#[test]
fn documents_follow_each_other_in_any_dress() {
    let (a, b, c) = (document("<x a='>'/>"), document("<!-- </upd:Update> --><![CDATA[</upd:Update>]]>"), document(""));
    assert_eq!(cut(""), [""; 0]);
    assert_eq!(cut(" \r\n\u{FEFF} "), [""; 0]);
    let dressed =
        format!("\u{FEFF}<?xml version=\"1.0\"?>\r\n{a}<!-- <upd:Update> -->{b}\r\n<?xml version=\"1.0\"?>{c}\n");
    assert_eq!(cut(&dressed), [a, b, c]);
    let spaced = format!("{OPEN}<a/></upd:Update  \n>");
    assert_eq!(cut(&spaced), [spaced.as_str()]);
    let empty = OPEN.replace('>', "/>");
    assert_eq!(cut(&format!("{empty}{empty}")), [empty.clone(), empty]);
}

#[test]
fn lines_of_an_export_are_documents() {
    let (a, b) = (document("<a/>"), document("<b/>"));
    let line = |text: &str| format!("0fa1201d-4330-4fa8-8ae9-b877473b6441,00000065,{:08x},{text}\r\n", text.len());
    assert_eq!(cut(&format!("{}{}", line(&a), line(&b))), [a, b]);
}

#[test]
fn what_is_broken_does_not_take_others_with_it() {
    let good = document("<good/>");
    let broken = [
        (format!("{OPEN}<a>"), "0: the document is cut off: its last tag is missing"),
        (format!("{OPEN}<a b=\""), "0: the document is cut off: its last tag is missing"),
        (format!("{OPEN}<!-- "), "0: the document is cut off: its last tag is missing"),
        (format!("{OPEN}</upd:Upd"), "0: the document is cut off: its last tag is missing"),
        ("<html><body>Sign in".to_owned(), "0: the outermost element is \"html\", not Update"),
        ("no XML".to_owned(), "0: there is something between the documents that is not XML"),
        ("</upd:Update>".to_owned(), "0: there is something between the documents that is not XML"),
        ("<!-- <a/>".to_owned(), "0: there is something between the documents that is not XML"),
        ("<!DOCTYPE a [<!ENTITY b \"c\">]>".to_owned(), "0: document type declarations are refused"),
    ];
    for (text, why) in broken {
        assert_eq!(cut(&format!("{text}{good}{good}")), [why, &good, &good], "{text}");
        assert_eq!(cut(&text), [why], "{text}");
    }
    // Wrong inside: cut out whole, for the parser to say what is wrong.
    let wrong = document("<a></b>");
    assert_eq!(cut(&format!("{wrong}{good}")), [wrong, good]);
}

#[test]
fn utf_16_is_read_in_pieces() {
    let text = format!("{}\n{}", document("é😀"), document("<b/>"));
    let bytes = |text: &str, unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    for mark in ["", "\u{FEFF}"] {
        for unit in [u16::to_le_bytes, u16::to_be_bytes] {
            let bytes = bytes(&format!("{mark}{text}"), unit);
            for drop in [1, 3, 4096] {
                assert_eq!(cut_by(&bytes, drop), [document("é😀"), document("<b/>")]);
            }
        }
    }
    // Half a pair is an error of its document alone.
    let mut bytes = bytes(&text, u16::to_le_bytes);
    let low = bytes.windows(2).position(|pair| pair == 0xDE00_u16.to_le_bytes()).unwrap();
    bytes.drain(low..low + 2);
    let mut stream = DocumentStream::new(&bytes[..]);
    assert!(decode(&stream.next_document().unwrap().unwrap().text.unwrap()).is_err());
    assert!(decode(&stream.next_document().unwrap().unwrap().text.unwrap()).is_ok());
}

/// Gives the same bytes for ever, up to a length.
struct Endless(&'static [u8], u64);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = buffer.len().min(usize::try_from(self.1).unwrap());
        for (to, from) in buffer[..count].iter_mut().zip(self.0.iter().cycle()) {
            *to = *from;
        }
        self.1 -= count as u64;
        Ok(count)
    }
}

#[test]
fn memory_is_bounded_by_one_document() {
    let good = document("<good/>");
    for (begin, endless) in [(OPEN, b"<a/>".as_slice()), (OPEN, b"text"), ("", b" "), ("", b"text"), ("<a>", b"<b>")] {
        let body = begin.as_bytes().chain(Endless(endless, 300 << 20)).chain(good.as_bytes());
        let mut stream = DocumentStream::new(body);
        let mut last = None;
        while let Some(document) = stream.next_document().unwrap() {
            last = document.text.ok();
            assert!(stream.text.capacity() <= 2 * (MAX_DOCUMENT + 2 * PIECE), "{}", stream.text.capacity());
        }
        assert_eq!(last.as_deref(), Some(good.as_bytes()), "{endless:?}");
    }
}

#[test]
fn recorded_documents_come_out_as_they_went_in() {
    let all = documents();
    let stream: String = all.iter().map(|(_, text)| format!("{text}\n")).collect();
    let found = cut_by(stream.as_bytes(), 4096);
    assert_eq!(found.len(), all.len());
    for (text, (name, whole)) in found.iter().zip(&all) {
        assert!(whole.contains(text), "{name}");
        UpdateDocument::parse(text).unwrap();
    }
}

proptest! {
    #[test]
    fn nothing_makes_it_fail_or_depends_on_where_it_is_cut(
        parts in proptest::collection::vec(prop_oneof![
            Just(OPEN.to_owned()), Just("</upd:Update>".to_owned()), Just(document("<a/>")), Just("<!--".to_owned()),
            Just("-->".to_owned()), Just("<![CDATA[".to_owned()), Just("]]>".to_owned()), Just("<".to_owned()),
            Just("<Update".to_owned()), Just("\"".to_owned()), Just("<?".to_owned()), Just("\r\n".to_owned()), "[<>a-f/!? 0-9,-]{0,60}",
        ], 0..12),
        drop in 1..20_usize,
    ) {
        let text = parts.concat();
        prop_assert_eq!(cut_by(text.as_bytes(), drop), cut_by(text.as_bytes(), usize::MAX));
    }
}
