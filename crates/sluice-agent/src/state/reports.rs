//! Reports on their way to the site: kept until it acknowledges their serial number.

use sluice_wire::{EnforcementReport, Event, MAX_REPORT_ITEMS, ReportRequest};

use super::{StateDirectory, StateError};

const DIRECTORY: &str = "reports";
const ACKNOWLEDGED: &str = "acknowledged.json";

/// Most reports kept while the site is unreachable; then the oldest is given up. A report follows
/// only from a change, so this is weeks of a failing device.
const MAX_QUEUED: usize = 500;

/// Most bytes of output in one report, far below [`sluice_wire::MAX_BODY`].
const MAX_BYTES: usize = 2 << 20;

fn file(serial: u64) -> String {
    format!("{DIRECTORY}/{serial:020}.json")
}

fn serials(state: &StateDirectory) -> Result<Vec<u64>, StateError> {
    let names = state.list(DIRECTORY)?;
    Ok(names.iter().filter_map(|name| name.strip_suffix(".json")?.parse().ok()).collect())
}

fn acknowledged(state: &StateDirectory) -> Result<u64, StateError> {
    state.read_or_default(ACKNOWLEDGED)
}

/// How many wait.
pub(crate) fn waiting(state: &StateDirectory) -> Result<usize, StateError> {
    Ok(serials(state)?.len())
}

/// Keeps what is to be reported.
pub(crate) fn add(
    state: &StateDirectory,
    enforcement: Vec<EnforcementReport>,
    mut events: Vec<Event>,
) -> Result<(), StateError> {
    if enforcement.is_empty() && events.is_empty() {
        return Ok(());
    }
    events.truncate(MAX_REPORT_ITEMS);
    state.make_directory(DIRECTORY)?;
    let waiting = serials(state)?;
    let mut serial = waiting.last().copied().unwrap_or(0).max(acknowledged(state)?);
    for part in parts(enforcement) {
        serial += 1;
        let report = ReportRequest { serial, enforcement: part, events: std::mem::take(&mut events) };
        state.write(&file(serial), &report)?;
    }
    for oldest in waiting.iter().take((waiting.len() + 1).saturating_sub(MAX_QUEUED)) {
        tracing::warn!(serial = oldest, "giving up a report: too many wait for the site");
        state.remove(&file(*oldest))?;
    }
    Ok(())
}

/// Cuts into pieces that a request can carry; at least one, which may be empty.
fn parts(enforcement: Vec<EnforcementReport>) -> Vec<Vec<EnforcementReport>> {
    let mut parts = vec![Vec::new()];
    let mut bytes = 0;
    for report in enforcement {
        bytes += report.output.len() + report.detail.len();
        let full = parts.last().is_none_or(|p: &Vec<_>| p.len() >= MAX_REPORT_ITEMS || bytes > MAX_BYTES);
        if full {
            bytes = report.output.len() + report.detail.len();
            parts.push(Vec::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(report);
        }
    }
    parts
}

/// The oldest one; a damaged one is given up.
pub(crate) fn oldest(state: &StateDirectory) -> Result<Option<ReportRequest>, StateError> {
    for serial in serials(state)? {
        match state.read(&file(serial)) {
            Ok(Some(report)) => return Ok(Some(report)),
            Ok(None) => {}
            Err(error @ StateError::Damaged { .. }) => {
                tracing::warn!(%error, serial, "giving up a report");
                state.remove(&file(serial))?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// The site has stored everything up to `stored`, it answered to the report `sent`.
///
/// A site that is ahead of everything this device ever sent knows reports that this state
/// directory does not (it was put back from a copy) and took the report for a repetition: what
/// waits then gets new numbers and is sent again.
pub(crate) fn acknowledge(state: &StateDirectory, sent: u64, stored: u64) -> Result<(), StateError> {
    let waiting = serials(state)?;
    let highest = waiting.last().copied().unwrap_or(0).max(sent);
    if stored > highest {
        state.write(ACKNOWLEDGED, &stored)?;
        for (serial, new) in waiting.iter().zip(stored + 1..) {
            if let Some(report) = state.read::<ReportRequest>(&file(*serial))? {
                state.write(&file(new), &ReportRequest { serial: new, ..report })?;
            }
            state.remove(&file(*serial))?;
        }
        return Ok(());
    }
    // First the number, then the files: a crash between the two leads to a harmless repetition.
    if stored > acknowledged(state)? {
        state.write(ACKNOWLEDGED, &stored)?;
    }
    for serial in waiting.into_iter().filter(|&serial| serial <= stored) {
        state.remove(&file(serial))?;
    }
    Ok(())
}

/// Forgets everything, at a new enrolment.
pub(crate) fn forget(state: &StateDirectory) -> Result<(), StateError> {
    for serial in serials(state)? {
        state.remove(&file(serial))?;
    }
    state.remove(ACKNOWLEDGED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(text: &str) -> Vec<Event> {
        vec![Event { at: 1, kind: "scan".into(), text: text.into() }]
    }

    fn state() -> (tempfile::TempDir, StateDirectory) {
        let base = tempfile::tempdir().unwrap();
        let state = StateDirectory::new(base.path().to_owned());
        (base, state)
    }

    fn head(state: &StateDirectory) -> Option<(u64, String)> {
        oldest(state).unwrap().map(|r| (r.serial, r.events[0].text.clone()))
    }

    #[test]
    fn kept_in_order_until_acknowledged_and_never_renumbered_downwards() {
        let (_base, state) = state();
        add(&state, vec![], vec![]).unwrap();
        assert_eq!(head(&state), None);
        add(&state, vec![], event("a")).unwrap();
        add(&state, vec![], event("b")).unwrap();
        assert_eq!(head(&state), Some((1, "a".into())));
        acknowledge(&state, 1, 1).unwrap();
        assert_eq!(head(&state), Some((2, "b".into())));
        acknowledge(&state, 2, 2).unwrap();
        assert_eq!(head(&state), None);
        add(&state, vec![], event("c")).unwrap();
        assert_eq!(head(&state), Some((3, "c".into())));
    }

    #[test]
    fn a_site_that_is_ahead_gets_it_again_under_a_new_number() {
        let (_base, state) = state();
        add(&state, vec![], event("a")).unwrap();
        acknowledge(&state, 1, 40).unwrap();
        assert_eq!(head(&state), Some((41, "a".into())));
        acknowledge(&state, 41, 41).unwrap();
        assert_eq!(head(&state), None);
    }

    #[test]
    fn long_reports_are_cut_into_pieces() {
        let report = |n| EnforcementReport {
            deployment: uuid::Uuid::from_u128(n),
            update: uuid::Uuid::nil(),
            state: "installed".into(),
            error: None,
            detail: String::new(),
            output: "x".repeat(MAX_BYTES / 4),
            at: 0,
        };
        let sizes: Vec<_> = parts((0..9).map(report).collect()).iter().map(Vec::len).collect();
        assert_eq!(sizes, [4, 4, 1]);
        assert_eq!(parts(vec![]).len(), 1);
    }
}
