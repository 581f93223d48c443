//! `sluice bundle import`.

use std::path::PathBuf;

use clap::Args;
use sluice_bundle::Part;
use sluice_web::api::bundles::import::BundleImported;

use super::export::parse_part;
use super::place;
use crate::cli::Context;
use crate::cli::client::{Got, Query};
use crate::cli::error::CliError;
use crate::cli::output::Answer;
use crate::cli::view::clean;

pub(super) const EXAMPLE: &str =
    "Without --only everything is imported but settings. Once, before the first import, the
site it comes from must be trusted: `sluice bundle trust add NAME KEY`.

Examples:
  sluice bundle import /media/disk/bundle
  sluice bundle import /media/disk/parts --only documents,content
  ssh carrier cat bundle | sluice bundle import -";

/// What to import.
#[derive(Debug, Args)]
pub struct Import {
    /// A file, a directory of parts, or `-` for standard input.
    #[arg(value_name = "FILE|DIR|-")]
    path: PathBuf,
    /// Only these parts, with commas between: documents, content, collections, groups, deployments,
    /// declined, licences, selection, settings.
    #[arg(long, value_name = "PARTS", value_delimiter = ',', value_parser = parse_part)]
    only: Vec<Part>,
}

pub(super) async fn run(import: &Import, context: &Context) -> Result<Answer, CliError> {
    let (reader, size) = place::open(&import.path)?;
    let mut query = Query::new();
    if !import.only.is_empty() {
        query.push(("parts", import.only.iter().map(|part| part.slug()).collect::<Vec<_>>().join(",")));
    }
    let (method, body) = (reqwest::Method::POST, place::body(reader));
    let got: Got<BundleImported> = context.api.upload(method, "/bundles/imports", &query, size, body).await?;
    let text = render(&got.data);
    let answer = Answer::of(got.value, text);
    Ok(match got.data.quarantined {
        0 => answer,
        _ => answer.with_note("What could not be taken in is in the quarantine: `sluice sync quarantine`."),
    })
}

fn render(imported: &BundleImported) -> String {
    let bundle = &imported.bundle;
    let mut text = format!(
        "Imported bundle {} of {}: {} new updates, {} new revisions, {} known already, {} in quarantine; \
         {} new files; {} decisions changed.\n",
        bundle.sequence,
        clean(&bundle.site_name),
        imported.new_updates,
        imported.new_revisions,
        imported.unchanged,
        imported.quarantined,
        imported.new_files,
        imported.decisions
    );
    for problem in &imported.problems {
        text.push_str(&clean(&format!("not taken: {}: {}", problem.item, problem.reason)));
        text.push('\n');
    }
    text
}
