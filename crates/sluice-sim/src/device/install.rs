//! Saying that something was installed.

use sluice_model::{EnforcementState, ErrorCode};
use sluice_wire::{Assignment, EnforcementReport, Inventory};

use super::{Change, Device, World};
use crate::summary::one_more;

/// What a failed installation prints.
const FAILURE_OUTPUT: &str = "dpkg: error processing package (--configure):\n installed package \
    post-installation script subprocess returned error exit status 1\n";

impl Device {
    /// "Installs" what is required and due, once each; what there is to report of it.
    pub(super) fn install(&mut self, world: &World, inventory: &mut Inventory, now: i64) -> Vec<EnforcementReport> {
        let Some(policy) = &self.policy else { return Vec::new() };
        if policy.expires_at <= now {
            return Vec::new();
        }
        let is_due = |a: &&Assignment| a.required && a.available_at <= now && a.deadline.is_some_and(|at| at <= now);
        let is_new = |a: &&Assignment| !self.tried.contains(&(a.deployment, a.update));
        let due: Vec<Assignment> = policy.assignments.iter().filter(is_due).filter(is_new).cloned().collect();
        due.into_iter().map(|assignment| self.install_one(world, inventory, assignment, now)).collect()
    }

    fn install_one(
        &mut self,
        world: &World,
        inventory: &mut Inventory,
        assignment: Assignment,
        now: i64,
    ) -> EnforcementReport {
        self.tried.push((assignment.deployment, assignment.update));
        let failed = self.random.chance(world.options.install_failures);
        let names: Vec<&str> = assignment.packages.iter().map(|p| p.name.as_str()).collect();
        let detail = names.join(" ");
        one_more(if failed { &world.counts.failed } else { &world.counts.installed });
        if !failed {
            for package in assignment.packages {
                let change = Change { package: package.name, arch: package.architecture, version: package.version };
                self.change(inventory, change);
            }
        }
        let state = if failed { EnforcementState::InstallFailed } else { EnforcementState::Installed };
        let error = ErrorCode::INSTALL_FAILED.meaning().map_or("other", |meaning| meaning.symbol);
        EnforcementReport {
            deployment: assignment.deployment,
            update: assignment.update,
            state: state.slug().to_owned(),
            error: failed.then(|| error.to_owned()),
            detail,
            output: if failed { FAILURE_OUTPUT.to_owned() } else { String::new() },
            at: now,
        }
    }
}
