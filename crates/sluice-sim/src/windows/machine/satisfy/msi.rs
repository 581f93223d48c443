//! Products and patches of Windows Installer.

use sluice_wsus::update::rules::{
    Fact, Facts as _, Metadata, MsiPatchState, MsiProduct, MsiTest, PatchTarget, ProductFilter, Version,
};

use super::super::VirtualMachine;
use super::super::fact::{Change, FactKey, FactValue};
use super::candidates::{Candidates, there};
use super::values::{next, previous, versions};

pub(super) fn of(test: &MsiTest, wanted: bool, machine: &VirtualMachine, metadata: &Metadata) -> Candidates {
    match test {
        MsiTest::Product(filter) => product(filter, wanted, machine),
        MsiTest::PatchForProduct { patch, product: filter } => {
            let patch_key = FactKey::Patch(filter.code.to_lowercase(), patch.to_lowercase());
            if !wanted {
                return vec![vec![patch_key.gone()]];
            }
            let applied = patch_key.is(FactValue::Patch(MsiPatchState::Applied));
            let mut candidates = product(filter, true, machine);
            // The product as it is may do.
            candidates.insert(0, Vec::new());
            candidates.iter_mut().for_each(|changes| changes.push(applied.clone()));
            candidates
        }
        MsiTest::Parts { features, parts, products, .. } => {
            let key = |product: &str, part: &str| match features {
                true => FactKey::Feature(product.to_lowercase(), part.to_lowercase()),
                false => FactKey::Component(product.to_lowercase(), part.to_lowercase()),
            };
            let each = products.iter().flat_map(|product| parts.iter().map(move |part| (product, part)));
            vec![each.map(|(product, part)| there(key(product, part), wanted)).collect()]
        }
        MsiTest::PatchInstalled => patch(wanted.then_some(MsiPatchState::Applied), wanted, machine, metadata),
        MsiTest::PatchSuperseded => {
            let state = if wanted { MsiPatchState::Superseded } else { MsiPatchState::Applied };
            patch(Some(state), wanted, machine, metadata)
        }
        MsiTest::PatchInstallable => {
            // Without the patch it is installable wherever the product fits.
            patch((!wanted).then_some(MsiPatchState::Applied), wanted, machine, metadata)
        }
        MsiTest::ApplicationInstalled => application(wanted, machine, metadata, |version| version),
        MsiTest::ApplicationSuperseded => application(wanted, machine, metadata, next),
        MsiTest::ApplicationInstallable => application(!wanted, machine, metadata, |version| version),
    }
}

fn set(code: &str, product: MsiProduct) -> Change {
    FactKey::Product(code.to_lowercase()).is(FactValue::Product(product))
}

fn product(filter: &ProductFilter, wanted: bool, machine: &VirtualMachine) -> Candidates {
    if !wanted {
        return vec![vec![FactKey::Product(filter.code.to_lowercase()).gone()]];
    }
    let now = match machine.msi_product(&filter.code) {
        Fact::Known(product) => Some(product.version),
        Fact::Absent | Fact::Unavailable => None,
    };
    let least = filter.min.map(|(version, excluded)| if excluded { next(version) } else { version });
    let most = filter.max.map(|(version, excluded)| if excluded { previous(version) } else { version });
    let language = filter.language.or(Some(1033));
    let versions = [now, least, most, Some(Version([1, 0, 0, 0]))].into_iter().flatten();
    versions.map(|version| vec![set(&filter.code, MsiProduct { version, language })]).collect()
}

/// The patch of the metadata in a state, or gone, on all its products that are there. When none is, on the first.
fn patch(state: Option<MsiPatchState>, wanted: bool, machine: &VirtualMachine, metadata: &Metadata) -> Candidates {
    let Some(patch) = &metadata.patch else { return Vec::new() };
    let change = |target: &PatchTarget| {
        let key = FactKey::Patch(target.product.to_lowercase(), patch.code.to_lowercase());
        state.map_or_else(|| key.clone().gone(), |state| key.clone().is(FactValue::Patch(state)))
    };
    let is_there = |target: &&PatchTarget| matches!(machine.msi_product(&target.product), Fact::Known(_));
    let there: Vec<Change> = patch.targets.iter().filter(is_there).map(change).collect();
    let all: Vec<Change> = patch.targets.iter().map(change).collect();
    let with_product = patch.targets.iter().flat_map(|target| {
        let fitting = target
            .version
            .as_ref()
            .map_or_else(|| vec![Version([1, 0, 0, 0])], |wanted| versions(wanted.comparison, wanted.version, true));
        let product = move |version| set(&target.product, MsiProduct { version, language: Some(1033) });
        fitting.into_iter().map(move |version| vec![product(version), change(target)])
    });
    let with_product: Candidates = if wanted { with_product.collect() } else { Vec::new() };
    [there, all].into_iter().filter(|changes| !changes.is_empty()).chain(with_product).collect()
}

fn application(
    installed: bool,
    machine: &VirtualMachine,
    metadata: &Metadata,
    to: fn(Version) -> Version,
) -> Candidates {
    let Some(application) = &metadata.application else { return Vec::new() };
    if !installed {
        return vec![vec![FactKey::Product(application.product.to_lowercase()).gone()]];
    }
    let now = match machine.msi_product(&application.product) {
        Fact::Known(product) => product,
        Fact::Absent | Fact::Unavailable => MsiProduct { version: Version([1, 0, 0, 0]), language: Some(1033) },
    };
    let version = to(application.version.unwrap_or(now.version));
    vec![vec![set(&application.product, MsiProduct { version, ..now })]]
}
