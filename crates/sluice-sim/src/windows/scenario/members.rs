//! The machines of a scenario, one by one.

use jiff::SignedDuration;

use super::{Scenario, ScenarioGroup};
use crate::random::Random;
use crate::windows::agent::Behaviour;
use crate::windows::machine::VirtualMachine;

/// A machine of a fleet and how it behaves.
pub(in super::super) struct Member {
    pub machine: VirtualMachine,
    pub behaviour: Behaviour,
    /// It sends its reports a round late.
    pub is_late: bool,
}

impl Scenario {
    /// Machine `number` of the fleet, counted over all groups.
    pub(in super::super) fn member(&self, number: u32) -> Option<Member> {
        let mut first = 0;
        for group in &self.groups {
            let place = number.checked_sub(first)?;
            if place < group.machines {
                return Some(self.of_group(group, first, place));
            }
            first = first.saturating_add(group.machines);
        }
        None
    }

    /// The machine at a place of a group whose first machine has the number `first`.
    fn of_group(&self, group: &ScenarioGroup, first: u32, place: u32) -> Member {
        let number = first + place;
        let mut machine = VirtualMachine::new(group.profile, self.seed, number);
        machine.set_dns_name(format!("{}-{number:06}.sim.example", host_name(&group.name)));
        // The last ones are clones of the first.
        let originals = group.machines.saturating_sub(group.clones).max(1);
        if place >= originals {
            let original = first + (place - originals) % originals;
            machine.set_client_id(VirtualMachine::new(group.profile, self.seed, original).client_id());
        }
        // Another stream than the one the machine is made from.
        let mut random = Random::new(!self.seed, u64::from(number));
        let is_late = random.chance(group.late);
        let clock = if random.chance(group.wrong_clocks) { group.clock_minutes } else { 0 };
        let behaviour = Behaviour {
            target_group: group.target_group.clone(),
            clock_offset: SignedDuration::from_mins(clock.into()),
            install: group.install,
            optional: group.optional,
            failure_rate: group.install_failures,
            ..Behaviour::default()
        };
        Member { machine, behaviour, is_late }
    }
}

/// What of a name may stand in the name of a computer.
fn host_name(name: &str) -> String {
    let letters = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    letters.take(40).collect()
}
