//! Evaluation of single inventories.

use std::collections::HashSet;
use std::sync::Arc;

use sluice_catalog::device::{DeviceFacts, Subscription};
use sluice_catalog::{DeviceChange, Evaluator};
use sluice_site::Site;
use sluice_site::agents::AuthenticatedDevice;

use crate::child::figure;
use crate::measure::{percentile, wall};

/// Devices looked at.
const SAMPLE: usize = 1000;

/// Times numbering and evaluation of whole inventories whose packages are known, and making the
/// next snapshot with one.
pub async fn measure(site: &Arc<Site>, known: &[AuthenticatedDevice]) -> anyhow::Result<()> {
    let fleet = site.fleet();
    let packages: usize =
        fleet.devices().filter_map(|row| row.facts.as_ref()).map(|facts| facts.packages().len()).sum();
    let distinct: HashSet<&DeviceFacts> = fleet.devices().filter_map(|row| row.facts.as_deref()).collect();
    #[expect(clippy::cast_precision_loss, reason = "counts of a bench fit")]
    {
        figure("packages", packages as f64 / fleet.len() as f64);
        figure("distinct", distinct.len() as f64);
    }
    let mut evaluator = Evaluator::new(Arc::clone(fleet.catalog()));
    let mut table = fleet.installed_table().clone();
    // The memory of a running site: every package has been met.
    for row in fleet.devices() {
        if let Some(facts) = &row.facts {
            std::hint::black_box(evaluator.evaluate(&table, facts));
        }
    }
    let (mut evaluated, mut applied) = (Vec::new(), Vec::new());
    for device in known.iter().take(SAMPLE) {
        let Some(inventory) = site.held_inventory(device).await? else { continue };
        let begin = wall();
        let facts = DeviceFacts::of(&inventory, Arc::new(Subscription::of(&inventory)), &mut table);
        std::hint::black_box(evaluator.evaluate(&table, &facts));
        evaluated.push((wall() - begin) * 1e3);

        let change = DeviceChange::Inventory { device: device.number, at: site.now(), inventory: Arc::new(inventory) };
        let begin = wall();
        std::hint::black_box(fleet.apply(&mut evaluator, vec![change]));
        applied.push((wall() - begin) * 1e3);
    }
    figure("evaluate-p50", percentile(&evaluated, 0.5));
    figure("evaluate-p99", percentile(&evaluated, 0.99));
    figure("apply-p50", percentile(&applied, 0.5));
    Ok(())
}
