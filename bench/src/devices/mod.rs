//! Real agents and simulated devices at a real `sluice serve`.

pub mod agent;
pub mod ingest;
pub mod serve;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use sluice_sim::Shape;
use sluice_wire::Inventory;

use crate::{Work, apt};

/// What simulated machines are made of, as files: the inventory of this machine, and the package
/// indices that its sources offer.
pub fn shape_files(work: &Work) -> anyhow::Result<PathBuf> {
    let directory = work.path("shape");
    if directory.exists() {
        return Ok(directory);
    }
    let lists = work.path("apt");
    if !lists.join("lists").exists() {
        apt::update(&lists)?;
    }
    apt::unpack_indexes(&lists, &directory)?;
    let scan = Command::new(&work.sluice)
        .args(["agent", "--json", "--state-dir"])
        .arg(work.path("scan-state"))
        .arg("scan")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("starting {}; build it: cargo build --release", work.sluice.display()))?;
    anyhow::ensure!(scan.status.success(), "`sluice agent scan` ended with {}", scan.status);
    std::fs::write(directory.join(INVENTORY), scan.stdout)?;
    Ok(directory)
}

const INVENTORY: &str = "inventory.json";

/// Reads them.
pub fn read_shape(directory: &Path) -> anyhow::Result<Shape> {
    let inventory: Inventory = serde_json::from_slice(&std::fs::read(directory.join(INVENTORY))?)?;
    let mut shape = Shape::of_inventory(&inventory);
    let mut indexes: Vec<PathBuf> = std::fs::read_dir(directory)?.flatten().map(|entry| entry.path()).collect();
    indexes.sort_unstable();
    for path in indexes.iter().filter(|path| !path.ends_with(INVENTORY)) {
        shape.add_index(std::fs::File::open(path)?)?;
    }
    Ok(shape)
}
