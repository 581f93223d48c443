//! `sluice bundle key` and `sluice bundle trust`.

use clap::Subcommand;
use sluice_bundle::PublicKey;
use sluice_web::api::bundles::key::BundleKey;
use sluice_web::api::bundles::signers::{BundleSigner, SignerRequest};

use crate::cli::Context;
use crate::cli::client::{Got, Query};
use crate::cli::error::CliError;
use crate::cli::output::Answer;
use crate::cli::paging::whole;
use crate::cli::table::{Column, Table, facts};

/// What can be done with trusted keys.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Trust a key: whatever is signed with it may be imported.
    #[command(after_help = "Example:
  sluice bundle key                      # at the site the bundles come from
  sluice bundle trust add North 3b6a…    # at the site they go to, after comparing the fingerprints")]
    Add {
        /// What people call it: the name of the site it belongs to.
        name: String,
        /// The key, 64 hexadecimal digits.
        key: PublicKey,
    },
    /// List the keys that are trusted.
    List,
    /// Trust a key no more; what its bundles brought stays.
    Remove {
        /// The key, or its name.
        key: String,
    },
}

pub(super) async fn key(context: &Context) -> Result<Answer, CliError> {
    let got: Got<BundleKey> = context.api.get("/bundles/key", &Query::new()).await?;
    let key = got.data;
    let told = [
        ("Site", key.name),
        ("Identity", key.site.to_string()),
        ("Public key", key.public_key),
        ("Fingerprint", key.fingerprint),
    ];
    Ok(Answer::of(got.value, facts(&context.view, &told)))
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    match verb {
        Verb::Add { name, key } => {
            let request = SignerRequest { name, public_key: key.to_string() };
            let got: Got<BundleSigner> = context.api.post("/bundles/signers", &request).await?;
            let text = format!("Trusted. Its fingerprint is\n{}\n", got.data.fingerprint);
            Ok(Answer::of(got.value, text).with_note("Compare it with what `sluice bundle key` prints there."))
        }
        Verb::List => {
            let rows = whole::<BundleSigner>(&context.api, "/bundles/signers").await?;
            let columns = [Column::text("NAME"), Column::word("SINCE"), Column::text("BY"), Column::word("KEY")];
            let mut table = Table::new(columns, "No key is trusted: no bundle can be imported.");
            for signer in &rows.items {
                let since = context.view.time(signer.added_at);
                table.row([
                    (&signer.name).into(),
                    since.into(),
                    (&signer.added_by).into(),
                    (&signer.public_key).into(),
                ]);
            }
            Ok(Answer::of(rows.value, table.render(&context.view)))
        }
        Verb::Remove { key } => {
            let rows = whole::<BundleSigner>(&context.api, "/bundles/signers").await?;
            let found = rows.items.into_iter().find(|signer| signer.name == key || signer.public_key == key);
            let found = found.ok_or_else(|| {
                CliError::usage("there is no such trusted key", "List them: `sluice bundle trust list`.")
            })?;
            context.api.delete(&format!("/bundles/signers/{}", found.public_key)).await?;
            Ok(Answer::done(&(), format!("{} is not trusted any more.", found.name)))
        }
    }
}
