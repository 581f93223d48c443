//! Documents and files that are wrong, lie, or want too much.

use std::io::{self, Write as _};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;

use super::world::{World, document, software, update_id};
use crate::error::ErrorKind;

fn item(id: u128) -> String {
    format!("update {} revision 1", update_id(id))
}

/// A directory with one of every kind of poison: all the good arrives, all the bad is named.
#[tokio::test]
async fn poison_stops_nothing_else() {
    let deep =
        format!("<upd:ApplicabilityRules>{}{}</upd:ApplicabilityRules>", "<a>".repeat(5000), "</a>".repeat(5000));
    let mut files = vec![
        ("deep.xml", document(20, 1, "deep", "", &deep)),
        ("wrong-type.xml", document(21, 1, "type", "UpdateType=\"Virus\"", "")),
        ("no-identity.xml", "<u:Update xmlns:u=\"http://schemas.microsoft.com/msus/2002/12/Update\"/>".to_owned()),
        ("half.xml", software(22, 1, "half", &[]).split_at(400).0.to_owned()),
        ("twice.xml", document(23, 1, "twice", "", "<upd:Relationships/><upd:Relationships/>")),
        ("entity.xml", document(24, 1, "&bomb;", "", "")),
        ("page.html", "<html><body>Sign in</body></html>".to_owned()),
        ("text.txt", "not XML".to_owned()),
        ("dtd.xml", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>".to_owned()),
        ("mismatch.xml", document(25, 1, "mismatch", "", "<a></b>")),
        (
            "digest.xml",
            document(26, 1, "digest", "", "<upd:Files><upd:File Digest=\"!\" FileName=\"a\" Size=\"1\"/></upd:Files>"),
        ),
    ];
    let bad = files.len();
    let good: Vec<_> = (0..20).map(|n| software(100 + n, 1, &format!("good {n}"), &[])).collect();
    for (at, text) in good.iter().enumerate() {
        files.insert(at.min(files.len()), ("good.xml", text.clone()));
    }
    let mut archive = tar::Builder::new(Vec::new());
    for (name, text) in &files {
        let mut header = tar::Header::new_ustar();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, format!("./{name}"), text.as_bytes()).unwrap();
    }
    // Text as the last member that is neither: damaged as a gzip file and as a cabinet.
    for (name, start) in
        [("broken.gz", &b"\x1F\x8Bnot gzip"[..]), ("broken.cab", b"MSCFnot a cabinet at all, really not")]
    {
        let mut header = tar::Header::new_ustar();
        header.set_size(start.len() as u64);
        archive.append_data(&mut header, name, start).unwrap();
    }
    let world = World::new().await;
    let archive = archive.into_inner().unwrap();
    let summary = world.import("folder", archive.clone()).await.unwrap();
    let quarantined = world.quarantine().await;
    assert_eq!((summary.new_updates, summary.quarantined), (20, bad as u64 + 2), "{quarantined:#?}");
    assert_eq!(world.titles().len(), 20);
    let reason = |wanted: &str| {
        let found = quarantined.iter().find(|(item, _)| item == wanted);
        found.map_or_else(|| panic!("{wanted} is not in {quarantined:#?}"), |(_, reason)| reason.as_str())
    };
    assert!(reason(&item(20)).ends_with("more than 256 open elements"), "{}", reason(&item(20)));
    assert!(reason(&item(21)).contains("Properties/@UpdateType has the value \"Virus\""));
    assert!(reason("no-identity.xml, byte 0").contains("UpdateIdentity is missing"));
    assert_eq!(reason(&item(22)), "the document is cut off: its last tag is missing");
    assert!(reason(&item(23)).contains("a second section of the same name"));
    assert!(reason(&item(24)).contains("unknown entity"));
    assert_eq!(reason("page.html, byte 0"), "the outermost element is \"html\", not Update");
    assert_eq!(reason("text.txt, byte 0"), "there is something between the documents that is not XML");
    assert_eq!(reason("dtd.xml, byte 0"), "document type declarations are refused");
    assert!(reason(&item(25)).contains("not well-formed"));
    assert!(reason(&item(26)).contains("File/@Digest"));
    assert!(reason("broken.gz, byte 0").starts_with("broken.gz cannot be unpacked"));
    assert!(reason("broken.cab, byte 0").starts_with("broken.cab cannot be read"));
    // Again: nothing new, nothing lost. Mended: nothing left.
    let again = world.import("folder", archive).await.unwrap();
    assert_eq!((again.new_updates, again.unchanged, again.quarantined), (0, 20, bad as u64 + 2));
    assert_eq!(world.quarantine().await.len(), bad + 2);
    world.import("x.xml", software(22, 1, "half", &[]) + &document(25, 1, "mended", "", "")).await.unwrap();
    let left = world.quarantine().await;
    assert!(left.len() == bad && !left.iter().any(|(i, _)| *i == item(22) || *i == item(25)), "{left:#?}");
}

#[tokio::test]
async fn what_holds_no_metadata_is_refused() {
    let world = World::new().await;
    for body in ["", " \n", "\u{FEFF}"] {
        let error = world.import("empty.xml", body).await.unwrap_err();
        assert_eq!(
            (error.kind, error.message.as_str()),
            (ErrorKind::Invalid, "there is no update metadata in empty.xml")
        );
    }
    let list = "<?xml version=\"1.0\"?><ExportPackage ServerID=\"x\"><Updates/></ExportPackage>";
    let summary = world.import("export.xml", list).await.unwrap();
    assert_eq!(summary.quarantined, 1);
    assert!(summary.problems[0].reason.contains("export to a file that ends with .cab"), "{:?}", summary.problems);
}

fn zipped(write: impl FnOnce(&mut GzEncoder<Vec<u8>>)) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    write(&mut encoder);
    encoder.finish().unwrap()
}

/// 200 MB in one document, and as much of nothing before one: neither is held in memory.
#[tokio::test]
async fn too_large_documents_and_bombs_are_passed_over() {
    let world = World::new().await;
    let zeros = vec![b' '; 1 << 20];
    let bomb = zipped(|out| {
        let huge = software(30, 1, "huge", &[]);
        let (start, end) = huge.split_at(huge.len() - "</upd:Update>".len());
        out.write_all(start.as_bytes()).unwrap();
        for _ in 0..200 {
            out.write_all(&zeros).unwrap();
        }
        out.write_all(end.as_bytes()).unwrap();
        for _ in 0..20 {
            out.write_all(&zeros).unwrap();
        }
        out.write_all(software(31, 1, "after it", &[]).as_bytes()).unwrap();
    });
    assert!(bomb.len() < 8 << 20);
    let summary = world.import("bomb.xml.gz", bomb).await.unwrap();
    assert_eq!((summary.new_updates, summary.quarantined), (1, 1), "{:?}", summary.problems);
    assert!(summary.problems[0].reason.starts_with("the document has more than "));
    assert_eq!(world.titles(), ["after it r1"]);
}

#[tokio::test]
async fn packed_in_packed_in_packed_ends() {
    let mut bytes = software(32, 1, "deep inside", &[]).into_bytes();
    for depth in 0..6 {
        let world = World::new().await;
        let result = world.import("a.gz", bytes.clone()).await;
        assert_eq!(result.is_ok(), depth <= 4, "{depth}");
        bytes = zipped(|out| out.write_all(&bytes).unwrap());
    }
}

#[tokio::test]
async fn a_damaged_package_says_so_and_keeps_what_came_before() {
    let world = World::new().await;
    let text: String = (0..300).map(|n| software(300 + n, 1, &format!("{n:0200}"), &[])).collect();
    let mut bytes = zipped(|out| out.write_all(text.as_bytes()).unwrap());
    let middle = bytes.len() - 20;
    bytes[middle] ^= 0xFF;
    let error = world.import("a.xml.gz", bytes).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert!(error.message.starts_with("a.xml.gz cannot be unpacked: "), "{}", error.message);
    let alerts = world.site.alerts(&world.admin, true).await.unwrap();
    assert_eq!(alerts.len(), 1);
    // The site does not mind, and goes on.
    let endless = stream::iter((0..50).map(|_| Ok::<_, io::Error>(Bytes::from(vec![b'<'; 10_000]))));
    assert!(world.import_stream("b.xml", endless).await.is_ok());
}
