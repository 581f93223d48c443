//! `sluice site join`.

use clap::Args;
use sluice_web::api::sites::join::{JoinOrder, JoinReport};
use sluice_web::api::words::{SiteMode, SiteType};

use crate::cli::Context;
use crate::cli::client::Got;
use crate::cli::error::CliError;
use crate::cli::output::Answer;
use crate::cli::word::word;

/// Below which site, and as what.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sluice site join ss1.… --check
  sluice site join ss1.…
  sluice site join ss1.… --type update-point")]
pub struct Join {
    /// The token that `sluice site token` printed at the other site.
    #[arg(value_name = "TOKEN")]
    site_token: String,
    /// What this site is to be; what is usual below the other one when absent.
    #[arg(long = "type", value_name = "TYPE",
        value_parser = word(&[SiteType::ChildPrimary, SiteType::Secondary, SiteType::UpdatePoint]))]
    site_type: Option<SiteType>,
    /// Whether it takes over groups and deployments of the other site.
    #[arg(long, value_name = "MODE", default_value = "replica", value_parser = word(SiteMode::ALL))]
    mode: SiteMode,
    /// HTTP proxy on the way: `http://name:password@proxy:3128`.
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// Only say what stands against it; nothing changes.
    #[arg(long)]
    check: bool,
}

pub(super) async fn run(join: Join, context: &Context) -> Result<Answer, CliError> {
    let order =
        JoinOrder { token: join.site_token, site_type: join.site_type, mode: Some(join.mode), proxy: join.proxy };
    let path = if join.check { "/site/join/check" } else { "/site/join" };
    let got: Got<JoinReport> = context.api.post(path, &order).await?;
    let answer = Answer::of(got.value, render(&got.data, join.check));
    Ok(if join.check { answer } else { answer.with_note("It synchronizes now. Watch it: `sluice sync status`.") })
}

fn render(report: &JoinReport, only_check: bool) -> String {
    let place = report.site_type.map_or_else(String::new, |site_type| format!(" as {site_type}, {}", report.mode));
    let there = format!("{} ({}), {}", report.parent, report.parent_type, report.url);
    if report.problems.is_empty() {
        let verb = if only_check { "Nothing stands against joining" } else { "Joined" };
        return format!("{verb} below {there}{place}.\n");
    }
    let mut text = format!("This site cannot join below {there}{place}:\n");
    for problem in &report.problems {
        text.push_str(&format!("  {}: {}. {}\n", problem.kind, problem.message, problem.fix));
    }
    text
}

#[cfg(test)]
mod tests {
    use sluice_web::api::sites::join::JoinProblem;

    use super::*;

    #[test]
    fn what_stands_against_it_is_listed() {
        let free = JoinReport {
            parent: "Top".into(),
            parent_type: SiteType::Central,
            url: "https://top.example:8531".into(),
            site_type: Some(SiteType::ChildPrimary),
            mode: SiteMode::Replica,
            problems: Vec::new(),
        };
        let problem =
            JoinProblem { kind: "clock".into(), message: "the clocks differ".into(), fix: "Set them.".into() };
        let refused = JoinReport { problems: vec![problem], ..free.clone() };
        let texts = [render(&free, true), render(&free, false), render(&refused, true)];
        insta::assert_snapshot!(texts.concat(), @r"
        Nothing stands against joining below Top (central), https://top.example:8531 as child-primary, replica.
        Joined below Top (central), https://top.example:8531 as child-primary, replica.
        This site cannot join below Top (central), https://top.example:8531 as child-primary, replica:
          clock: the clocks differ. Set them.
        ");
    }
}
