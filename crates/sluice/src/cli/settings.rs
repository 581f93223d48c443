//! `sluice settings`.

use clap::{Args, Subcommand};
use sluice_web::api::content_settings::{ContentSettings, ContentSettingsPatch};
use sluice_web::api::downstream::settings::{DownstreamSettings, DownstreamSettingsPatch};
use sluice_web::api::settings::{WindowsSettings, WindowsSettingsPatch};
use sluice_web::api::words::{ConfigOrder, DownstreamAccess, FetchPolicy, Targeting, UpdateFiles};

use super::Context;
use super::client::{Got, Query};
use super::error::CliError;
use super::output::Answer;
use super::table::facts;
use super::view::{View, size};
use super::word::word;

const PATH: &str = "/settings/windows";
const DOWNSTREAM: &str = "/settings/downstream";
const CONTENT_PATH: &str = "/settings/content";

/// Seconds of an hour.
const HOUR: i64 = 3600;

/// What can be set.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Settings for Windows devices: show them, or change those that are named.
    #[command(after_help = "Examples:\n  sluice settings windows\n  sluice settings windows --targeting client")]
    Windows(Windows),
    /// Settings for servers that synchronize from this site: show them, or change those that are named.
    #[command(after_help = "Examples:\n  sluice settings downstream\n  sluice settings downstream --servers approved")]
    Downstream(Downstream),
    /// Settings of content, the files of updates: show them, or change those that are named.
    #[command(after_help = "Examples:
  sluice settings content
  sluice settings content --policy all --bandwidth 2000000")]
    Content(Content),
}

/// Settings for servers that synchronize from this site.
#[derive(Debug, Args)]
pub struct Downstream {
    /// Which servers may synchronize: nobody, those that were approved, or anybody.
    #[arg(long, value_name = "WORD", value_parser = word(DownstreamAccess::ALL))]
    servers: Option<DownstreamAccess>,
    /// Order of the elements of the configuration, for strict clients.
    #[arg(long, value_name = "WORD", value_parser = word(ConfigOrder::ALL))]
    config_order: Option<ConfigOrder>,
    /// Whether documents are never packed into cabinets: true or false.
    #[arg(long, value_name = "BOOL")]
    plain_documents: Option<bool>,
}

/// Settings of content.
#[derive(Debug, Args)]
pub struct Content {
    /// Which files are fetched without being asked for: those of deployed updates, none, or all.
    #[arg(long, value_name = "WORD", value_parser = word(FetchPolicy::ALL))]
    policy: Option<FetchPolicy>,
    /// Which files of an update: what is installed as a whole, or express files too, which are large
    /// here and small for devices.
    #[arg(long, value_name = "WORD", value_parser = word(UpdateFiles::ALL))]
    update_files: Option<UpdateFiles>,
    /// Files fetched at a time.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=32))]
    parallel: Option<u32>,
    /// Most bytes per second, of all together; 0 for no limit.
    #[arg(long, value_name = "BYTES")]
    bandwidth: Option<u64>,
    /// Days that files stay which nothing refers to any more.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(0..=365))]
    grace_days: Option<i64>,
    /// Most bytes of files that no deployment names, and that are fetched because somebody unknown asked
    /// for them; 0 for none.
    #[arg(long, value_name = "BYTES")]
    undeployed_bytes: Option<u64>,
}

/// Settings for Windows devices.
#[derive(Debug, Args)]
pub struct Windows {
    /// Who decides which groups a device is in: this site, or also the device's policy, whose target
    /// groups are the collections of these names.
    #[arg(long, value_name = "WORD", value_parser = word(Targeting::ALL))]
    targeting: Option<Targeting>,
    /// Whether metadata may travel over plain HTTP, where anybody on the way can change it: true or
    /// false.
    #[arg(long, value_name = "BOOL")]
    metadata_over_http: Option<bool>,
    /// Hours a device may go on with one authorization; longer than its longest scan.
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(i64).range(1..=168))]
    cookie_hours: Option<i64>,
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    let windows = match verb {
        Verb::Windows(windows) => windows,
        Verb::Downstream(downstream) => return run_downstream(downstream, context).await,
        Verb::Content(content) => return self::content(content, context).await,
    };
    let patch = WindowsSettingsPatch {
        targeting: windows.targeting,
        metadata_over_http: windows.metadata_over_http,
        cookie_seconds: windows.cookie_hours.map(|hours| hours * HOUR),
    };
    let named = patch.targeting.is_some() || patch.metadata_over_http.is_some() || patch.cookie_seconds.is_some();
    let got: Got<WindowsSettings> =
        if named { context.api.patch(PATH, &patch).await? } else { context.api.get(PATH, &Query::new()).await? };
    Ok(Answer::of(got.value, render(&got.data, &context.view)))
}

async fn run_downstream(downstream: Downstream, context: &Context) -> Result<Answer, CliError> {
    let Downstream { servers, config_order, plain_documents } = downstream;
    let patch = DownstreamSettingsPatch { servers, config_order, plain_documents };
    let named = servers.is_some() || config_order.is_some() || plain_documents.is_some();
    let got: Got<DownstreamSettings> = if named {
        context.api.patch(DOWNSTREAM, &patch).await?
    } else {
        context.api.get(DOWNSTREAM, &Query::new()).await?
    };
    let documents = if got.data.plain_documents { "always plain" } else { "packed when large" };
    let rows = [
        ("Servers that may synchronize", got.data.servers.to_string()),
        ("Order of the configuration", got.data.config_order.to_string()),
        ("Documents", documents.to_owned()),
    ];
    Ok(Answer::of(got.value, facts(&context.view, &rows)))
}

async fn content(content: Content, context: &Context) -> Result<Answer, CliError> {
    let patch = ContentSettingsPatch {
        policy: content.policy,
        update_files: content.update_files,
        parallel: content.parallel,
        bandwidth: content.bandwidth,
        grace_seconds: content.grace_days.map(|days| days * 24 * HOUR),
        undeployed_bytes: content.undeployed_bytes,
    };
    let named = patch.policy.is_some()
        || patch.update_files.is_some()
        || patch.parallel.is_some()
        || patch.bandwidth.is_some()
        || patch.grace_seconds.is_some()
        || patch.undeployed_bytes.is_some();
    let got: Got<ContentSettings> = if named {
        context.api.patch(CONTENT_PATH, &patch).await?
    } else {
        context.api.get(CONTENT_PATH, &Query::new()).await?
    };
    Ok(Answer::of(got.value, render_content(&got.data, &context.view)))
}

fn render_content(settings: &ContentSettings, view: &View) -> String {
    let bandwidth = settings.bandwidth.map(|bytes| format!("{} a second", size(bytes)));
    facts(
        view,
        &[
            ("Fetched by itself", settings.policy.to_string()),
            ("Files of an update", settings.update_files.to_string()),
            ("At a time", format!("{} files", settings.parallel)),
            ("At most", bandwidth.unwrap_or_else(|| "no limit".to_owned())),
            ("Unwanted files stay", format!("{} days", settings.grace_seconds / (24 * HOUR))),
            ("Files not deployed", format!("at most {}", size(settings.undeployed_bytes))),
        ],
    )
}

fn render(settings: &WindowsSettings, view: &View) -> String {
    facts(
        view,
        &[
            ("Targeting", settings.targeting.to_string()),
            ("Metadata over plain HTTP", if settings.metadata_over_http { "allowed" } else { "refused" }.to_owned()),
            ("Authorization lasts", format!("{} h", settings.cookie_seconds / HOUR)),
            ("Last changed", view.time(settings.changed_at)),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_of_content_as_text() {
        let settings = ContentSettings {
            policy: FetchPolicy::OnApproval,
            update_files: UpdateFiles::Full,
            parallel: 4,
            bandwidth: Some(2 << 20),
            grace_seconds: 30 * 24 * HOUR,
            undeployed_bytes: 3_000_000,
        };
        let text = render_content(&settings, &View::plain());
        for part in ["on-approval", "full", "4 files", "2.0 MB a second", "30 days", "at most 3.0 MB"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn the_settings_as_text() {
        let settings = WindowsSettings {
            targeting: Targeting::Client,
            metadata_over_http: false,
            cookie_seconds: 12 * HOUR,
            changed_at: "2026-11-22T10:00:00Z".parse().unwrap(),
        };
        let text = render(&settings, &View::plain());
        for part in ["client", "refused", "12 h", "2026-11-22"] {
            assert!(text.contains(part), "{text}");
        }
    }
}
