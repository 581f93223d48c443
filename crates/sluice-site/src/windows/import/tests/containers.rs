//! The forms in which metadata comes.

use std::io::Write as _;

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compress, Compression, FlushCompress};

use super::world::{World, category, shared, software, update_id};

const TITLES: [&str; 3] = ["A r200", "B r200", "Microsoft r1"];

fn documents() -> Vec<String> {
    vec![category(1, "Microsoft", "Company", &[]), software(10, 200, "A", &[1]), software(11, 200, "B", &[10])]
}

async fn arrives(name: &str, bytes: Vec<u8>) {
    let world = World::new().await;
    let summary = world.import(name, bytes).await.unwrap();
    assert_eq!((summary.new_updates, summary.quarantined), (3, 0), "{name}: {:?}", summary.problems);
    assert_eq!(world.titles(), TITLES, "{name}");
    assert_eq!(world.quarantine().await, []);
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What `wsusutil export catalog.cab` writes, by the exporter that Microsoft published: documents in
/// lines of `metadata.txt`, and a list of them.
fn export() -> Vec<u8> {
    let line = |text: &String| {
        let id = text.split("UpdateID=\"").nth(1).unwrap().split('"').next().unwrap();
        format!("{id},{:08x},{:08x},{text}\r\n", 200, text.len())
    };
    let metadata: String = documents().iter().map(line).collect();
    let list = "\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-8\"?><ExportPackage ServerID=\"1\" FormatVersion=\"1.0\">\
        <Updates><Update UpdateId=\"x\" RevisionNumber=\"1\"/></Updates></ExportPackage>";
    let files = [("metadata.txt", metadata.into_bytes()), ("package.xml", list.as_bytes().to_vec())];
    cabinet(&files)
}

/// A cabinet with one MSZIP folder.
fn cabinet(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let plain: Vec<u8> = files.iter().flat_map(|(_, content)| content.clone()).collect();
    let mut blocks = Vec::new();
    for chunk in plain.chunks(32 << 10) {
        let mut packed = Vec::with_capacity(64 << 10);
        packed.extend(b"CK");
        Compress::new(Compression::best(), false).compress_vec(chunk, &mut packed, FlushCompress::Finish).unwrap();
        blocks.push((packed, chunk.len()));
    }
    let half = |n: usize| u16::try_from(n).unwrap().to_le_bytes();
    let word = |n: usize| u32::try_from(n).unwrap().to_le_bytes();
    let names: usize = files.iter().map(|(name, _)| 17 + name.len()).sum();
    let mut out = b"MSCF".to_vec();
    for n in [0, 0, 0, 44, 0] {
        out.extend(word(n));
    }
    out.extend([3, 1]);
    for n in [1, files.len(), 0, 0, 0] {
        out.extend(half(n));
    }
    out.extend(word(44 + names));
    out.extend(half(blocks.len()));
    out.extend(half(1));
    let mut offset = 0;
    for (name, content) in files {
        out.extend(word(content.len()));
        out.extend(word(offset));
        out.extend([0; 8]);
        out.extend(name.as_bytes());
        out.push(0);
        offset += content.len();
    }
    for (packed, plain) in blocks {
        out.extend([0; 4]);
        out.extend(half(packed.len()));
        out.extend(half(plain));
        out.extend(packed);
    }
    out
}

#[tokio::test]
async fn every_form_arrives() {
    let plain = documents().concat();
    let with_declarations: String = documents()
        .iter()
        .map(|text| format!("\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n{text}\r\n"))
        .collect();
    let utf16 = |text: &str, unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    arrives("plain.xml", plain.clone().into_bytes()).await;
    arrives("declared.xml", with_declarations.clone().into_bytes()).await;
    arrives("utf16le.xml", utf16(&with_declarations, u16::to_le_bytes)).await;
    arrives("utf16be.xml", utf16(&plain, u16::to_be_bytes)).await;
    arrives("packed.xml.gz", gz(plain.as_bytes())).await;
    // gzip files joined, as `cat *.xml.gz` does.
    arrives("joined.gz", documents().iter().flat_map(|text| gz(text.as_bytes())).collect()).await;
    arrives("export.cab", export()).await;
    arrives("export.cab.gz", gz(&export())).await;
    let mut archive = tar::Builder::new(Vec::new());
    for (number, text) in documents().iter().enumerate() {
        // A directory of files that are written in different ways.
        let bytes = match number {
            0 => utf16(text, u16::to_le_bytes),
            1 => gz(text.as_bytes()),
            _ => cabinet(&[("blob", utf16(text, u16::to_le_bytes))]),
        };
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        archive.append_data(&mut header, format!("{}/{number}.xml", "long".repeat(50)), &bytes[..]).unwrap();
    }
    let archive = archive.into_inner().unwrap();
    arrives("folder.tar", archive.clone()).await;
    arrives("folder.tar.gz", gz(&archive)).await;
    // Not one of ours: deflate without a frame.
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain.as_bytes()).unwrap();
    let world = World::new().await;
    let summary = world.import("raw", encoder.finish().unwrap()).await.unwrap();
    assert_eq!((summary.new_updates, summary.quarantined), (0, 1));
}

/// A recorded answer of GetUpdateData, unpacked from LZX.
#[tokio::test]
async fn recorded_cabinets_arrive() {
    use base64::Engine as _;
    let Some(path) = shared("captures/wsus-upstream/000013/response.body") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let world = World::new().await;
    for part in text.split("<XmlUpdateBlobCompressed>").skip(1) {
        let blob = part.split("</XmlUpdateBlobCompressed>").next().unwrap();
        let bytes = base64::engine::general_purpose::STANDARD.decode(blob).unwrap();
        let summary = world.import("blob.cab", bytes).await.unwrap();
        assert_eq!((summary.new_updates, summary.quarantined), (1, 0), "{:?}", summary.problems);
    }
    assert!(!world.titles().is_empty());
    assert!(!world.titles().contains(&update_id(1).to_string()));
}
