//! Sites, to the site above.

use sluice_model::SiteNode;
use sluice_wire::site::NodeReport;

/// A site as it is reported.
pub(crate) fn report_of(node: &SiteNode) -> NodeReport {
    NodeReport {
        id: node.id.0,
        parent: node.parent.map(|parent| parent.0),
        name: node.name.to_string(),
        site_type: node.site_type.slug().to_owned(),
        mode: node.mode.slug().to_owned(),
        version: node.version.clone(),
        catalog_version: node.catalog_version,
        holds: node.holds,
        last_sync: node.last_sync.map(jiff::Timestamp::as_second),
        last_error: node.last_error.clone(),
        devices: node.devices.devices,
        compliant: node.devices.compliant,
        non_compliant: node.devices.non_compliant,
        unknown: node.devices.unknown,
        unheard: node.unheard.map(|time| time.as_secs().unsigned_abs()),
    }
}
