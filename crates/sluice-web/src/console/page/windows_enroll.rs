//! Adding Windows devices: the policy that brings them here, and the devices as they arrive.

use axum::http::{HeaderMap, StatusCode};
use sluice_site::client_policy::{ClientPolicyFile, ClientPolicyRequest};
use sluice_site::windows::arrivals::{Arrival, ArrivalStage};
use sluice_site::{ErrorKind, SiteError, SiteResult};

use crate::api;
use crate::api::words::{AutomaticUpdates, PolicyFormat};
use crate::console::component::{Chip, Choice, Equivalent, Input, Notice, Prose, Select, Tone, When, shell_word};
use crate::console::query::Query;
use crate::console::refusal::sentence;
use crate::console::reply::{Reply, page, page_with};
use crate::console::say;
use crate::console::text::Words;
use crate::console::view::list::Link;
use crate::console::view::shell::Here;
use crate::console::view::windows_enroll::{ArrivalLine, PolicyFile, PolicyForm, WindowsEnroll};
use crate::console::visit::Visit;

/// Port of the listener for devices when nothing else is known.
const CLIENT_PORT: u16 = 8531;

/// Parameters of the page; the API's are named the same.
const KEPT: [&str; 7] =
    ["format", "server", "target_group", "automatic", "install_hour", "detection_hours", "microsoft"];

/// `GET /devices/enroll/windows`.
pub async fn show(headers: HeaderMap, visit: Visit) -> Reply {
    let own = own_server(&visit, &headers);
    let made = request(&visit.query, &own).and_then(|request| visit.site.client_policy(&visit.caller, &request));
    let (status, file, problem) = match made {
        Ok(file) => (StatusCode::OK, Some(policy_file(&visit, file, &own)?), None),
        Err(error) if error.kind == ErrorKind::Invalid => {
            let problem = Notice::new(Tone::Bad, sentence(&error.message)).fix(&error.fix);
            (StatusCode::UNPROCESSABLE_ENTITY, None, Some(problem))
        }
        Err(error) => return Err(error.into()),
    };
    let arrivals = visit.site.windows_arrivals(&visit.caller)?;
    let view = WindowsEnroll {
        shell: visit.shell(visit.t.windows.title, Here::Devices)?,
        t: &visit.t.windows,
        form: form(&visit, &own),
        problem,
        file,
        arrivals: arrivals.into_iter().map(|arrival| line(&visit, arrival)).collect(),
        check: Prose::new(visit.t.windows.check),
    };
    if status == StatusCode::OK { page(&view) } else { page_with(status, &view) }
}

/// Where devices reach the site: as it is configured, else this machine by the name the visitor reached it with.
fn own_server(visit: &Visit, headers: &HeaderMap) -> String {
    match &visit.options.clients_url {
        Some(url) => url.clone(),
        None => format!("https://{}:{CLIENT_PORT}", Visit::host_name(headers).unwrap_or("localhost")),
    }
}

fn request(query: &Query, own: &str) -> SiteResult<ClientPolicyRequest> {
    let usual = ClientPolicyRequest::default();
    Ok(ClientPolicyRequest {
        format: query.word::<PolicyFormat>("format")?.map_or(usual.format, Into::into),
        server: Some(query.text("server").unwrap_or(own).to_owned()),
        target_group: query.text("target_group").map(str::to_owned),
        automatic: query.word::<AutomaticUpdates>("automatic")?.map_or(usual.automatic, Into::into),
        install_hour: number(query, "install_hour")?.unwrap_or(usual.install_hour),
        detection_hours: number(query, "detection_hours")?.unwrap_or(usual.detection_hours),
        microsoft: query.flag("microsoft"),
        ..usual
    })
}

fn number(query: &Query, name: &'static str) -> SiteResult<Option<u8>> {
    let Some(text) = query.text(name) else { return Ok(None) };
    let number = text.parse().map_err(|_| {
        SiteError::invalid(name, "this is not a number that can stand here", "Give a small whole number.")
    })?;
    Ok(Some(number))
}

fn form(visit: &Visit, own: &str) -> PolicyForm {
    let (t, query) = (&visit.t.windows, &visit.query);
    let usual = ClientPolicyRequest::default();
    let value = |name| query.text(name).unwrap_or_default();
    let formats = PolicyFormat::ALL.iter().map(|one| {
        let chosen = query.text("format").map_or(*one == usual.format.into(), |word| word == one.slug());
        Choice::new(one, format_words(visit, *one), chosen)
    });
    let automatic = AutomaticUpdates::ALL.iter().map(|one| {
        let chosen = query.text("automatic").map_or(*one == usual.automatic.into(), |word| word == one.slug());
        Choice::new(one, automatic_words(visit, *one), chosen)
    });
    let microsoft = [("", t.microsoft_no, false), ("true", t.microsoft_yes, true)];
    let microsoft =
        microsoft.map(|(word, label, allowed)| Choice::new(word, label, query.flag("microsoft") == allowed));
    PolicyForm {
        format: Select::new("format", t.format, formats.collect()),
        server: Input::text("server", t.server, query.text("server").unwrap_or(own)).hint(t.server_hint).required(),
        group: Input::text("target_group", t.group, value("target_group")).hint(t.group_hint),
        automatic: Select::new("automatic", t.automatic, automatic.collect()).hint(t.automatic_hint),
        hour: Input::text("install_hour", t.hour, query.text("install_hour").unwrap_or("3"))
            .kind("number")
            .hint(t.hour_hint),
        detection: Input::text("detection_hours", t.detection, query.text("detection_hours").unwrap_or("22"))
            .kind("number")
            .hint(t.detection_hint),
        microsoft: Select::new("microsoft", t.microsoft, microsoft.to_vec()),
        open: KEPT[2..].iter().any(|name| query.text(name).is_some()),
    }
}

fn policy_file(visit: &Visit, file: ClientPolicyFile, own: &str) -> SiteResult<PolicyFile> {
    let t = &visit.t.windows;
    let format = visit.query.word::<PolicyFormat>("format")?.unwrap_or(PolicyFormat::Reg);
    let address = visit.query.address("/client-policy/windows", &KEPT).with("format", format);
    let address = address.with("server", visit.query.text("server").unwrap_or(own));
    let download = address.at(format!("{}/client-policy/windows", api::BASE_PATH));
    let mut cli = "sluice client-policy windows".to_owned();
    for (name, value) in address.parameters() {
        // The command line says `group` for what the API calls `target_group`, and writes hyphens.
        cli.push_str(" --");
        cli.push_str(&if name == "target_group" { "group".to_owned() } else { name.replace('_', "-") });
        if value != "true" {
            cli.push(' ');
            cli.push_str(&shell_word(value));
        }
    }
    Ok(PolicyFile {
        download: Link::new(download.to_string(), t.download.with(file.file_name)),
        text: file.text.map(|text| text.replace("\r\n", "\n")),
        steps: steps(visit, format).into_iter().map(Prose::new).collect(),
        same: Equivalent::new(&visit.t.common, cli, format!("GET {download}")),
    })
}

fn format_words(visit: &Visit, format: PolicyFormat) -> Words {
    let t = &visit.t.windows;
    match format {
        PolicyFormat::Reg => t.format_reg,
        PolicyFormat::PowerShell => t.format_ps1,
        PolicyFormat::GroupPolicy => t.format_gpo,
        PolicyFormat::RegistryPol => t.format_pol,
        PolicyFormat::Intune => t.format_intune,
        PolicyFormat::Certificate => t.format_cer,
    }
}

fn automatic_words(visit: &Visit, automatic: AutomaticUpdates) -> Words {
    let t = &visit.t.windows;
    match automatic {
        AutomaticUpdates::Notify => t.automatic_notify,
        AutomaticUpdates::Download => t.automatic_download,
        AutomaticUpdates::Schedule => t.automatic_schedule,
        AutomaticUpdates::LocalChoice => t.automatic_local,
        AutomaticUpdates::NotifyRestart => t.automatic_restart,
    }
}

fn steps(visit: &Visit, format: PolicyFormat) -> [Words; 3] {
    let t = &visit.t.windows;
    match format {
        PolicyFormat::Reg => [t.steps_reg_1, t.steps_reg_2, t.steps_reg_3],
        PolicyFormat::PowerShell => [t.steps_ps1_1, t.steps_ps1_2, t.steps_ps1_3],
        PolicyFormat::GroupPolicy => [t.steps_gpo_1, t.steps_gpo_2, t.steps_gpo_3],
        PolicyFormat::RegistryPol => [t.steps_pol_1, t.steps_pol_2, t.steps_pol_3],
        PolicyFormat::Intune => [t.steps_intune_1, t.steps_intune_2, t.steps_intune_3],
        PolicyFormat::Certificate => [t.steps_cer_1, t.steps_cer_2, t.steps_cer_3],
    }
}

fn line(visit: &Visit, arrival: Arrival) -> ArrivalLine {
    let t = &visit.t.windows;
    let stages = [
        (ArrivalStage::FirstContact, t.first_contact),
        (ArrivalStage::Registered, t.registered),
        (ArrivalStage::Scanning, t.scanning),
        (ArrivalStage::Reported, t.reported),
    ];
    let reached = stages.iter().take_while(|(stage, _)| *stage <= arrival.stage).count();
    let present =
        stages.into_iter().find(|(stage, _)| *stage == arrival.stage).map_or(t.first_contact, |(_, words)| words);
    let chip = |(stage, words): (ArrivalStage, Words)| {
        let tone = match stage.cmp(&arrival.stage) {
            _ if stage == ArrivalStage::Reported && arrival.stage == stage => Tone::Good,
            std::cmp::Ordering::Less => Tone::Good,
            std::cmp::Ordering::Equal if arrival.error.is_some() => Tone::Bad,
            std::cmp::Ordering::Equal => Tone::Busy,
            std::cmp::Ordering::Greater => Tone::Quiet,
        };
        Chip::new(tone, words)
    };
    ArrivalLine {
        href: (arrival.stage > ArrivalStage::FirstContact).then(|| format!("/devices/{}", arrival.device)),
        from: arrival.peer.map(|peer| t.from.with(peer)),
        stages: stages.map(chip).into(),
        said: t.stage_of.with2(present, reached),
        heard: When::new(&visit.t.common, arrival.at, visit.now),
        error: arrival.error.map(say::error),
        name: arrival.name,
    }
}
