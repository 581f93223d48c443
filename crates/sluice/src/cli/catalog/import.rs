//! `sluice catalog import`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use sluice_web::api::catalog::import::CatalogImport;
use sluice_web::api::sync::status::SyncStatus;
use sluice_web::api::words::SourceKind;

use super::source::Upload;
use crate::cli::Context;
use crate::cli::client::{Api, Got, Query};
use crate::cli::content;
use crate::cli::error::CliError;
use crate::cli::output::Answer;
use crate::cli::paging::whole;
use crate::cli::terminal::LiveLine;
use crate::cli::view::clean;

pub(super) const EXAMPLE: &str = "On a WSUS, `wsusutil export catalog.cab export.log` writes its catalog.

Examples:
  sluice catalog import catalog.cab
  sluice catalog import updates/ --content /mnt/WsusContent
  zcat updates.xml.gz | sluice catalog import -";

/// How often the site is asked how far it is.
const PAUSE: Duration = Duration::from_secs(1);

/// What to import.
#[derive(Debug, Args)]
pub struct Import {
    /// A file, a directory with all that is in it, or `-` for standard input: update documents
    /// (XML), one or many after the other, or a cabinet that a WSUS exported; packed by gzip or not.
    #[arg(value_name = "FILE|DIR|-")]
    path: PathBuf,
    /// Afterwards upload the files that the catalog names and that are found in this directory
    /// (the WsusContent directory of a WSUS, or any other).
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,
}

pub(super) async fn run(import: &Import, context: &Context) -> Result<Answer, CliError> {
    let upload = Upload::open(&import.path)?;
    let mut line = LiveLine::new(context.view.live, context.view.columns);
    let query: Query = vec![("name", upload.name.clone())];
    let size = upload.size;
    let sending =
        context.api.upload::<CatalogImport>(reqwest::Method::POST, "/catalog/import", &query, size, upload.stream());
    let got: Got<CatalogImport> = tokio::select! {
        got = sending => got?,
        // Ends never; it only shows.
        () = watch(&context.api, &mut line) => return Err(CliError::failed("the import ended", String::new(), String::new())),
    };
    line.clear();
    let text = render(&got.data);
    let failed = got.data.quarantined > 0 && got.data.documents == 0;
    let answer = Answer { failed, ..Answer::of(got.value, text) };
    let answer = match got.data.quarantined {
        0 => answer,
        _ => answer.with_note("What could not be taken in is in the quarantine: `sluice sync quarantine`."),
    };
    let Some(directory) = &import.content else { return Ok(answer) };
    let uploaded = content::upload_found(directory, context).await?;
    let value = serde_json::json!({ "import": answer.value, "content": uploaded.value });
    Ok(Answer { value, text: answer.text + &uploaded.text, failed: answer.failed || uploaded.failed, ..answer })
}

async fn watch(api: &Api, line: &mut LiveLine) {
    loop {
        tokio::time::sleep(PAUSE).await;
        let Ok(status) = whole::<SyncStatus>(api, "/sync").await else { continue };
        let import = status.items.into_iter().filter(|status| status.source.kind == SourceKind::CatalogFile);
        for running in import.filter_map(|status| status.running) {
            let percent = running.percent.map(|percent| format!(" {percent}%")).unwrap_or_default();
            line.show(&clean(&format!("{}{percent}, {} MB, {}", running.phase, running.done >> 20, running.item)));
        }
    }
}

fn render(import: &CatalogImport) -> String {
    let mut text = format!(
        "{} documents: {} new updates, {} new revisions, {} known already, {} in quarantine.\n",
        import.documents, import.new_updates, import.new_revisions, import.unchanged, import.quarantined
    );
    for problem in &import.problems {
        text.push_str(&clean(&format!("not taken: {}: {}", problem.item, problem.reason)));
        text.push('\n');
    }
    text
}
