//! Which product and pocket a suite is (documented in `docs/linux-updates.md`).

use sluice_model::{Category, CategoryId, CategoryKind, Pocket};
use sluice_packages::deb::release::Release;

/// What a Release and a component of it are in the category tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Product {
    pub(super) id: CategoryId,
    pub(super) pocket: Pocket,
    /// Company, family and product, as they belong into the tree.
    pub(super) categories: [Category; 3],
}

/// Suffixes of suites that are pockets of another suite.
const POCKETS: [(&str, Pocket); 3] =
    [("-security", Pocket::Security), ("/updates", Pocket::Security), ("-updates", Pocket::Updates)];

/// `suite` is the one of the source, for archives whose Release names neither suite nor codename.
pub(super) fn product(release: &Release, suite: &str, component: &str) -> Product {
    let named = |text: &Option<String>| text.as_deref().filter(|t| !t.is_empty()).map(str::to_owned);
    let codename = named(&release.codename).or_else(|| named(&release.suite)).unwrap_or_else(|| suite.to_owned());
    let archive = named(&release.suite).unwrap_or_else(|| codename.clone());
    let vendor =
        named(&release.origin).or_else(|| named(&release.label)).unwrap_or_else(|| "Unnamed vendor".to_owned());

    let label = release.label.as_deref().unwrap_or_default();
    let strip = |name: &str| POCKETS.iter().find_map(|(s, p)| Some((name.strip_suffix(s)?.to_owned(), *p)));
    let (base, pocket) = if release.not_automatic || is_other(&codename) || is_other(&archive) {
        // Debian's codename carries the suffix; Ubuntu's does not, its suite does.
        let fullest = if archive.starts_with(&format!("{codename}-")) { archive } else { codename };
        (fullest, Pocket::Other)
    } else {
        match (strip(&codename), strip(&archive)) {
            (Some(found), _) => found,
            (None, Some((_, pocket))) => (codename, pocket),
            // Debian's security suites up to buster say so in their label alone.
            (None, None) if label.ends_with("-Security") => (codename, Pocket::Security),
            (None, None) => (codename, Pocket::Base),
        }
    };
    let component = component.strip_prefix("updates/").unwrap_or(component);
    let company = CategoryId::of_company(&vendor);
    let family = CategoryId::of_family(&vendor, &base);
    let id = CategoryId::of_product(&vendor, &base, component);
    let category = |id, kind, parent, title| Category { id, kind, parent, title };
    let categories = [
        category(company, CategoryKind::Company, None, vendor.clone()),
        category(family, CategoryKind::ProductFamily, Some(company), format!("{vendor} {base}")),
        category(id, CategoryKind::Product, Some(family), format!("{vendor} {base} {component}")),
    ];
    Product { id, pocket, categories }
}

/// A pocket that must not supersede the release, though apt may install from it by itself.
fn is_other(name: &str) -> bool {
    ["-backports", "-backports-sloppy", "-proposed", "-proposed-updates"].iter().any(|suffix| name.ends_with(suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(origin: &str, suite: &str, codename: &str, not_automatic: bool, component: &str) -> String {
        labelled(origin, origin, suite, codename, not_automatic, component)
    }

    fn labelled(
        origin: &str,
        label: &str,
        suite: &str,
        codename: &str,
        not_automatic: bool,
        component: &str,
    ) -> String {
        let automatic = if not_automatic { "NotAutomatic: yes\n" } else { "" };
        let text = format!(
            "Origin: {origin}\nLabel: {label}\nSuite: {suite}\nCodename: {codename}\n{automatic}Date: Sat, 11 Jul 2026 10:00:00 UTC\nComponents: main\nArchitectures: amd64\nSHA256:\n"
        );
        let product = product(&Release::parse(text.as_bytes()).unwrap(), "given", component);
        let [_, _, leaf] = product.categories;
        format!("{} {:?}", leaf.title, product.pocket)
    }

    #[test]
    fn pockets_share_the_product_of_their_release() {
        assert_eq!(of("Debian", "oldstable", "bookworm", false, "main"), "Debian bookworm main Base");
        assert_eq!(
            of("Debian", "oldstable-security", "bookworm-security", false, "updates/main"),
            "Debian bookworm main Security"
        );
        assert_eq!(
            of("Debian", "oldstable-updates", "bookworm-updates", false, "main"),
            "Debian bookworm main Updates"
        );
        assert_eq!(
            labelled("Debian", "Debian-Security", "oldoldstable", "buster", false, "updates/main"),
            "Debian buster main Security"
        );
        assert_eq!(of("Ubuntu", "noble-security", "noble", false, "main"), "Ubuntu noble main Security");
        assert_eq!(of("Ubuntu", "noble-updates", "noble", false, "universe"), "Ubuntu noble universe Updates");
        assert_eq!(of("Ubuntu", "noble", "noble", false, "main"), "Ubuntu noble main Base");
    }

    #[test]
    fn what_must_not_supersede_is_a_product_of_its_own() {
        assert_eq!(
            of("Debian Backports", "stable-backports", "bookworm-backports", true, "main"),
            "Debian Backports bookworm-backports main Other"
        );
        assert_eq!(of("Ubuntu", "noble-backports", "noble", true, "main"), "Ubuntu noble-backports main Other");
        assert_eq!(of("Ubuntu", "noble-proposed", "noble", false, "main"), "Ubuntu noble-proposed main Other");
        assert_eq!(of("Debian", "experimental", "rc-buggy", true, "main"), "Debian rc-buggy main Other");
    }
}
