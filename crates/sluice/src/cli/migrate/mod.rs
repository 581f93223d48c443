//! `sluice migrate`: taking over a WSUS, step by step.

mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use sluice_web::api::migration::finish::MigrationEnd;
use sluice_web::api::migration::plan::MigrationPlan;
use sluice_web::api::migration::report::MigrationReport;
use sluice_web::api::migration::status::MigrationStatus;
use sluice_web::api::sources::upstream::UpstreamSource;
use sluice_web::api::words::AfterMigration;

use super::Context;
use super::client::{Got, Query};
use super::error::CliError;
use super::output::Answer;
use super::source::read_certificates;
use super::word::word;

/// What can be taken over.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Take over a WSUS: look at it, follow it, compare with it, detach from it. It is not changed at any time.
    #[command(after_help = "Examples:
  sluice migrate wsus --from http://wsus.example.org:8530
  sluice migrate wsus start --from http://wsus.example.org:8530
  sluice migrate wsus status
  sluice migrate wsus report --json
  sluice migrate wsus finish --after microsoft-update")]
    Wsus(Box<Wsus>),
}

/// A step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Dry run: is it there, what has it, what would be done.
    #[default]
    Plan,
    /// Join it as a replica; what it has comes and follows it.
    Start,
    /// Where the take-over stands.
    Status,
    /// What is there and not here; exit code 1 when something is.
    Report,
    /// Cut over: what was inherited becomes the site's own.
    Finish,
}

/// Options of `sluice migrate wsus`.
#[derive(Args, Debug)]
pub struct Wsus {
    /// The step. All can be repeated.
    #[arg(value_enum, default_value_t)]
    step: Step,
    /// Root of the WSUS: http://wsus.example.org:8530. For plan and start.
    #[arg(long, value_name = "URL", required_if_eq_any = [("step", "plan"), ("step", "start")])]
    from: Option<String>,
    /// File with certificate authorities (PEM) that are believed beside those of the site's machine; for finish, those
    /// of Microsoft Update.
    #[arg(long, value_name = "FILE")]
    authority: Option<PathBuf>,
    /// Believe only a server that shows this certificate, by SHA-256; may be given several times.
    #[arg(long = "pin", value_name = "SHA256")]
    pins: Vec<String>,
    /// HTTP proxy to ask through.
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// How this site calls itself there; the name devices reach it by when absent.
    #[arg(long, value_name = "NAME")]
    account_name: Option<String>,
    /// Languages of updates that are asked for; `all` for all.
    #[arg(long = "language", value_name = "TAG", value_delimiter = ',', default_value = "en")]
    languages: Vec<String>,
    /// For finish: what becomes of the source.
    #[arg(long, value_name = "WORD", value_parser = word(AfterMigration::ALL), default_value = "autonomous")]
    after: AfterMigration,
    /// For finish: accept differences that remain.
    #[arg(long)]
    accept_differences: bool,
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    let Verb::Wsus(wsus) = verb;
    let (api, view) = (&context.api, &context.view);
    match wsus.step {
        Step::Plan => {
            let got: Got<MigrationPlan> = api.post("/migration/plan", &wsus.source()?).await?;
            let answer = Answer::of(got.value, show::plan(&got.data));
            Ok(Answer { failed: !got.data.check.ok, ..answer })
        }
        Step::Start => {
            let got: Got<MigrationStatus> = api.post("/migration/start", &wsus.source()?).await?;
            Ok(Answer::of(got.value, show::status(&got.data, view)))
        }
        Step::Status => {
            let got: Got<MigrationStatus> = api.get("/migration", &Query::new()).await?;
            Ok(Answer::of(got.value, show::status(&got.data, view)))
        }
        Step::Report => {
            let got: Got<MigrationReport> = api.post("/migration/report", &()).await?;
            let answer = Answer::of(got.value, show::report(&got.data, view));
            Ok(Answer { failed: got.data.total > 0, ..answer })
        }
        Step::Finish => {
            let authorities = wsus.authority.as_deref().map(read_certificates).transpose()?;
            let end =
                MigrationEnd { after: Some(wsus.after), accept_differences: wsus.accept_differences, authorities };
            let got: Got<MigrationStatus> = api.post("/migration/finish", &end).await?;
            Ok(Answer::of(got.value, show::status(&got.data, view)))
        }
    }
}

impl Wsus {
    fn source(self) -> Result<UpstreamSource, CliError> {
        let Some(url) = self.from else {
            return Err(CliError::usage(
                "it is not said which WSUS",
                "Name it: `--from http://wsus.example.org:8530`.",
            ));
        };
        let languages = if self.languages.iter().any(|tag| tag == "all") { Vec::new() } else { self.languages };
        Ok(UpstreamSource {
            url,
            proxy: self.proxy,
            authorities: self.authority.as_deref().map(read_certificates).transpose()?,
            pinned: self.pins.iter().map(|pin| pin.replace(':', "").to_ascii_lowercase()).collect(),
            replica: true,
            account_name: self.account_name,
            languages,
            parallel: 4,
        })
    }
}
