//! One machine of a fleet.

use std::collections::HashSet;

use sluice_wire::{Inventory, Package, Restart};

use crate::random::Random;
use crate::shape::{Candidate, Shape};

/// A fleet to be made of a [`Shape`].
#[derive(Clone, Debug, PartialEq)]
pub struct FleetSpec {
    /// How many machines.
    pub devices: u32,
    /// Packages of an average machine; each has between three quarters and five quarters of it.
    pub packages: u32,
    /// Share of machines that are behind with their updates, 0 to 1.
    pub behind: f64,
    /// What host names begin with.
    pub name_prefix: String,
    /// The same fleet comes from the same seed.
    pub seed: u64,
}

impl FleetSpec {
    /// The usual: 500 packages, half of the machines behind.
    #[must_use]
    pub fn new(devices: u32, seed: u64) -> Self {
        Self { devices, packages: 500, behind: 0.5, name_prefix: "sim".into(), seed }
    }
}

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Its name.
    pub hostname: String,
    /// What it has, normalized.
    pub inventory: Inventory,
}

/// Chance that a package is behind on the machine that is furthest behind.
const MOST_BEHIND: f64 = 0.4;
/// Of packages with one known version, the share that was updated since a machine was set up.
const OLDER_THAN_KNOWN: f64 = 0.1;
/// Chance of a held package.
const HELD: f64 = 0.001;
/// Share of machines that wait for a restart.
const RESTART: f64 = 0.05;

impl Shape {
    /// Machine `number` of a fleet.
    #[must_use]
    pub fn machine(&self, spec: &FleetSpec, number: u32) -> Machine {
        let mut random = Random::new(spec.seed, u64::from(number));
        let behind = if random.chance(spec.behind) { random.unit() * MOST_BEHIND } else { 0.0 };
        let size = f64::from(spec.packages) * (0.75 + random.unit() / 2.0);
        let restart = random.chance(RESTART);
        let mut packages: Vec<Package> = self
            .choose(size, &mut random)
            .map(|(candidate, mut random)| installed(candidate, behind, &mut random))
            .collect();
        // A package cannot be there twice for one architecture; normalizing drops what is equal.
        packages.dedup_by(|a, b| a.name == b.name && a.arch == b.arch);
        let mut inventory =
            Inventory { packages, restart: Restart { flag_file: restart, ..Restart::default() }, ..self.base.clone() };
        inventory.normalize();
        Machine { hostname: format!("{}-{number:06}", spec.name_prefix), inventory }
    }

    /// The core, and of the others the more, the more common they are: a rank is drawn with a
    /// power law, as installations of packages are distributed (Debian's popularity contest).
    fn choose(&self, size: f64, random: &mut Random) -> impl Iterator<Item = (&Candidate, Random)> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and twice a u32")]
        let size = (size as usize).min(self.candidates.len());
        let core = self.core.min(size);
        let others = self.candidates.len() - core;
        let mut chosen: HashSet<usize> = (0..core).collect();
        let mut tries = 0;
        while chosen.len() < size && tries < 20 * size {
            tries += 1;
            let skewed = random.unit().powi(3);
            #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below the number of packages")]
            let rank = core + (skewed * others as f64) as usize;
            chosen.insert(rank);
        }
        let mut chosen: Vec<usize> = chosen.into_iter().collect();
        chosen.sort_unstable();
        let stream = random.next();
        let candidates = chosen.into_iter().filter_map(|rank| Some((rank, self.candidates.get(rank)?)));
        candidates.map(move |(rank, candidate)| (candidate, Random::new(stream, rank as u64)))
    }
}

fn installed(candidate: &Candidate, behind: f64, random: &mut Random) -> Package {
    let newest = candidate.versions.len().saturating_sub(1);
    let version = match (random.chance(behind), newest) {
        (false, _) => candidate.versions.get(newest).cloned().unwrap_or_default(),
        // `~` sorts before everything, the end included (Debian policy manual 5.6.12): an older
        // version that nobody offers any more.
        (true, 0) if random.chance(OLDER_THAN_KNOWN) => {
            format!("{}~", candidate.versions.first().map_or("0", String::as_str))
        }
        (true, 0) => candidate.versions.first().cloned().unwrap_or_default(),
        (true, _) => candidate.versions.get(random.below(newest)).cloned().unwrap_or_default(),
    };
    Package {
        name: candidate.name.clone(),
        arch: candidate.arch.clone(),
        version,
        source: candidate.source.clone(),
        held: random.chance(HELD),
        broken: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> Shape {
        let package = |n: usize| Package {
            name: format!("p{n:04}"),
            arch: "amd64".into(),
            version: "1.0-1".into(),
            source: "src".into(),
            held: false,
            broken: false,
        };
        let real = Inventory {
            architecture: "amd64".into(),
            packages: (0..400).map(package).collect(),
            ..Inventory::default()
        };
        let mut shape = Shape::of_inventory(&real);
        let stanza = |name: &str, version: &str| {
            format!(
                "Package: {name}\nVersion: {version}\nArchitecture: amd64\nFilename: pool/{name}.deb\nSize: 1\nSHA256: {}\nDescription: x\n\n",
                "0".repeat(64)
            )
        };
        let index: String = (0..2000).map(|n| stanza(&format!("p{n:04}"), "1.0-2")).collect();
        shape.add_index(index.as_bytes()).unwrap();
        shape
    }

    #[test]
    fn machines_repeat_differ_and_have_the_size_asked_for() {
        let shape = shape();
        assert_eq!(shape.len(), 2000);
        let spec = FleetSpec::new(100, 3);
        let all: Vec<Machine> = (0..100).map(|n| shape.machine(&spec, n)).collect();
        assert_eq!(all[7], shape.machine(&spec, 7));
        let distinct: HashSet<String> = all.iter().map(|m| m.inventory.hash()).collect();
        assert_eq!(distinct.len(), 100);
        for machine in &all {
            assert!((375..=625).contains(&machine.inventory.packages.len()), "{}", machine.inventory.packages.len());
            let names: HashSet<&str> = machine.inventory.packages.iter().map(|p| p.name.as_str()).collect();
            assert_eq!(names.len(), machine.inventory.packages.len(), "a package is there once");
        }
        // What the real machine has is common, what only the index has is rare.
        let share = |wanted: &dyn Fn(usize) -> bool| {
            let of_machine =
                |m: &Machine| m.inventory.packages.iter().filter(|p| wanted(p.name[1..].parse().unwrap())).count();
            all.iter().map(of_machine).sum::<usize>()
        };
        assert!(share(&|n| n < 400) > share(&|n| n >= 400));
    }

    #[test]
    fn machines_are_behind_as_asked() {
        let shape = shape();
        let current = FleetSpec { behind: 0.0, ..FleetSpec::new(20, 1) };
        let behind = FleetSpec { behind: 1.0, ..current.clone() };
        let old = |spec: &FleetSpec| {
            let of_machine =
                |n| shape.machine(spec, n).inventory.packages.iter().filter(|p| p.version != "1.0-2").count();
            (0..20).map(of_machine).sum::<usize>()
        };
        assert_eq!(old(&current), 0);
        assert!(old(&behind) > 100, "{}", old(&behind));
    }
}
