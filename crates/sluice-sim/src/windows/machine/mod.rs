//! Virtual Windows machines: what they are, what they can tell about themselves, and how installing an update changes
//! that.

mod attributes;
mod base;
mod edit;
mod fact;
mod facts;
mod identity;
mod inventory;
mod model;
mod profile;
mod satisfy;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

pub(super) use fact::Undo;
pub(super) use identity::Identity;
pub use profile::Profile;
pub use satisfy::Unsatisfiable;

use self::fact::FactMap;
use self::model::{MachineHardware, Model};

/// A Windows machine that exists only here. It answers the questions of applicability rules
/// ([`Facts`](sluice_wsus::update::rules::Facts)) like a real one would, from facts that installing updates changes.
///
/// Most facts are shared with the other machines of its [`Profile`]; of its own it has only what differs.
#[derive(Clone, Debug)]
pub struct VirtualMachine {
    profile: Profile,
    identity: Identity,
    facts: FactMap,
    hardware: Arc<MachineHardware>,
    state: Stamp,
}

/// Tells states of machines apart: no two that differ have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp(u64);

/// Whether they are alike in everything that rules and servers can ask.
impl PartialEq for VirtualMachine {
    fn eq(&self, other: &Self) -> bool {
        let Self { profile, identity, facts, hardware, state: _ } = self;
        (profile, identity, facts, hardware) == (&other.profile, &other.identity, &other.facts, &other.hardware)
    }
}

impl Stamp {
    fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl VirtualMachine {
    /// A machine: always the same from the same profile, seed and number.
    #[must_use]
    pub fn new(profile: Profile, seed: u64, number: u32) -> Self {
        let identity = Identity::new(profile, seed, number);
        let traits = profile.traits();
        let mut facts = FactMap::of(base::facts(profile));
        let behind = base::at_revision(traits, identity.revision);
        for change in attributes::of(traits, &identity).into_iter().chain(behind) {
            // Most are as the profile has them.
            if facts.get(&change.key) != change.value.as_ref() {
                facts.apply(change);
            }
        }
        let hardware = model::hardware(identity.model, traits.architecture == 12);
        Self { profile, identity, facts, hardware, state: Stamp::next() }
    }

    /// What kind of Windows it is.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// The identity that it made up for itself towards update servers (`SusClientId`).
    #[must_use]
    pub fn client_id(&self) -> Uuid {
        self.identity.client_id
    }

    /// Gives it the identity of another machine, as a cloned disk does.
    pub fn set_client_id(&mut self, id: Uuid) {
        self.identity.client_id = id;
    }

    /// Its name.
    #[must_use]
    pub fn dns_name(&self) -> &str {
        &self.identity.dns_name
    }

    /// Gives it another name.
    pub fn set_dns_name(&mut self, name: impl Into<String>) {
        self.identity.dns_name = name.into();
    }

    /// What it is now: another after each change.
    pub(super) fn stamp(&self) -> Stamp {
        self.state
    }

    fn model(&self) -> &'static Model {
        self.identity.model()
    }
}

#[cfg(test)]
mod tests;
