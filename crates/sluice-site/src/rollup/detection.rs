//! When a device looked, in the time of this site's synchronizations: its server above knows what it told at those.

use jiff::Timestamp;
use sluice_model::SourceId;
use sluice_store::{Reader, StoreError, sync_run};

use crate::sync::SyncOutcome;

/// Synchronizations looked back at: a week of hourly ones.
const RUNS: u32 = 200;

/// Successful synchronizations with a server, the last first.
#[derive(Debug, Default)]
pub(super) struct Detections {
    /// Their starts and ends.
    runs: Vec<(Timestamp, Timestamp)>,
}

impl Detections {
    /// As the history has them.
    pub(super) async fn load(reader: &mut Reader, source: SourceId) -> Result<Self, StoreError> {
        let rows = sync_run::list(reader, Some(source), None, RUNS).await?;
        let succeeded = |outcome: &str| SyncOutcome::from_slug(outcome).is_some_and(SyncOutcome::is_success);
        let run = |row: sync_run::SyncRunRecord| {
            let end = row.end.filter(|end| succeeded(&end.outcome))?;
            Some((row.started_at, end.at))
        };
        Ok(Self { runs: rows.into_iter().filter_map(run).collect() })
    }

    /// The synchronization whose updates a device could know that looked at a time, by its end; before all that are
    /// remembered, that time. `None`: it knew none (\[MS-WSUSSS\] 3.1.4.17.3.2).
    pub(super) fn before(&self, looked: Timestamp) -> Option<Timestamp> {
        let known = self.runs.iter().find(|(_, end)| *end <= looked);
        known.map(|(_, end)| *end).or_else(|| self.runs.last().map(|(start, _)| looked.min(*start)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_synchronization_before_a_scan_counts() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let runs = Detections { runs: vec![(at(50), at(60)), (at(30), at(40)), (at(10), at(20))] };
        let cases = [(99, 60), (60, 60), (55, 40), (39, 20), (15, 10), (5, 5)];
        for (looked, expected) in cases {
            assert_eq!(runs.before(at(looked)), Some(at(expected)), "{looked}");
        }
        assert_eq!(Detections::default().before(at(5)), None);
    }
}
