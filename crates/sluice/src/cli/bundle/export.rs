//! `sluice bundle export`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use sluice_bundle::{ContentChoice, Part};
use sluice_web::api::bundles::export::{BundleRequest, ID_HEADER, MISSING_HEADER, SEQUENCE_HEADER};
use uuid::Uuid;

use super::bytes::part_size;
use super::place::Output;
use crate::cli::Context;
use crate::cli::error::CliError;
use crate::cli::output::Answer;
use crate::cli::terminal::LiveLine;
use crate::cli::view::size;

pub(super) const EXAMPLE: &str = "Examples:
  sluice bundle export --to /media/disk/bundle
  sluice bundle export --to /media/disk/bundle-2 --since last
  sluice bundle export --to /media/disk/parts --parts 4GB --content all
  sluice bundle export --to - | ssh carrier 'cat > bundle'";

/// Seconds of a day.
const DAY: u64 = 24 * 3600;

/// What to export, and where to.
#[derive(Debug, Args)]
pub struct Export {
    /// A file that is not there yet; with --parts an empty directory; or `-` for standard output.
    #[arg(long, value_name = "FILE|DIR|-")]
    pub(super) to: PathBuf,
    /// Only what changed since this export: its number or identity, or `last`.
    #[arg(long, value_name = "BUNDLE")]
    since: Option<String>,
    /// Which files of updates: none, those of deployed updates, or all that the site has.
    #[arg(long, value_name = "WHICH", default_value = "deployed", value_parser = ["none", "deployed", "all"])]
    content: String,
    /// Only these parts, with commas between: documents, content, collections, groups, deployments,
    /// declined, licences, selection, settings.
    #[arg(long, value_name = "PARTS", value_delimiter = ',', value_parser = parse_part)]
    only: Vec<Part>,
    /// Write a directory of numbered parts of this size: 700MB, 4GB.
    #[arg(long, value_name = "SIZE", value_parser = part_size)]
    parts: Option<u64>,
    /// Days after which it is not imported any more.
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=366))]
    expires: u16,
    /// Only the site with this identity may import it; `sluice bundle key` prints it there.
    #[arg(long = "for", value_name = "SITE")]
    site: Option<Uuid>,
}

/// A part by its word.
pub(super) fn parse_part(word: &str) -> Result<Part, String> {
    let all = || Part::ALL.map(Part::slug).join(", ");
    Part::from_slug(word.trim()).ok_or_else(|| format!("there is no such part; there are: {}", all()))
}

pub(super) async fn run(export: Export, context: &Context) -> Result<Answer, CliError> {
    let only: Vec<_> = export.only.iter().map(|part| part.slug().to_owned()).collect();
    let request = BundleRequest {
        since: export.since,
        content: ContentChoice::from_slug(&export.content).map(|choice| choice.slug().to_owned()),
        parts: Some(only).filter(|only| !only.is_empty()),
        expires_seconds: Some(u64::from(export.expires) * DAY),
        site: export.site,
    };
    let mut output = Output::create(&export.to, export.parts)?;
    let mut response = match context.api.download("/bundles/exports", &request).await {
        Ok(response) => response,
        Err(error) => {
            output.abandon();
            return Err(error);
        }
    };
    let header = |name| response.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let (id, number, missing) = (header(ID_HEADER), header(SEQUENCE_HEADER), header(MISSING_HEADER));
    let mut line = LiveLine::new(context.view.live, context.view.columns);
    let (mut bytes, mut told) = (0_u64, 0);
    let written = loop {
        match response.chunk().await {
            Ok(None) => break Ok(()),
            Ok(Some(piece)) => {
                if let Err(error) = output.write(&piece) {
                    break Err(error.to_string());
                }
                bytes += piece.len() as u64;
                if bytes >> 24 != told {
                    told = bytes >> 24;
                    line.show(&format!("bundle {number}: {}", size(bytes)));
                }
            }
            Err(error) => break Err(error.to_string()),
        }
    };
    line.clear();
    if let Err(why) = written {
        output.abandon();
        return Err(CliError::failed("the export broke off", why, "See the site's log, and export again."));
    }
    let files = output.finish().map_err(|error| {
        CliError::failed(format!("{} was not written", export.to.display()), error.to_string(), "Check the disk.")
    })?;
    let value = json!({ "id": id, "sequence": number.parse::<u64>().ok(), "bytes": bytes, "files": files,
        "missing_files": missing.parse::<u64>().ok() });
    let text = format!("Exported bundle {number} ({}) to {}.", size(bytes), export.to.display());
    let note = match missing.as_str() {
        "" | "0" => String::new(),
        _ => format!("{missing} files of updates are not at this site, and so not in the bundle."),
    };
    if export.to.as_os_str() == "-" {
        return Ok(Answer::default().with_note(format!("{text} {note}").trim().to_owned()));
    }
    Ok(Answer::done(&value, text).with_note(note))
}
