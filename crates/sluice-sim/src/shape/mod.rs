//! What machines of a fleet have in common.

mod index;

use std::collections::HashMap;

use sluice_packages::deb::version;
use sluice_wire::Inventory;

/// Packages, versions and how common each is, of which [`Shape::machine`] makes machines.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Everything but packages.
    pub(crate) base: Inventory,
    /// The most common first.
    pub(crate) candidates: Vec<Candidate>,
    /// So many of them are on every machine.
    pub(crate) core: usize,
    places: HashMap<(String, String), usize>,
}

/// A package that machines may have.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) name: String,
    pub(crate) arch: String,
    pub(crate) source: String,
    /// Known versions, ascending; never empty.
    pub(crate) versions: Vec<String>,
}

/// How much of a real machine every simulated one has: what its distribution always installs is
/// about a quarter of a server's packages.
const CORE_SHARE: usize = 4;

impl Shape {
    /// Machines like a real one: its operating system, its subscriptions, its packages.
    #[must_use]
    pub fn of_inventory(real: &Inventory) -> Self {
        let mut shape = Self {
            base: Inventory {
                packages: Vec::new(),
                pins: Vec::new(),
                restart: sluice_wire::Restart::default(),
                ..real.clone()
            },
            candidates: Vec::with_capacity(real.packages.len()),
            core: real.packages.len() / CORE_SHARE,
            places: HashMap::new(),
        };
        for package in &real.packages {
            shape.add(&package.name, &package.arch, &package.source, &package.version);
        }
        shape.spread();
        shape
    }

    /// How many packages machines are made of.
    #[must_use]
    pub fn len(&self) -> usize {
        self.candidates.len()
    }

    /// Whether there is nothing to make machines of.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.candidates.is_empty()
    }

    fn add(&mut self, name: &str, arch: &str, source: &str, version: &str) {
        let key = (name.to_owned(), arch.to_owned());
        if let Some(known) = self.places.get(&key).and_then(|at| self.candidates.get_mut(*at)) {
            let place = known.versions.binary_search_by(|v| version::compare(v, version));
            if let Err(place) = place {
                known.versions.insert(place, version.to_owned());
            }
            return;
        }
        self.places.insert(key, self.candidates.len());
        self.candidates.push(Candidate {
            name: name.to_owned(),
            arch: arch.to_owned(),
            source: source.to_owned(),
            versions: vec![version.to_owned()],
        });
    }

    /// Inventories are sorted by name; how common a package is has nothing to do with its name.
    fn spread(&mut self) {
        let mut random = crate::random::Random::new(0, 0);
        for at in (1..self.candidates.len()).rev() {
            self.candidates.swap(at, random.below(at + 1));
        }
        let places = self.candidates.iter().enumerate();
        self.places = places.map(|(at, c)| ((c.name.clone(), c.arch.clone()), at)).collect();
    }
}
