//! Reading package indices, off the async threads.

use std::ops::ControlFlow;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use sluice_catalog::Catalog;
use sluice_model::{CategoryId, Classification};
use sluice_packages::deb::packages::parse_packages;
use sluice_packages::decompress::{Compression, Decompressor, OutputSize};

use super::assemble::{Assembled, Assembler};
use crate::error::chain;
use crate::sync::error::SyncError;

/// Most stanzas of one index that are quarantined one by one; an index with more is refused.
const MAX_PROBLEMS: usize = 1000;

/// A fetched and verified index.
pub(super) struct IndexBytes {
    pub(super) url: String,
    pub(super) bytes: Bytes,
    pub(super) compression: Compression,
    pub(super) unpacked: OutputSize,
}

/// The indices of a product, read.
pub(super) struct ReadProduct {
    pub(super) assembled: Assembled,
    /// Item key and reason.
    pub(super) problems: Vec<(String, String)>,
}

/// Reads the indices of one product.
pub(super) async fn read(
    catalog: &Arc<Catalog>,
    product: CategoryId,
    classification: Classification,
    released: Option<Timestamp>,
    files: Vec<(String, IndexBytes)>,
) -> Result<ReadProduct, SyncError> {
    let catalog = Arc::clone(catalog);
    let work = move || {
        let mut assembler = Assembler::new(&catalog, product, classification, released);
        let mut problems = Vec::new();
        for (prefix, file) in files {
            assembler.begin_index();
            read_one(&mut assembler, &prefix, file, &mut problems)?;
        }
        Ok(ReadProduct { assembled: assembler.finish(), problems })
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| SyncError::Defect)?
}

fn read_one(
    assembler: &mut Assembler<'_>,
    prefix: &str,
    file: IndexBytes,
    problems: &mut Vec<(String, String)>,
) -> Result<(), SyncError> {
    let unpack = |source| SyncError::Unpack { url: file.url.clone(), source };
    let reader = Decompressor::new(&file.bytes[..], file.compression, file.unpacked).map_err(unpack)?;
    let mut refused = 0;
    let mut overflow = None;
    let done = parse_packages(reader, |item| {
        let problem = match item {
            Ok(package) => match assembler.add(&package) {
                Ok(()) => return ControlFlow::Continue(()),
                Err(problem) => (format!("{} {}", package.package, package.version), problem.to_string()),
            },
            Err(error) => {
                let name = error.name.clone().unwrap_or_else(|| format!("line {}", error.line));
                let reason = chain(&error.problem);
                if refused >= MAX_PROBLEMS {
                    overflow = Some(error);
                    return ControlFlow::Break(());
                }
                (name, reason)
            }
        };
        refused += 1;
        if refused <= MAX_PROBLEMS {
            problems.push((format!("{prefix}{}", problem.0), problem.1));
        }
        ControlFlow::Continue(())
    });
    match (done, overflow) {
        // Only what stops the reader comes here.
        (Err(error), _) => Err(SyncError::Broken { url: file.url, source: error.problem }),
        (Ok(()), Some(error)) => Err(SyncError::Packages { url: file.url, source: error }),
        (Ok(()), None) => Ok(()),
    }
}
