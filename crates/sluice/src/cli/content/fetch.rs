//! `sluice content fetch`.

use sluice_content::ContentName;
use sluice_web::api::content::fetch::{FetchRequest, FetchStarted};

use crate::cli::Context;
use crate::cli::client::Got;
use crate::cli::error::CliError;
use crate::cli::output::Answer;

pub(super) async fn run(files: Vec<String>, context: &Context) -> Result<Answer, CliError> {
    // A name with its extension is as good as the digest.
    let digest = |text: String| ContentName::parse(&text).map_or(text, |name| hex::encode(name.sha1()));
    let sha1: Vec<_> = files.into_iter().map(digest).collect();
    let request = FetchRequest { sha1: (!sha1.is_empty()).then_some(sha1) };
    let got: Got<FetchStarted> = context.api.post("/content/fetch", &request).await?;
    let FetchStarted { retried, fetched } = got.data;
    let text = format!(
        "{retried} files that failed are tried again, {fetched} named ones are fetched.\n\
         Watch them: sluice content status\n"
    );
    Ok(Answer::of(got.value, text))
}
