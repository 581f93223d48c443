//! Enrolling devices: tokens, and the commands that use them.

use axum::http::{HeaderMap, StatusCode};
use jiff::SignedDuration;
use sluice_model::TokenId;
use sluice_site::{ErrorKind, SiteError};

use crate::console::component::{Choice, Input, Notice, Select, Tone, When, shell_word};
use crate::console::form::Posted;
use crate::console::id::Id;
use crate::console::refusal::{Refusal, sentence};
use crate::console::reply::{Done, Reply, done, page, page_with};
use crate::console::text::Words;
use crate::console::view::device_enroll::{Enroll, Made, OpenToken};
use crate::console::view::shell::Here;
use crate::console::visit::Visit;

/// Port of the listener for devices when nothing else is known.
const CLIENT_PORT: u16 = 8531;

/// Starts the agent now and with the device.
const SERVICE: &str = "sluice agent service-unit > /etc/systemd/system/sluice-agent.service && \
    systemctl enable --now sluice-agent";

/// How long a token may work.
fn validities(visit: &Visit) -> [(&'static str, Words, SignedDuration); 3] {
    let t = &visit.t.devices;
    [
        ("hour", t.hour, SignedDuration::from_hours(1)),
        ("day", t.day, SignedDuration::from_hours(24)),
        ("week", t.week, SignedDuration::from_hours(24 * 7)),
    ]
}

/// `GET /devices/enroll`.
pub async fn show(visit: Visit) -> Reply {
    page(&view(&visit, "1", "hour", None, None).await?)
}

/// `POST /devices/enroll`: makes a token and shows it, once.
pub async fn create(headers: HeaderMap, Posted { visit, form }: Posted) -> Reply {
    let (uses, valid) = (form.one("uses"), form.one("valid"));
    let length = validities(&visit).into_iter().find(|(word, ..)| *word == valid).map(|(_, _, length)| length);
    let made = match (uses.parse::<u32>(), length) {
        (Ok(number), Some(length)) => visit.site.create_enrollment_token(&visit.caller, length, number).await,
        _ => Err(SiteError::invalid("uses", visit.t.devices.enroll_uses_hint.to_string(), "")),
    };
    match made {
        Ok((info, secret)) => {
            let server = shell_word(&server(&visit, &headers));
            let t = &visit.t.devices;
            let until = info.expires_at.strftime("%Y-%m-%d %H:%M UTC").to_string();
            let made = Made {
                commands: vec![
                    format!("sluice agent enroll --server {server} --token {}", shell_word(&secret)),
                    SERVICE.to_owned(),
                ],
                validity: t.enroll_once_text.with2(until, t.enroll_uses_left.count(info.uses_left.into())),
            };
            page(&view(&visit, uses, valid, Some(made), None).await?)
        }
        Err(error) if error.kind == ErrorKind::Invalid => {
            let problem = Notice::new(Tone::Bad, sentence(&error.message)).fix(&error.fix);
            let view = view(&visit, uses, valid, None, Some(problem)).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &view)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /devices/enroll/{id}/revoke`.
pub async fn revoke(Id(id): Id, Posted { visit, .. }: Posted) -> Reply {
    visit.site.revoke_enrollment_token(&visit.caller, TokenId(id)).await?;
    done("/devices/enroll", Done::Deleted)
}

/// Where devices reach the site: as it is configured, else this machine by the name the visitor
/// reached it with.
fn server(visit: &Visit, headers: &HeaderMap) -> String {
    match &visit.options.clients_url {
        Some(url) => url.clone(),
        None => format!("https://{}:{CLIENT_PORT}", Visit::host_name(headers).unwrap_or("localhost")),
    }
}

async fn view(
    visit: &Visit,
    uses: &str,
    valid: &str,
    made: Option<Made>,
    problem: Option<Notice>,
) -> Result<Enroll, Refusal> {
    let t = &visit.t.devices;
    let choices = validities(visit).into_iter().map(|(word, label, _)| Choice::new(word, label, word == valid));
    let open = visit.site.list_enrollment_tokens(&visit.caller).await?;
    Ok(Enroll {
        shell: visit.shell(t.enroll_title, Here::Devices)?,
        t,
        uses: Input::text("uses", t.enroll_uses, uses).kind("number").hint(t.enroll_uses_hint).required(),
        valid: Select::new("valid", t.enroll_valid, choices.collect()),
        made,
        problem,
        open: open
            .into_iter()
            .map(|token| OpenToken {
                id: token.id.to_string(),
                by: token.created_by,
                expires: When::new(&visit.t.common, token.expires_at, visit.now),
                uses_left: token.uses_left.to_string(),
            })
            .collect(),
    })
}
