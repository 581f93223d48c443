//! Sites and their settings in words.

use sluice_model::{LinkState, SetWhere, SiteMode, SiteSetting, SiteType};
use sluice_site::sites::settings::{SettingPlace, SitePlace};
use sluice_site::sites::tree::SiteLine as Line;

use crate::console::component::{Bar, Chip, Tone, When, duration, grouped, percent_of};
use crate::console::text::{Sites, Words};
use crate::console::view::sites::{ParentView, PlaceView, SettingLine, SiteLine};
use crate::console::visit::Visit;

/// The name of a type.
pub(super) fn kind(t: &Sites, site_type: SiteType) -> Words {
    match site_type {
        SiteType::StandAlonePrimary => t.stand_alone,
        SiteType::Central => t.central,
        SiteType::ChildPrimary => t.child_primary,
        SiteType::Secondary => t.secondary,
        SiteType::UpdatePoint => t.update_point,
    }
}

fn mode_chip(t: &Sites, mode: SiteMode) -> Chip {
    match mode {
        SiteMode::Replica => Chip::label(Tone::Quiet, t.replica),
        SiteMode::Autonomous => Chip::label(Tone::Quiet, t.autonomous),
    }
}

/// A site of the tree.
pub(super) fn line(visit: &Visit, line: Line) -> SiteLine {
    let (t, common) = (&visit.t.sites, &visit.t.common);
    let (devices, node) = (line.node.devices, line.node);
    let state = match line.state {
        None => Chip::label(Tone::Quiet, t.this_site),
        Some(LinkState::Pending) => Chip::new(Tone::Warn, t.pending),
        Some(LinkState::Linked) => Chip::new(Tone::Good, t.linked),
        Some(LinkState::Silent) => {
            let age = line.age.map_or_else(String::new, |age| duration(common, age));
            Chip::label(Tone::Bad, t.silent.with(age))
        }
        Some(LinkState::Left) => Chip::label(Tone::Quiet, t.left),
    };
    let mode = line.state.map(|_| mode_chip(t, node.mode));
    let behind = (line.up_to_date == Some(false)).then(|| Chip::new(Tone::Warn, t.behind));
    let failed = node.last_error.as_ref().map(|_| Chip::new(Tone::Bad, t.sync_failed));
    let known = devices.devices.saturating_sub(devices.unknown);
    let percent = percent_of(devices.compliant, known);
    let label = percent.map_or_else(String::new, |percent| visit.t.common.percent_compliant.with(percent));
    SiteLine {
        id: node.id.to_string(),
        name: node.name.to_string(),
        indent: match line.depth {
            0 => "indent-0",
            1 => "indent-1",
            _ => "indent-2",
        },
        kind: kind(t, node.site_type).to_string(),
        chips: std::iter::once(state).chain(mode).collect(),
        catalog: [behind, failed].into_iter().flatten().collect(),
        version: t.version.with(node.catalog_version),
        sync: node.last_sync.map(|at| When::new(common, at, visit.now)),
        error: node.last_error.unwrap_or_default(),
        devices: grouped(devices.devices),
        compliance: Bar::compliance(percent, label),
        can_remove: line.joined_at.is_some(),
    }
}

/// This site's place.
pub(super) fn place(visit: &Visit, place: &SitePlace) -> PlaceView {
    let t = &visit.t.sites;
    let parent = place.parent.as_ref().map(|parent| ParentView {
        name: parent.name.to_string(),
        url: parent.url.clone(),
        top: parent.top.as_ref().map_or_else(|| parent.name.to_string(), ToString::to_string),
        link: match parent.state {
            LinkState::Linked => Chip::new(Tone::Good, t.linked),
            LinkState::Silent => {
                let at = parent.last_contact.map(|at| When::new(&visit.t.common, at, visit.now));
                Chip::label(Tone::Bad, t.silent.with(at.as_ref().map_or("", |at| at.relative())))
            }
            LinkState::Pending | LinkState::Left => Chip::new(Tone::Warn, t.pending),
        },
        error: parent.error.clone().unwrap_or_default(),
        stands_in: parent.stands_in.then(|| Chip::new(Tone::Warn, t.stands_in)),
        clock: match parent.clock_ahead {
            Some(ahead) if ahead.as_secs().abs() > 60 => t.clock.with(ahead.as_secs()),
            _ => String::new(),
        },
    });
    let other = match place.site_type {
        SiteType::StandAlonePrimary => Some((SiteType::Central.slug(), t.make_central.to_string())),
        SiteType::Central => Some((SiteType::StandAlonePrimary.slug(), t.make_stand_alone.to_string())),
        SiteType::ChildPrimary | SiteType::Secondary | SiteType::UpdatePoint => None,
    };
    PlaceView {
        kind: kind(t, place.site_type).to_string(),
        mode: parent.as_ref().map(|_| mode_chip(t, place.mode)),
        parent,
        other,
    }
}

/// Where a setting is made.
pub(super) fn setting(t: &Sites, line: SettingPlace) -> SettingLine {
    let setting = match line.setting {
        SiteSetting::SyncSource => t.sync_source,
        SiteSetting::SyncSchedule => t.sync_schedule,
        SiteSetting::Selection => t.selection,
        SiteSetting::MetadataLanguages => t.metadata_languages,
        SiteSetting::UpdateFiles => t.update_files,
        SiteSetting::ContentFetching => t.content_fetching,
        SiteSetting::Proxy => t.proxy,
        SiteSetting::PackageSources => t.package_sources,
        SiteSetting::ClientConnections => t.client_connections,
        SiteSetting::DownstreamServers => t.downstream_servers,
    };
    SettingLine {
        setting: setting.to_string(),
        made: match line.is_set {
            SetWhere::Here => Chip::new(Tone::Good, t.here),
            SetWhere::AtTop => Chip::new(Tone::Quiet, t.at_top),
            SetWhere::ByPlace => Chip::new(Tone::Quiet, t.by_place),
        },
        why: line.reason.to_owned(),
    }
}
