//! One update.

use sluice_model::{ComplianceState, UpdateId};
use sluice_site::licences::Acceptance;
use sluice_site::updates::{UpdateDetail, UpdateDevice, WindowsUpdate};
use uuid::Uuid;

use super::list_foot::{equivalent, pager};
use crate::api::words;
use crate::console::address::Address;
use crate::console::component::{Input, Notice, Stacked, Tone, When, grouped, size};
use crate::console::form::Posted;
use crate::console::id::Id;
use crate::console::reply::{Done, Reply, done, page};
use crate::console::text::Text;
use crate::console::view::list::Link;
use crate::console::view::shell::Here;
use crate::console::view::update::{
    DeclinedFacts, DeploymentLine, DeviceLine, Facts, FileLine, IndexLine, LicenceLine, PackageLine, StateTab, Update,
    Windows,
};
use crate::console::visit::Visit;
use crate::console::{rows, say};

/// Files on the page; the others are counted.
const FILES_SHOWN: usize = 50;

/// `GET /updates/{id}`.
pub async fn show(Id(id): Id, visit: Visit) -> Reply {
    let (t, now) = (visit.t, visit.now);
    let id = UpdateId(id);
    let detail = visit.site.update(&visit.caller, id).await?;
    // What is looked for first is who needs it.
    let state = visit.query.word::<words::ComplianceState>("state")?.map(Into::into);
    let shown = state.unwrap_or(ComplianceState::Required);
    let devices = visit.site.update_devices(&visit.caller, id, Some(shown), &visit.query.page()?)?;
    let path = format!("/updates/{id}");
    let here = Address::new(&path).with("state", shown.slug());
    let pager =
        pager(&t.common, &here, "cursor", visit.query.text("cursor"), devices.next, devices.items.len(), devices.total);
    let row = &detail.row;
    page(&Update {
        shell: visit.shell(&row.title, Here::Updates)?,
        t: &t.updates,
        id: id.to_string(),
        title: row.title.clone(),
        classification: say::classification(row.classification),
        marks: rows::update_marks(t, row),
        product: row.product.clone(),
        notice: notice(t, &detail),
        deployable: !row.expired && !row.declined,
        bar: bar(t, &detail),
        failed: (detail.failed > 0).then(|| t.updates.failed.count(detail.failed)),
        states: tabs(t, &detail, &path, shown),
        devices: devices.items.into_iter().map(|device| device_line(&visit, device)).collect(),
        devices_pager: pager,
        facts: facts(t, &detail, now),
        packages: packages(t, &detail),
        offered: offered(&detail),
        windows: detail.windows.as_ref().map(|update| windows(t, update)),
        supersedes: detail.supersedes.into_iter().map(|row| rows::update(t, row, now)).collect(),
        superseded_by: detail.superseded_by.into_iter().map(|row| rows::update(t, row, now)).collect(),
        deployments: detail
            .deployments
            .into_iter()
            .map(|deployment| DeploymentLine {
                deployment: Link::new(format!("/deployments/{}", deployment.id), deployment.name),
                phase: say::phase(&t.states, deployment.phase),
                collection: deployment.collection_name,
            })
            .collect(),
        licences: detail.licences.into_iter().map(|(id, accepted)| licence(t, id, accepted, now)).collect(),
        licences_wait: row.awaits_licence,
        declined: detail.declined.map(|declined| DeclinedFacts {
            reason: declined.reason,
            by: declined.by,
            at: When::new(&t.common, declined.at, now),
        }),
        reason: Input::text("reason", t.updates.decline_reason, ""),
        same: equivalent(&t.common, &format!("sluice update show {id}"), &path, &Address::new(&path)),
    })
}

/// `POST /updates/{id}/decline`.
pub async fn decline(Id(id): Id, Posted { visit, form }: Posted) -> Reply {
    visit.site.decline_updates(&visit.caller, vec![UpdateId(id)], form.one("reason")).await?;
    done(format!("/updates/{id}"), Done::Saved)
}

/// `POST /updates/{id}/undecline`.
pub async fn undecline(Id(id): Id, Posted { visit, .. }: Posted) -> Reply {
    visit.site.undecline_updates(&visit.caller, vec![UpdateId(id)]).await?;
    done(format!("/updates/{id}"), Done::Saved)
}

/// `POST /updates/{id}/licences`.
pub async fn accept_licences(Id(id): Id, Posted { visit, .. }: Posted) -> Reply {
    visit.site.accept_licences(&visit.caller, Vec::new(), vec![UpdateId(id)]).await?;
    done(format!("/updates/{id}"), Done::Saved)
}

fn licence(t: &Text, id: Uuid, accepted: Option<Acceptance>, now: jiff::Timestamp) -> LicenceLine {
    LicenceLine {
        id: id.to_string(),
        accepted: accepted.map(|accepted| (accepted.by, When::new(&t.common, accepted.at, now))),
    }
}

fn counts(detail: &UpdateDetail) -> [(ComplianceState, u64); 4] {
    let row = &detail.row;
    [
        (ComplianceState::Required, row.required),
        (ComplianceState::Installed, row.installed),
        (ComplianceState::NotRequired, row.not_required),
        (ComplianceState::Unknown, row.unknown),
    ]
}

fn bar(t: &Text, detail: &UpdateDetail) -> Stacked {
    let counts = counts(detail);
    let words: Vec<_> = counts
        .iter()
        .map(|(state, n)| format!("{} {}", say::compliance_words(&t.states, *state), grouped(*n)))
        .collect();
    // Devices it is not meant for would fill the bar and say nothing.
    let shares = counts.map(|(state, n)| (say::compliance_tone(state), n));
    let shares: Vec<_> =
        shares.into_iter().zip(counts).filter(|(_, (s, _))| *s != ComplianceState::NotRequired).collect();
    Stacked::new(words.join(", "), &shares.into_iter().map(|(share, _)| share).collect::<Vec<_>>())
}

fn tabs(t: &Text, detail: &UpdateDetail, path: &str, shown: ComplianceState) -> Vec<StateTab> {
    let tab = |(state, number): (ComplianceState, u64)| StateTab {
        href: format!("{}#devices", Address::new(path).with("state", state.slug())),
        label: say::compliance_words(&t.states, state).to_string(),
        number: grouped(number),
        current: state == shown,
    };
    counts(detail).map(tab).into()
}

fn notice(t: &Text, detail: &UpdateDetail) -> Option<Notice> {
    let t = &t.updates;
    if detail.row.declined {
        return Some(Notice::new(Tone::Warn, t.declined_warning).fix(t.decline_text));
    }
    if detail.row.awaits_licence {
        return Some(Notice::new(Tone::Warn, t.licence_warning).fix(t.licence_text));
    }
    if detail.row.expired && detail.windows.is_some() {
        return Some(Notice::new(Tone::Warn, t.expired_windows_warning).fix(t.expired_fix));
    }
    if detail.row.expired {
        return Some(Notice::new(Tone::Warn, t.expired_warning).fix(t.expired_fix));
    }
    detail.row.superseded.then(|| Notice::new(Tone::Warn, t.superseded_warning).fix(t.superseded_fix))
}

fn device_line(visit: &Visit, device: UpdateDevice) -> DeviceLine {
    let t = visit.t;
    DeviceLine {
        device: Link::new(format!("/devices/{}", device.device), device.name),
        why: device.why,
        enforcement: device.enforcement.map(|record| rows::enforcement(t, record, visit.now)),
    }
}

fn facts(t: &Text, detail: &UpdateDetail, now: jiff::Timestamp) -> Facts {
    let update = &detail.update;
    let source = update.content.package().map(|package| format!("{} {}", package.name, package.version));
    let is_web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
    Facts {
        released: update.released.map(|at| When::new(&t.common, at, now)),
        products: detail.products.iter().map(|product| product.title.clone()).collect(),
        source,
        revision: update.number.to_string(),
        advisories: update.advisories.clone(),
        info_url: update.info_url.clone().filter(is_web),
        description: update.description.clone(),
    }
}

fn windows(text: &Text, update: &WindowsUpdate) -> Windows {
    let t = &text.updates;
    let hidden = update.file_count.saturating_sub(u64::try_from(FILES_SHOWN).unwrap_or(u64::MAX));
    Windows {
        articles: update.articles.clone(),
        severity: update.severity.map(|severity| say::severity(&text.states, severity).to_string()),
        driver: update.driver,
        members: (update.members > 0).then(|| t.member_count.count(update.members)),
        download: update.max_download_size.map(size),
        uninstallable: update.uninstallable,
        files: update
            .files
            .iter()
            .take(FILES_SHOWN)
            .map(|file| FileLine {
                name: file.name.clone(),
                size: size(file.size),
                sha1: hex::encode(file.sha1),
                sha256: file.sha256.map(hex::encode),
            })
            .collect(),
        more: (hidden > 0).then(|| t.files_more.with(grouped(hidden))),
    }
}

fn packages(t: &Text, detail: &UpdateDetail) -> Vec<PackageLine> {
    let binaries = detail.update.content.binaries();
    binaries
        .iter()
        .map(|binary| PackageLine {
            name: binary.name.clone(),
            version: binary.version.clone(),
            architecture: binary.architecture.clone(),
            size: size(binary.size),
            digest: binary.sha256.to_string(),
            phased: binary.phased_percent.map(|percent| t.updates.phased.with(percent)),
        })
        .collect()
}

fn offered(detail: &UpdateDetail) -> Vec<IndexLine> {
    let line = |index: &std::sync::Arc<sluice_model::PackageIndex>| IndexLine {
        uri: index.key.uri.clone(),
        suite: index.key.suite.clone(),
        component: index.key.component.clone(),
        architecture: index.key.architecture.clone(),
    };
    detail.offered_in.iter().map(line).collect()
}
