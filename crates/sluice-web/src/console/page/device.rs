//! One device.

use jiff::Timestamp;
use sluice_model::{ComplianceState, DeviceId, DeviceKind};
use sluice_site::PageRequest;
use sluice_site::devices::{DeviceDetail, Doubt, SubscribedIndex, UpgradablePackage, WindowsDetail};
use sluice_site::updates::UpdateRow;

use super::list_foot::{equivalent, pager};
use crate::console::address::Address;
use crate::console::component::{Chip, Notice, Tone, When, grouped};
use crate::console::form::Posted;
use crate::console::id::Id;
use crate::console::reply::{Done, Reply, done, page};
use crate::console::text::Text;
use crate::console::view::device::{Device, EventLine, Facts, IndexLine, PackageLine, RequiredLine, Restart, Windows};
use crate::console::view::list::Link;
use crate::console::view::shell::Here;
use crate::console::visit::Visit;
use crate::console::{rows, say};

/// Processes with replaced libraries that are named; the others are counted.
const LIBRARIES_SHOWN: usize = 20;
/// Required updates on the page: what a device that was forgotten for a year lacks, to be deployed
/// in one go.
const REQUIRED_SHOWN: usize = 300;
/// Events on the page.
const EVENTS_SHOWN: usize = 20;

/// `GET /devices/{id}`.
pub async fn show(Id(id): Id, visit: Visit) -> Reply {
    let (t, now) = (visit.t, visit.now);
    let id = DeviceId(id);
    let detail = visit.site.device(&visit.caller, id).await?;
    let mut part = visit.query.page()?;
    part.limit = part.limit.or(Some(REQUIRED_SHOWN));
    let required = visit.site.device_updates(&visit.caller, id, ComplianceState::Required, &part)?;
    let packages = visit.site.device_packages(&visit.caller, id).await?;
    let older = PageRequest { cursor: visit.query.text("history").map(str::to_owned), limit: Some(EVENTS_SHOWN) };
    let history = visit.site.device_events(&visit.caller, id, older).await?;
    let path = format!("/devices/{id}");
    let here = Address::new(&path);
    let pager = pager(
        &t.common,
        &here,
        "cursor",
        visit.query.text("cursor"),
        required.next,
        required.items.len(),
        required.total,
    );
    let row = &detail.row;
    let shown = |number: u64| if row.reported { grouped(number) } else { "–".to_owned() };
    page(&Device {
        shell: visit.shell(&row.name, Here::Devices)?,
        t: &t.devices,
        id: id.to_string(),
        name: row.name.clone(),
        system: row.os.clone(),
        condition: rows::condition(t, row),
        notices: notices(t, &detail, now),
        reported: row.reported,
        required_count: shown(row.required),
        security_count: shown(row.required_security),
        installed_count: shown(row.installed),
        contact: row.last_contact.map(|at| When::new(&t.common, at, now)),
        required: required.items.into_iter().map(|row| required_line(&visit, id, row)).collect::<Result<_, _>>()?,
        required_pager: pager,
        packages: packages.into_iter().map(|package| package_line(t, package)).collect(),
        restart: restart(t, &detail),
        indexes: detail.indexes.iter().map(|index| index_line(t, index)).collect(),
        facts: facts(t, &detail, now),
        windows: detail.windows.as_ref().map(|windows| windows_facts(t, windows, now)),
        enforcement: detail.enforcement.into_iter().map(|record| rows::enforcement(t, record, now)).collect(),
        history: history
            .items
            .into_iter()
            .map(|event| EventLine { at: When::new(&t.common, event.at, now), kind: event.kind, text: event.text })
            .collect(),
        older: history.next.map(|next| format!("{}#history", here.clone().with("history", next))),
        same: equivalent(&t.common, &format!("sluice device show {id}"), &path, &here),
    })
}

/// `POST /devices/{id}/remove`.
pub async fn remove(Id(id): Id, Posted { visit, .. }: Posted) -> Reply {
    visit.site.remove_device(&visit.caller, DeviceId(id)).await?;
    done("/devices", Done::RemovedDevice)
}

fn notices(t: &Text, detail: &DeviceDetail, now: Timestamp) -> Vec<Notice> {
    let t_devices = &t.devices;
    let mut notices = Vec::new();
    if !detail.broken.is_empty() {
        let text = t_devices.broken_text.with(detail.broken.join(", "));
        notices.push(Notice::new(Tone::Bad, t_devices.broken).text(text).fix(t_devices.broken_fix));
    }
    if detail.row.silent {
        let contact = detail.row.last_contact.map(|at| When::new(&t.common, at, now));
        let contact = contact.as_ref().map_or_else(|| t.common.never.to_string(), |at| at.relative().to_owned());
        let notice = Notice::new(Tone::Warn, t_devices.silent).text(t_devices.silent_text.with(contact));
        let is_windows = detail.row.kind == DeviceKind::Windows;
        notices.push(notice.fix(if is_windows { t_devices.silent_windows_fix } else { t_devices.silent_fix }));
    }
    if let Some(windows) = &detail.windows {
        notices.extend(windows_notices(t, windows));
    }
    if !detail.row.reported {
        let text = match detail.row.kind {
            DeviceKind::Linux => t_devices.unreported_text,
            DeviceKind::Windows => t_devices.unreported_windows_text,
        };
        notices.push(Notice::new(Tone::Quiet, t_devices.unreported).text(text));
    }
    if detail.row.outside_catalog > 0 {
        let title = t_devices.outside_catalog.count(detail.row.outside_catalog);
        notices.push(Notice::new(Tone::Warn, title).text(t_devices.outside_catalog_text));
    }
    let unknown = detail.indexes.iter().filter(|index| !index.synchronized).count();
    if unknown > 0 {
        let title = t_devices.unsynchronized.count(u64::try_from(unknown).unwrap_or(u64::MAX));
        notices.push(Notice::new(Tone::Warn, title).text(t_devices.unsynchronized_text));
    }
    if !detail.held.is_empty() {
        let text = detail.held.join(", ");
        notices.push(Notice::new(Tone::Quiet, t_devices.held_hint).text(text));
    }
    notices
}

fn windows_notices(t: &Text, windows: &WindowsDetail) -> Vec<Notice> {
    let t = &t.devices;
    let mut notices = Vec::new();
    if let Some(doubt) = &windows.doubt {
        let notice = match doubt {
            Doubt::Shared(names) => Notice::new(Tone::Bad, t.shared_id).text(t.shared_id_text.with(names.join(", "))),
            Doubt::ReplacedBy { name, .. } => Notice::new(Tone::Warn, t.replaced).text(t.replaced_text.with(name)),
        };
        notices.push(notice.fix(doubt.next_step()));
    }
    if let Some(code) = windows.scan_error {
        let said = code.explain();
        let text = format!("{code}: {}", said.meaning);
        notices.push(Notice::new(Tone::Warn, t.scan_failed).text(text).fix(said.next_step));
    }
    notices
}

fn windows_facts(text: &Text, windows: &WindowsDetail, now: Timestamp) -> Windows {
    let computer = &windows.computer;
    let join = |a: &str, b: &str| format!("{a} {b}").trim().to_owned();
    Windows {
        client_id: windows.client_id.clone(),
        dns_name: windows.dns_name.clone(),
        target_groups: windows.target_groups.clone(),
        computer: join(&computer.manufacturer, &computer.model),
        firmware: join(&computer.firmware_name, &computer.firmware_version),
        os_version: computer.operating_system().version,
        language: computer.locale.clone(),
        protocol: windows.protocol.clone(),
        last_scan: windows.last_scan_at.map(|at| When::new(&text.common, at, now)),
        attributes: windows.attributes.clone(),
    }
}

fn required_line(visit: &Visit, device: DeviceId, row: UpdateRow) -> sluice_site::SiteResult<RequiredLine> {
    let explained = visit.site.explain(&visit.caller, device, row.id)?;
    Ok(RequiredLine {
        id: row.id.to_string(),
        update: Link::new(format!("/updates/{}", row.id), row.title),
        classification: say::classification(row.classification),
        product: row.product,
        why: explained.sentences,
    })
}

fn package_line(t: &Text, package: UpgradablePackage) -> PackageLine {
    PackageLine {
        name: package.name,
        architecture: package.architecture,
        installed: package.installed,
        candidate: package.candidate,
        update: Link::new(format!("/updates/{}", package.update), package.title),
        classification: say::classification(package.classification),
        held: package.held.then(|| Chip::new(Tone::Warn, t.states.held)),
    }
}

fn restart(t: &Text, detail: &DeviceDetail) -> Restart {
    let (t, evidence) = (&t.devices, &detail.restart);
    let mut reasons = Vec::new();
    if evidence.flag_file {
        reasons.push(match evidence.flag_packages.as_slice() {
            [] => t.restart_flag_plain.to_string(),
            packages => t.restart_flag.with(packages.join(", ")),
        });
    }
    if evidence.kernel {
        let newest = detail.kernel_newest.as_deref().unwrap_or_default();
        reasons.push(t.restart_kernel.with2(&detail.kernel_running, newest));
    }
    if detail.windows.is_some() && detail.row.needs_restart {
        reasons.push(t.restart_update.to_string());
    }
    let device = detail.row.needs_restart;
    let title = match (device, evidence.libraries.is_empty()) {
        (true, _) => t.restart_needed,
        (false, false) => t.restart_services,
        (false, true) => t.restart_none,
    };
    let hidden = evidence.libraries.len().saturating_sub(LIBRARIES_SHOWN);
    Restart {
        title: title.to_string(),
        device,
        reasons,
        libraries: evidence
            .libraries
            .iter()
            .take(LIBRARIES_SHOWN)
            .map(|library| t.restart_process.with2(&library.process, &library.path))
            .collect(),
        more: (hidden > 0).then(|| t.restart_more.with(hidden)),
    }
}

fn index_line(t: &Text, subscribed: &SubscribedIndex) -> IndexLine {
    let (t, index) = (&t.devices, &subscribed.index);
    IndexLine {
        uri: index.uri.clone(),
        what: format!("{} {} {}", index.suite, index.component, index.architecture),
        origin: index.origin.clone(),
        priority: index.priority.map(|priority| t.pin.with(priority)),
        synchronized: match subscribed.synchronized {
            true => Chip::new(Tone::Good, t.synchronized_yes),
            false => Chip::new(Tone::Warn, t.synchronized_no),
        },
    }
}

fn facts(text: &Text, detail: &DeviceDetail, now: Timestamp) -> Facts {
    let t = &text.devices;
    let when = |at: Timestamp| When::new(&text.common, at, now);
    let kernel = match &detail.kernel_newest {
        Some(newest) if *newest != detail.kernel_running => t.kernel_newer.with2(&detail.kernel_running, newest),
        Some(newest) => t.kernel_current.with(newest),
        None => detail.kernel_running.clone(),
    };
    Facts {
        architecture: detail.architecture.clone(),
        kernel,
        agent_version: detail.agent_version.clone(),
        agent_state: detail.agent_state.clone(),
        agent_detail: detail.agent_detail.clone(),
        can_install: if detail.can_install { t.can_install_yes } else { t.can_install_no }.to_string(),
        enrolled: when(detail.enrolled_at),
        inventory: detail.row.last_inventory.map(when),
        collections: detail
            .collections
            .iter()
            .map(|(id, name)| Link::new(format!("/collections/{id}"), name))
            .collect(),
    }
}
