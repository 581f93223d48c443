//! Which computers use a client id (NEW-14, protocols.md §10, trap 17).
//!
//! Cloned images share the client id of their master, and nothing tells the server so but that the
//! computer behind an id changes its name back and forth. One change is a computer that was renamed
//! or replaced. A return (A, B, A) is two computers.

use jiff::{SignedDuration, Timestamp};
use sluice_store::windows_client::SeenMachine;

/// Computers remembered of one client id, the latest; two are enough to know.
const MAX_MACHINES: usize = 8;

/// For so long two computers count as sharing an id after the last time one of them came back:
/// twice the time between the scans of one that is on once a week.
const SHARED_FOR: SignedDuration = SignedDuration::from_hours(24 * 14);

/// The time of the last sighting is kept this exactly, so that it need not be stored at every scan.
const PRECISION: SignedDuration = SignedDuration::from_hours(12);

/// What was seen of a computer; what is not known is empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sight<'a> {
    pub(super) name: &'a str,
    pub(super) hardware: &'a str,
}

impl Sight<'_> {
    fn is(&self, machine: &SeenMachine) -> bool {
        let same = |a: &str, b: &str| a.is_empty() || b.is_empty() || a.eq_ignore_ascii_case(b);
        same(self.name, &machine.name) && same(self.hardware, &machine.hardware)
    }
}

/// Notes a sight; whether the list has changed.
pub(super) fn note(machines: &mut Vec<SeenMachine>, sight: Sight<'_>, now: Timestamp) -> bool {
    machines.sort_by_key(|machine| machine.last_at);
    if let Some(latest) = machines.last_mut().filter(|latest| sight.is(latest)) {
        let learnt = learn(latest, sight);
        let later = now.duration_since(latest.last_at) >= PRECISION;
        if later {
            latest.last_at = now;
        }
        return learnt || later;
    }
    if let Some(at) = machines.iter().rposition(|machine| sight.is(machine)) {
        let mut back = machines.remove(at);
        learn(&mut back, sight);
        back.last_at = now;
        back.sightings = back.sightings.saturating_add(1);
        machines.push(back);
        return true;
    }
    let (name, hardware) = (sight.name.to_owned(), sight.hardware.to_owned());
    machines.push(SeenMachine { name, hardware, first_at: now, last_at: now, sightings: 0 });
    if machines.len() > MAX_MACHINES {
        machines.remove(0);
    }
    true
}

/// A machine of which only a part was known.
fn learn(machine: &mut SeenMachine, sight: Sight<'_>) -> bool {
    let mut learnt = false;
    for (known, seen) in [(&mut machine.name, sight.name), (&mut machine.hardware, sight.hardware)] {
        if known.is_empty() && !seen.is_empty() {
            seen.clone_into(known);
            learnt = true;
        }
    }
    learnt
}

/// The names of the computers that share the id, the latest last; none when it has one user.
pub(super) fn shared(machines: &[SeenMachine], now: Timestamp) -> Option<Vec<String>> {
    let recent = |machine: &&SeenMachine| now.duration_since(machine.last_at) < SHARED_FOR;
    let mut users: Vec<&SeenMachine> = machines.iter().filter(recent).collect();
    if users.len() < 2 || users.iter().all(|machine| machine.sightings == 0) {
        return None;
    }
    users.sort_by_key(|machine| machine.last_at);
    let name = |machine: &SeenMachine| match (machine.name.as_str(), machine.hardware.as_str()) {
        ("", hardware) => format!("a {hardware}"),
        (name, _) => name.to_owned(),
    };
    let mut names: Vec<String> = users.into_iter().map(name).collect();
    // Two of one name are told apart by what they are.
    names.dedup();
    if names.len() < 2 {
        names = machines.iter().map(|machine| format!("{} ({})", machine.name, machine.hardware)).collect();
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + hours * 3600).unwrap()
    }

    fn seen(sights: &[(&str, &str)]) -> Vec<SeenMachine> {
        let mut machines = Vec::new();
        for (hour, (name, hardware)) in (0..).zip(sights) {
            note(&mut machines, Sight { name, hardware }, at(hour));
        }
        machines
    }

    #[test]
    fn a_return_is_two_computers_and_a_change_is_one() {
        let (a, b) = (("pc-a", "QEMU q35"), ("pc-b", "QEMU q35"));
        assert_eq!(shared(&seen(&[a, a, a]), at(3)), None);
        assert_eq!(shared(&seen(&[a, b, b, b]), at(4)), None, "renamed");
        assert_eq!(shared(&seen(&[a, b, a]), at(3)).unwrap(), ["pc-b", "pc-a"]);
        assert_eq!(shared(&seen(&[a, b, a, b]), at(4)).unwrap(), ["pc-a", "pc-b"]);
        assert_eq!(shared(&seen(&[a, b, a]), at(24 * 20)), None, "long ago");
        assert_eq!(shared(&seen(&[a, ("PC-A", "qemu Q35"), a]), at(3)), None, "case");
    }

    #[test]
    fn hardware_alone_can_tell() {
        let (a, b) = (("pc", "Dell X"), ("pc", "HP Y"));
        assert_eq!(shared(&seen(&[a, b, a]), at(3)).unwrap(), ["pc (HP Y)", "pc (Dell X)"]);
        let events = [a, ("", "Dell X"), ("", "HP Y"), ("", "Dell X")];
        assert_eq!(shared(&seen(&events), at(4)).unwrap(), ["a HP Y", "pc"]);
        assert_eq!(shared(&seen(&[a, ("pc", ""), ("", "Dell X"), a]), at(4)), None, "parts of the same");
    }

    #[test]
    fn a_thousand_clones_are_bounded() {
        let names: Vec<String> = (0..1_000).map(|n| format!("pc-{n}")).collect();
        let mut sights: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
        sights.push(("pc-998", ""));
        let machines = seen(&sights);
        assert_eq!(machines.len(), MAX_MACHINES);
        assert_eq!(shared(&machines, at(999)).unwrap().len(), MAX_MACHINES);
    }

    #[test]
    fn little_is_stored_when_nothing_changes() {
        let mut machines = seen(&[("pc", "x")]);
        assert!(!note(&mut machines, Sight { name: "pc", hardware: "x" }, at(11)));
        assert!(note(&mut machines, Sight { name: "pc", hardware: "x" }, at(12)));
        assert!(!note(&mut machines, Sight { name: "pc", hardware: "x" }, at(13)));
    }
}
