//! `sluice bundle verify`.

use std::path::PathBuf;

use clap::Args;
use sluice_bundle::{PublicKey, verify};
use sluice_web::api::bundles::verify::Bundle;

use super::place;
use crate::cli::Context;
use crate::cli::client::{Got, Query};
use crate::cli::error::CliError;
use crate::cli::output::Answer;
use crate::cli::table::facts;
use crate::cli::view::{View, clean, size};

pub(super) const EXAMPLE: &str = "With --key no site is asked: the bundle is verified on this machine alone.

Examples:
  sluice bundle verify /media/disk/bundle
  sluice bundle verify /media/disk/parts --key 3b6a27bc…  # what `sluice bundle key` printed";

/// What to verify.
#[derive(Debug, Args)]
pub struct Verify {
    /// A file, a directory of parts, or `-` for standard input.
    #[arg(value_name = "FILE|DIR|-")]
    path: PathBuf,
    /// A public key that is trusted, 64 hexadecimal digits; may be given several times.
    #[arg(long = "key", value_name = "KEY")]
    pub(super) keys: Vec<PublicKey>,
}

/// Without a site.
pub(super) fn run_alone(arguments: &Verify, view: &View) -> Result<Answer, CliError> {
    let (reader, _) = place::open(&arguments.path)?;
    let reader = std::io::BufReader::with_capacity(1 << 20, reader);
    let verified = verify(reader, &arguments.keys)
        .map_err(|error| CliError::failed("the bundle is refused", chain(&error), error.fix()))?;
    let key = verified.signer;
    let bundle = Bundle::new(verified.header, verified.counts, key.to_string(), key.fingerprint(), verified.size);
    let mut answer = answer(serde_json::to_value(&bundle).unwrap_or_default(), &bundle, view);
    if view.now > bundle.expires_at {
        answer.failed = true;
        answer.note = format!("It expired at {}.", view.time(bundle.expires_at));
    }
    Ok(answer)
}

pub(super) async fn run(arguments: &Verify, context: &Context) -> Result<Answer, CliError> {
    let (reader, size) = place::open(&arguments.path)?;
    let body = place::body(reader);
    let method = reqwest::Method::POST;
    let got: Got<Bundle> = context.api.upload(method, "/bundles/verify", &Query::new(), size, body).await?;
    let answer = answer(got.value, &got.data, &context.view);
    Ok(match (&got.data.refused, &got.data.fix) {
        (Some(why), fix) => {
            let note = format!("It may not be imported now: {}. {}", clean(why), fix.as_deref().unwrap_or_default());
            Answer { failed: true, ..answer.with_note(note) }
        }
        (None, _) => answer,
    })
}

fn answer(value: serde_json::Value, bundle: &Bundle, view: &View) -> Answer {
    Answer::of(value, facts(view, &described(bundle, view)))
}

/// A bundle, for people.
pub(super) fn described(bundle: &Bundle, view: &View) -> Vec<(&'static str, String)> {
    let since = bundle.previous.map_or_else(|| "everything".to_owned(), |id| format!("what changed since {id}"));
    vec![
        ("Bundle", format!("{} of {} ({})", bundle.sequence, bundle.site_name, bundle.id)),
        ("Signed by", bundle.signer.clone()),
        ("Made", view.time(bundle.created_at)),
        ("Expires", view.time(bundle.expires_at)),
        ("For", bundle.intended.map_or_else(|| "any site".to_owned(), |site| format!("the site {site}"))),
        ("Holds", since),
        ("Parts", bundle.parts.join(", ")),
        ("Documents", bundle.documents.to_string()),
        ("Files", format!("{} ({})", bundle.files, size(bundle.file_bytes))),
        ("Decisions", format!("{} groups, {} deployments", bundle.groups, bundle.deployments)),
        ("Size", size(bundle.bytes)),
    ]
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
