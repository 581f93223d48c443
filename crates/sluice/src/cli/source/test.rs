//! `sluice source test`.

use clap::Args;
use sluice_web::api::sources::upstream::SourceCheck;

use super::upstream::UpstreamArgs;
use crate::cli::Context;
use crate::cli::client::Got;
use crate::cli::error::CliError;
use crate::cli::output::Answer;
use crate::cli::view::clean;

pub(super) const EXAMPLE: &str = "Examples:
  sluice source test \"Head office\"
  sluice source test --server https://wsus.example.org:8531 --authority our-ca.pem";

/// What to try out.
#[derive(Debug, Args)]
pub struct Test {
    /// Name or identity of a source; without it the server that --server or --preset names.
    #[arg(conflicts_with_all = ["server", "preset"], required_unless_present_any = ["server", "preset"])]
    source: Option<String>,
    #[command(flatten)]
    upstream: UpstreamArgs,
    /// HTTP proxy to ask through.
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
}

pub(super) async fn run(test: Test, context: &Context) -> Result<Answer, CliError> {
    let upstream = match &test.source {
        Some(source) => super::get(context, source).await?.data.upstream,
        None => test.upstream.upstream(test.proxy)?,
    };
    let Some(upstream) = upstream else {
        return Err(CliError::usage(
            "only a server can be tried out",
            "Synchronize sources of other kinds: `sluice sync run --wait`.",
        ));
    };
    let got: Got<SourceCheck> = context.api.post("/sources/check", &upstream).await?;
    Ok(Answer { failed: !got.data.ok, ..Answer::of(got.value, render(&got.data)) })
}

fn render(check: &SourceCheck) -> String {
    let step = |ok: bool| if ok { "ok    " } else { "failed" };
    let mut lines: Vec<_> = check.steps.iter().map(|one| format!("{}  {}", step(one.ok), one.operation)).collect();
    match &check.error {
        None => lines.push(format!("The server answers ({} ms).", check.took_millis)),
        Some(error) => lines.push(format!("{error}.")),
    }
    lines.extend(check.fix.clone());
    lines.extend(check.facts.iter().cloned());
    lines.iter().map(|line| clean(line) + "\n").collect()
}
