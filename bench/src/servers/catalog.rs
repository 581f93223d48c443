//! The catalog, and a site that has it.

use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::json;
use sluice_sim::windows::catalog::{Catalog, CatalogShape};

use crate::devices::serve::Serve;
use crate::report::Report;
use crate::{Work, measure};

/// Seed of the catalog.
const SEED: u64 = 2;

/// What stands between two documents of the file.
const BETWEEN: &[u8] = b"\n<!-- next -->\n";

/// What a bare reader makes of the documents.
pub struct Parsed {
    /// Bytes of all documents.
    pub bytes: f64,
    /// Bytes a second.
    pub rate: f64,
}

/// 60,000 revisions of the kinds of the Windows 11 product, with smaller manifests: 20,000 patches and 20,000 drivers
/// stand for the many products of a whole WSUS.
pub fn catalog() -> Catalog {
    with_manifests(0.25)
}

fn with_manifests(factor: f64) -> Catalog {
    let shape = CatalogShape {
        leaf_detectoids: 14_750,
        patches: 20_000,
        drivers: 20_000,
        ..CatalogShape::windows11().scaled(factor)
    };
    Catalog::new(shape, SEED)
}

fn path(work: &Work) -> PathBuf {
    work.path("servers-catalog.xml")
}

fn write(work: &Work, catalog: &Catalog) -> anyhow::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path(work))?);
    for document in catalog.documents() {
        document.write(&mut out)?;
        out.write_all(BETWEEN)?;
    }
    out.flush()?;
    Ok(())
}

/// Writes the documents of as many revisions, with manifests as long as those of Windows 11; their bytes.
pub fn prepare_long(work: &Work) -> anyhow::Result<u64> {
    write(work, &with_manifests(1.0))?;
    Ok(std::fs::metadata(path(work))?.len())
}

/// Writes the documents into a file and lets a bare pull parser read them.
pub fn prepare(work: &Work, report: &mut Report) -> anyhow::Result<Parsed> {
    let catalog = catalog();
    write(work, &catalog)?;
    let mut text = Vec::new();
    File::open(path(work))?.read_to_end(&mut text)?;
    #[expect(clippy::cast_precision_loss, reason = "sizes of a bench fit")]
    let bytes = text.len() as f64;
    let begin = measure::wall();
    let mut events = 0_u64;
    let mut start = 0;
    while let Some(document) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let end = memchr::memmem::find(document, BETWEEN).unwrap_or(document.len());
        let mut reader = Reader::from_reader(document.get(..end).unwrap_or_default());
        while reader.read_event()? != Event::Eof {
            events += 1;
        }
        start += end + BETWEEN.len();
    }
    let seconds = measure::wall() - begin;
    #[expect(clippy::cast_precision_loss, reason = "counts of a bench fit")]
    {
        let count = catalog.documents().len() as f64;
        report.heading(&format!("A catalog of {count:.0} revisions for servers among themselves"));
        report.note("documents", bytes / 1e6, "MB");
        report.note("a bare pull parser reads them in", seconds, "s");
        report.note("of that, events", events as f64 / seconds / 1e6, "million/s");
    }
    report.note("of that, bytes", bytes / seconds / 1e6, "MB/s");
    Ok(Parsed { bytes, rate: bytes / seconds })
}

/// A site with the catalog that serves any server, in a directory of this name.
pub async fn serve(work: &Work, name: &str, report: &mut Report) -> anyhow::Result<Serve> {
    let directory = work.path(name);
    std::fs::create_dir_all(&directory)?;
    let serve = Serve::start(work, &directory).await?;
    let begin = measure::wall();
    let status = Command::new(&work.sluice)
        .args(["catalog", "import"])
        .arg(path(work))
        .arg("--config")
        .arg(serve.credentials())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .status()
        .with_context(|| format!("starting {}", work.sluice.display()))?;
    anyhow::ensure!(status.success(), "the import ended with {status}");
    report.note("imported into the upstream site in", measure::wall() - begin, "s");
    serve.patch("/settings/windows", &json!({"metadata_over_http": true})).await?;
    serve.patch("/settings/downstream", &json!({"servers": "anybody"})).await?;
    Ok(serve)
}
