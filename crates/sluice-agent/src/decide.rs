//! What the policy means for this device now. Pure: the same answer for the same question.
//!
//! Nothing is ever installed that is not assigned in a valid policy, before its available time, or
//! over a hold of the device's administrator.

use std::collections::HashMap;

use sluice_packages::deb::version;
use sluice_wire::{AssignedPackage, Assignment, Inventory, Package, Policy};

use crate::state::requests::Requests;

/// What is to be done about one assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Its available time has not come.
    NotYet,
    /// None of its packages is on the device.
    NotApplicable,
    /// Nothing of it is outdated.
    Installed,
    /// The device's administrator holds these packages; none of the update is touched.
    Held(Vec<String>),
    /// It cannot be obeyed.
    Invalid(String),
    /// Only on request, and nobody asked.
    Offered,
    /// Its deadline is ahead: the files may be fetched.
    Prepare,
    /// To be installed now.
    Install,
}

/// One assignment and what is to be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<'a> {
    /// The assignment.
    pub assignment: &'a Assignment,
    /// What is to be done.
    pub action: Action,
    /// Its packages that are outdated on the device, with [`Action::Prepare`] and
    /// [`Action::Install`]; their architecture is the native one where the archive says `all`.
    pub packages: Vec<AssignedPackage>,
}

/// What the policy means now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision<'a> {
    /// One for each assignment.
    pub steps: Vec<Step<'a>>,
    /// When an available time or deadline comes next, seconds since 1970.
    pub next: Option<i64>,
}

/// What `policy` means at `now` (seconds since 1970) for a device with `inventory`.
#[must_use]
pub fn decide<'a>(policy: &'a Policy, inventory: &Inventory, now: i64, requested: &Requests) -> Decision<'a> {
    if policy.expires_at <= now {
        return Decision::default();
    }
    let mut installed: HashMap<&str, Vec<&Package>> = HashMap::with_capacity(inventory.packages.len());
    for package in &inventory.packages {
        installed.entry(&package.name).or_default().push(package);
    }
    let device = Device { native: &inventory.architecture, installed };
    let mut next = None;
    let steps = policy
        .assignments
        .iter()
        .map(|assignment| {
            let step = step(assignment, &device, now, requested);
            let moment = match step.action {
                Action::NotYet => Some(assignment.available_at),
                Action::Prepare => assignment.deadline,
                _ => None,
            };
            next = [next, moment].into_iter().flatten().min();
            step
        })
        .collect();
    Decision { steps, next }
}

struct Device<'a> {
    native: &'a str,
    installed: HashMap<&'a str, Vec<&'a Package>>,
}

impl<'a> Device<'a> {
    /// `all` counts as the native architecture, as for apt.
    fn architecture(&self, written: &'a str) -> &'a str {
        if written == "all" { self.native } else { written }
    }

    fn find(&self, wanted: &'a AssignedPackage) -> Option<&'a Package> {
        let architecture = self.architecture(&wanted.architecture);
        let all = self.installed.get(wanted.name.as_str())?;
        all.iter().copied().find(|package| self.architecture(&package.arch) == architecture)
    }
}

fn step<'a>(assignment: &'a Assignment, device: &Device<'_>, now: i64, requested: &Requests) -> Step<'a> {
    let plain = |action| Step { assignment, action, packages: Vec::new() };
    if now < assignment.available_at {
        return plain(Action::NotYet);
    }
    if let Some(problem) = assignment.packages.iter().find_map(invalid) {
        return plain(Action::Invalid(problem));
    }
    let mut present = false;
    let mut held = Vec::new();
    let mut outdated = Vec::new();
    for wanted in &assignment.packages {
        let Some(package) = device.find(wanted) else { continue };
        present = true;
        let needed = match version::compare(&package.version, &wanted.version) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Equal => package.broken,
            std::cmp::Ordering::Greater => false,
        };
        if needed && package.held {
            held.push(package.name.clone());
        } else if needed {
            let architecture = device.architecture(&wanted.architecture).to_owned();
            outdated.push(AssignedPackage { architecture, ..wanted.clone() });
        }
    }
    if !held.is_empty() {
        held.dedup();
        return plain(Action::Held(held));
    }
    if outdated.is_empty() {
        return plain(if present { Action::Installed } else { Action::NotApplicable });
    }
    let enforced = assignment.required && assignment.deadline.is_some_and(|deadline| deadline <= now);
    if enforced || requested.contains(assignment.update) {
        return Step { assignment, action: Action::Install, packages: outdated };
    }
    if assignment.required && assignment.deadline.is_some() {
        return Step { assignment, action: Action::Prepare, packages: outdated };
    }
    plain(Action::Offered)
}

/// Why a package of a policy cannot be handed to a package manager. Names and versions become
/// arguments of programs: what is not one could be taken for an option or a pattern.
fn invalid(package: &AssignedPackage) -> Option<String> {
    let AssignedPackage { name, architecture, version, .. } = package;
    let word = |text: &str, more: &str, least: usize| {
        text.len() >= least
            && text.len() <= 255
            && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || more.contains(c))
    };
    if !word(name, "+-.", 2) {
        return Some(format!("{name:?} is not a package name"));
    }
    if !word(architecture, "-", 2) {
        return Some(format!("{architecture:?} is not an architecture of package {name}"));
    }
    // apt takes a trailing `-` or `+` of an argument for "remove" and "install".
    if version::validate(version).is_err() || version.ends_with(['-', '+']) {
        return Some(format!("{version:?} is not a version of package {name}"));
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::testing::{assigned, assignment, inventory, package, policy};

    fn one(a: Assignment, packages: Vec<Package>, now: i64, requested: &Requests) -> Action {
        let policy = policy(vec![a]);
        decide(&policy, &inventory(packages), now, requested).steps.remove(0).action
    }

    #[test]
    fn the_table() {
        let none = Requests::default();
        let asked = Requests { all: false, updates: [Uuid::from_u128(1)].into() };
        let old = || vec![package("p1", "amd64", "1")];
        let available = || Assignment { required: false, deadline: None, ..assignment(1) };
        assert_eq!(one(assignment(1), old(), 99, &asked), Action::NotYet);
        assert_eq!(one(assignment(1), old(), 100, &none), Action::Prepare);
        assert_eq!(one(assignment(1), old(), 100, &asked), Action::Install);
        assert_eq!(one(assignment(1), old(), 200, &none), Action::Install);
        assert_eq!(one(available(), old(), 900, &none), Action::Offered);
        assert_eq!(one(available(), old(), 900, &asked), Action::Install);
        assert_eq!(one(available(), old(), 900, &Requests { all: true, ..none.clone() }), Action::Install);
        assert_eq!(one(assignment(1), vec![], 900, &none), Action::NotApplicable);
        assert_eq!(one(assignment(1), vec![package("p1", "i386", "1")], 900, &none), Action::NotApplicable);
        assert_eq!(one(assignment(1), vec![package("p1", "amd64", "2")], 900, &none), Action::Installed);
        assert_eq!(one(assignment(1), vec![package("p1", "amd64", "3")], 900, &none), Action::Installed);
        let held = Package { held: true, ..package("p1", "amd64", "1") };
        assert_eq!(one(assignment(1), vec![held], 900, &none), Action::Held(vec!["p1".into()]));
        let broken = Package { broken: true, ..package("p1", "amd64", "2") };
        assert_eq!(one(assignment(1), vec![broken], 900, &none), Action::Install);
        let held_current = Package { held: true, ..package("p1", "amd64", "2") };
        assert_eq!(one(assignment(1), vec![held_current], 900, &none), Action::Installed);
    }

    #[test]
    fn all_is_native_and_only_what_is_outdated_is_named() {
        let a = Assignment {
            packages: vec![assigned("p1", "all", "2"), assigned("p2", "amd64", "2"), assigned("p3", "amd64", "2")],
            ..assignment(1)
        };
        let policy = policy(vec![a]);
        let inventory = inventory(vec![package("p1", "all", "1"), package("p2", "amd64", "2")]);
        let decision = decide(&policy, &inventory, 900, &Requests::default());
        assert_eq!(decision.steps[0].packages, [assigned("p1", "amd64", "2")]);
    }

    #[test]
    fn an_expired_policy_says_nothing_and_the_next_moment_is_known() {
        let later = Assignment { available_at: 500, deadline: Some(600), ..assignment(2) };
        let policy = policy(vec![assignment(1), later]);
        let inventory = inventory(vec![package("p1", "amd64", "1")]);
        let none = Requests::default();
        assert_eq!(decide(&policy, &inventory, 150, &none).next, Some(200));
        assert_eq!(decide(&policy, &inventory, 250, &none).next, Some(500));
        assert_eq!(decide(&policy, &inventory, policy.expires_at, &none), Decision::default());
    }

    #[test]
    fn nothing_that_could_be_an_option_is_a_package() {
        for (name, arch, version) in [
            ("-oAPT::Get::AllowUnauthenticated=1", "amd64", "2"),
            ("p1", "-s", "2"),
            ("p1", "amd64", "2-"),
            ("p1", "amd64", "2+"),
            ("p1", "amd64", "2*"),
            ("p1", "amd64", "2 --allow"),
            ("p1/testing", "amd64", "2"),
            ("p*", "amd64", "2"),
            ("P1", "amd64", "2"),
            ("p", "amd64", "2"),
            ("p1", "amd64", ""),
        ] {
            let a = Assignment { packages: vec![assigned(name, arch, version)], ..assignment(1) };
            let action = one(a, vec![package("p1", "amd64", "1")], 900, &Requests::default());
            assert!(matches!(action, Action::Invalid(_)), "{name} {arch} {version}: {action:?}");
        }
    }

    fn any_assignment() -> impl Strategy<Value = Assignment> {
        let times = (0_i64..300, proptest::option::of(0_i64..300), any::<bool>());
        let packages = proptest::collection::vec(("p[1-4]", "(amd64|i386|all)", "[1-3]"), 0..4);
        (1_u128..5, times, packages).prop_map(|(n, (available_at, deadline, required), packages)| Assignment {
            available_at,
            deadline,
            required,
            packages: packages.iter().map(|(n, a, v)| assigned(n, a, v)).collect(),
            ..assignment(n)
        })
    }

    fn any_inventory() -> impl Strategy<Value = Inventory> {
        let package = ("p[1-4]", "(amd64|i386|all)", "[1-3]", any::<bool>(), any::<bool>());
        proptest::collection::vec(package, 0..6).prop_map(|all| {
            inventory(
                all.iter()
                    .map(|(n, a, v, held, broken)| Package { held: *held, broken: *broken, ..package_(n, a, v) })
                    .collect(),
            )
        })
    }

    fn package_(name: &str, arch: &str, version: &str) -> Package {
        package(name, arch, version)
    }

    proptest! {
        #[test]
        fn never_unassigned_early_unasked_held_or_backwards(
            assignments in proptest::collection::vec(any_assignment(), 0..5),
            inventory in any_inventory(),
            now in 0_i64..300,
            asked in proptest::collection::btree_set((1_u128..5).prop_map(Uuid::from_u128), 0..3),
        ) {
            let policy = policy(assignments);
            let requested = Requests { all: false, updates: asked };
            let decision = decide(&policy, &inventory, now, &requested);
            prop_assert_eq!(decision.steps.len(), policy.assignments.len());
            for step in &decision.steps {
                let a = step.assignment;
                prop_assert!(policy.assignments.contains(a));
                if step.packages.is_empty() {
                    prop_assert!(!matches!(step.action, Action::Install | Action::Prepare));
                    continue;
                }
                prop_assert!(a.available_at <= now);
                if step.action == Action::Install {
                    let due = a.required && a.deadline.is_some_and(|d| d <= now);
                    prop_assert!(due || requested.contains(a.update));
                }
                for p in &step.packages {
                    prop_assert_ne!(&p.architecture, "all");
                    prop_assert!(a.packages.iter().any(|w| w.name == p.name && w.version == p.version));
                    let here: Vec<_> = inventory.packages.iter().filter(|i| {
                        i.name == p.name && (i.arch == p.architecture || i.arch == "all" && p.architecture == "amd64")
                    }).collect();
                    prop_assert!(!here.is_empty(), "only what is on the device");
                    prop_assert!(here.iter().any(|i| !i.held && version::compare(&i.version, &p.version).is_le()));
                }
            }
        }
    }
}
