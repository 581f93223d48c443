//! `sluice simulate catalog`.

use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use sluice_sim::windows::catalog::{Catalog, CatalogShape};

/// Write update documents of the shape of Microsoft's, for `sluice catalog import`.
#[derive(Args, Clone, Debug)]
pub struct CatalogArgs {
    /// Which shape.
    #[arg(long, value_enum, default_value_t = Shape::Small)]
    shape: Shape,
    /// Factor for the sizes of large documents; 0.01 makes a whole Windows 11 product of some 12 MB.
    #[arg(long, value_name = "FACTOR")]
    scale: Option<f64>,
    /// The same catalog comes from the same seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A folder to write a file per document into; without it all go to standard output, one after the other.
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shape {
    /// About 330 revisions for several systems.
    Small,
    /// The Windows 11 product: 5,253 revisions, 1.2 GB.
    #[value(name = "windows11")]
    Windows11,
}

pub(super) fn run(args: &CatalogArgs) -> anyhow::Result<()> {
    let shape = match args.shape {
        Shape::Small => CatalogShape::small(),
        Shape::Windows11 => CatalogShape::windows11(),
    };
    if let Some(factor) = args.scale {
        anyhow::ensure!((0.0..=1.0).contains(&factor), "--scale must be between 0 and 1");
    }
    let catalog = Catalog::new(args.scale.map_or(shape.clone(), |factor| shape.scaled(factor)), args.seed);
    match &args.output {
        Some(folder) => {
            catalog.write_directory(folder).with_context(|| format!("writing into {}", folder.display()))?;
        }
        None => {
            let mut out = BufWriter::new(std::io::stdout().lock());
            catalog.write_stream(&mut out).and_then(|()| out.flush()).context("writing to standard output")?;
        }
    }
    Ok(())
}
