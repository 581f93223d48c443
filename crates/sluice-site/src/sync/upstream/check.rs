//! Trying a source out: the whole way to a server's configuration, and what it is.

use std::sync::Mutex;
use std::time::Duration;

use sluice_wsus::messages::server_sync::ServerSyncConfigData;

use super::error::UpstreamError;
use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;
use crate::sources::{SourceConfig, UpstreamSource};

/// Whoever tries a server out waits for it at most this long.
const PATIENCE: Duration = Duration::from_secs(45);

/// What came of trying a source out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceCheck {
    /// Whether everything went well.
    pub ok: bool,
    /// The steps that were tried, in their order; only the last can have failed.
    pub steps: Vec<CheckedStep>,
    /// What failed and why.
    pub error: Option<String>,
    /// What to do about it.
    pub fix: Option<String>,
    /// What the server says of itself, in sentences.
    pub facts: Vec<String>,
    /// How long it took, milliseconds.
    pub took_millis: u64,
}

/// A step of the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedStep {
    /// The operation.
    pub operation: &'static str,
    /// Whether it went well.
    pub ok: bool,
}

impl Site {
    /// Tries out a server as it is defined, without storing anything: is it there, does it let this site in, what does
    /// it say of itself.
    ///
    /// # Errors
    /// `Forbidden`; `Invalid` when the definition could not work; `Conflict` for sources of another kind.
    pub async fn check_source(&self, caller: &Caller, config: &SourceConfig) -> SiteResult<SourceCheck> {
        caller.require(Permission::ManageSite)?;
        let SourceConfig::Upstream(source) = config else {
            return Err(SiteError::conflict(
                "only sources of the kind upstream can be tried out",
                "Synchronize the source: `sluice sync run`.",
            ));
        };
        source.check()?;
        let begun = self.now();
        let steps = Mutex::new(Vec::new());
        let result = self.try_out(source, &|step| steps.lock().unwrap_or_else(|e| e.into_inner()).push(step)).await;
        let took = self.now().duration_since(begun);
        let reached = steps.into_inner().unwrap_or_else(|e| e.into_inner());
        let last = reached.len();
        let step = |(number, operation)| CheckedStep { operation, ok: result.is_ok() || number + 1 < last };
        let steps = reached.into_iter().enumerate().map(step).collect();
        Ok(SourceCheck {
            ok: result.is_ok(),
            steps,
            error: result.as_ref().err().map(ToString::to_string),
            fix: result.as_ref().err().map(|error| error.fix().to_owned()),
            facts: result.as_ref().map(|config| facts(config, source)).unwrap_or_default(),
            took_millis: u64::try_from(took.as_millis()).unwrap_or(0),
        })
    }

    async fn try_out(
        &self,
        source: &UpstreamSource,
        step: &(dyn Fn(&'static str) + Send + Sync),
    ) -> Result<ServerSyncConfigData, UpstreamError> {
        let session = self.upstream_trial(source)?;
        let known = session.known(self.upstreams.id, self.now(), step);
        let known = tokio::time::timeout(PATIENCE, known).await;
        let known = known.unwrap_or_else(|_| Err(UpstreamError::TooSlow { url: source.url.clone() }))?;
        Ok(known.config.clone())
    }
}

fn facts(config: &ServerSyncConfigData, source: &UpstreamSource) -> Vec<String> {
    let version = if config.protocol_version.is_empty() { "unknown" } else { &config.protocol_version };
    let mut facts = vec![
        format!("Protocol version {version}."),
        format!("{} updates in a request.", config.max_number_of_updates_per_request),
        match (config.catalog_only_sync, config.lazy_sync) {
            (true, _) => "Files come from their publisher, not from the server.",
            (false, true) => "The server fetches files when they are needed.",
            (false, false) => "The server has all files.",
        }
        .to_owned(),
    ];
    let has = |tag: &str| config.language_update_list.iter().any(|l| l.short_language.eq_ignore_ascii_case(tag));
    let missing: Vec<_> = source.languages.iter().filter(|tag| !has(tag)).map(String::as_str).collect();
    if !missing.is_empty() && !config.language_update_list.is_empty() {
        facts.push(format!("The server does not know these languages of the source: {}.", missing.join(", ")));
    }
    facts
}
