//! Companies, classifications, product families, products.

use sluice_model::id::UpdateId;
use sluice_model::update::Classification;
use sluice_wsus::update::document::Revision;

use super::super::document::DocumentKind;
use super::super::ids::{MICROSOFT, OOBE_ZDP, WINDOWS, WINDOWS_11};
use super::super::month::Month;
use super::rules::{TRUE, and, key_exists, not, windows};
use super::{Clause, Handler, Item, Planner, Properties, Rules, name};

/// The classifications of the catalog (protocols.md §8.5).
const CLASSIFICATIONS: [Classification; 14] = [
    Classification::SecurityUpdates,
    Classification::Updates,
    Classification::UpdateRollups,
    Classification::CriticalUpdates,
    Classification::Upgrades,
    Classification::Tools,
    Classification::Drivers,
    Classification::DefinitionUpdates,
    Classification::ServicePacks,
    Classification::FeaturePacks,
    Classification::Applications,
    Classification::Connectors,
    Classification::DeveloperKits,
    Classification::Guidance,
];

/// A prerequisite of others that holds on some machines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate {
    pub id: UpdateId,
    /// Holds on Windows 11 25H2, as does all that it needs.
    pub open: bool,
}

/// Products with updates: title, identity, rule, whether it holds on Windows 11.
fn named(planner: &Planner<'_>) -> Vec<(&'static str, UpdateId, String, bool)> {
    let product = |name| planner.product(name);
    vec![
        ("Windows 11", UpdateId(WINDOWS_11), windows("GreaterThanOrEqualTo", 22000, 1), true),
        (
            "Windows 10, version 1903 and later",
            product(WINDOWS_10),
            and(&[windows("GreaterThanOrEqualTo", 18362, 1), not(&windows("GreaterThanOrEqualTo", 22000, 1))]),
            false,
        ),
        ("Microsoft Server operating system-21H2", product(SERVER_2022), windows("EqualTo", 20348, 3), false),
        ("Microsoft Server Operating System-24H2", product(SERVER_2025), windows("EqualTo", 26100, 3), false),
    ]
}

/// Names of identities.
pub(super) const WINDOWS_10: &str = "product windows 10";
pub(super) const SERVER_2022: &str = "product server 2022";
pub(super) const SERVER_2025: &str = "product server 2025";

/// Every so many products without a rule of their own.
const ALWAYS: usize = 8;

impl Planner<'_> {
    /// The identity of a product by its name here.
    pub(super) fn product(&self, name: &str) -> UpdateId {
        self.ids.update(name, 0)
    }

    /// Adds them; gives the products that others may need.
    pub(super) fn categories(&mut self) -> Vec<Gate> {
        let company = |number| if number == 0 { UpdateId(MICROSOFT) } else { self.ids.update("company", number) };
        let companies: Vec<UpdateId> = (0..self.shape.companies.max(1)).map(company).collect();
        for (number, id) in companies.iter().enumerate() {
            let title = if number == 0 { "Microsoft".to_owned() } else { format!("Contoso Hardware {number}") };
            self.category(*id, &title, "Company", "", None, TRUE.to_owned());
        }
        for class in CLASSIFICATIONS {
            self.category(UpdateId(class.id().0), class.title(), "UpdateClassification", "", None, TRUE.to_owned());
        }
        let family = |number| if number == 0 { UpdateId(WINDOWS) } else { self.ids.update("family", number) };
        let families: Vec<UpdateId> = (0..self.shape.families.max(1)).map(family).collect();
        for (number, id) in families.iter().enumerate() {
            let title = if number == 0 { "Windows".to_owned() } else { format!("Product family {number}") };
            // The last families belong to the other companies, one each.
            let above = companies.get(families.len() - number).or(companies.first()).copied();
            self.category(*id, &title, "ProductFamily", "ProhibitsUpdates=\"true\" ", above, TRUE.to_owned());
        }
        self.products(&families)
    }

    fn products(&mut self, families: &[UpdateId]) -> Vec<Gate> {
        let windows_family = families.first().copied();
        let mut inner = Vec::with_capacity(self.shape.inner_products);
        for (title, id, rule, open) in named(self) {
            if id.0 == WINDOWS_11 {
                for old in 0..self.shape.old_revisions {
                    self.category(id, title, "Product", "", windows_family, rule.clone());
                    if let Some(item) = self.items.last_mut() {
                        item.revision.number = 100 + u32::try_from(old).unwrap_or(0);
                    }
                }
            }
            self.category(id, title, "Product", "", windows_family, rule);
            inner.push(Gate { id, open });
        }
        let numbered = inner.len()..self.shape.inner_products.max(inner.len());
        for number in numbered {
            let always = number % ALWAYS == 0;
            let id = self.numbered(number, families, always);
            inner.push(Gate { id, open: always });
        }
        let oobe = "<bar:WindowsVersion Comparison=\"GreaterThanOrEqualTo\" MajorVersion=\"6\" MinorVersion=\"3\" ProductType=\"1\" />";
        self.category(
            UpdateId(OOBE_ZDP),
            "OOBE ZDP",
            "Product",
            "ExcludedByDefault=\"true\" ",
            windows_family,
            oobe.to_owned(),
        );
        for leaf in 1..self.shape.leaf_products {
            self.numbered(self.shape.inner_products + leaf, families, leaf % ALWAYS == 0);
        }
        inner
    }

    /// A product that no machine has, or that everything has.
    fn numbered(&mut self, number: usize, families: &[UpdateId], always: bool) -> UpdateId {
        let id = self.ids.update("product", number);
        let rule = match always {
            true => TRUE.to_owned(),
            false => key_exists(&format!(
                "SOFTWARE\\Microsoft\\Product{number}\\Setup\\{{{}}}",
                self.ids.uuid("setup", number)
            )),
        };
        let family = families.get(number % families.len().max(1)).copied();
        self.category(id, &format!("Product {number}"), "Product", "", family, rule);
        id
    }

    fn category(
        &mut self,
        id: UpdateId,
        title: &str,
        level: &'static str,
        attributes: &'static str,
        above: Option<UpdateId>,
        rule: String,
    ) {
        let number = self.items.len();
        self.items.push(Item {
            revision: Revision { id, number: 200 },
            kind: DocumentKind::Category,
            published: Month::before_newest(60 + number % 90).date(number),
            properties: Properties::default(),
            texts: name(title),
            prerequisites: above.map(Clause::Category).into_iter().collect(),
            bundled: Vec::new(),
            superseded: Vec::new(),
            rules: Some(Rules { installed: rule, ..Rules::default() }),
            files: Vec::new(),
            handler: Handler::Category { level, attributes },
        });
    }
}
