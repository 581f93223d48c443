//! When a source is synchronized, as flags.

use clap::{ArgGroup, Args};
use sluice_web::api::sources::schedule::Schedule;

use crate::cli::time;

/// When a new source is synchronized.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("schedule").args(["every", "daily", "manual"])))]
pub(super) struct ScheduleArgs {
    /// Synchronize every so often, at least every 15 minutes: 30m, 4h, 1d. [default: 4h]
    #[arg(long, value_name = "TIME", value_parser = time::seconds)]
    every: Option<u32>,
    /// Synchronize every day at this time of the site's zone --zone: 03:30.
    #[arg(long, value_name = "HH:MM")]
    daily: Option<String>,
    /// IANA zone of --daily.
    #[arg(long, default_value = "UTC", requires = "daily")]
    zone: String,
    /// Synchronize only when somebody asks.
    #[arg(long)]
    manual: bool,
}

impl ScheduleArgs {
    pub(super) fn schedule(self) -> Schedule {
        match (self.every, self.daily, self.manual) {
            (_, _, true) => Schedule::Manual {},
            (_, Some(at), _) => Schedule::Daily { at, zone: self.zone },
            (every, None, false) => Schedule::Every { minutes: every.unwrap_or(4 * 3600) / 60 },
        }
    }
}
