//! A server to synchronize with: Microsoft Update, a WSUS or another Sluice. Defining, changing and trying it out.

use axum::http::StatusCode;
use jiff::SignedDuration;
use sluice_model::{Schedule, SourceId};
use sluice_site::sources::{MICROSOFT_UPDATE, SourceConfig, SourceSpec, UpstreamSource};
use sluice_site::sync::SourceCheck;
use sluice_site::{ErrorKind, Permission, SiteError};
use uuid::Uuid;

use crate::console::component::{Choice, Input, Notice, Prose, Radios, Select, Tone};
use crate::console::form::{Form, Posted};
use crate::console::id::Id;
use crate::console::refusal::{Refusal, sentence};
use crate::console::reply::{Done, Reply, done, page, page_with};
use crate::console::view::server_edit::{Checked, ServerEdit};
use crate::console::view::shell::Here;
use crate::console::visit::Visit;

/// Hours between two synchronizations that can be chosen.
const HOURS: [i64; 6] = [1, 2, 4, 8, 12, 24];
/// The choice at first.
const AT_FIRST: i64 = 4;

/// What the form says.
struct Fields {
    id: Option<Uuid>,
    name: String,
    source: UpstreamSource,
    /// Hours; 0: by hand. `None`: another schedule, which stays.
    hours: Option<i64>,
    pins: String,
    languages: String,
}

/// `GET /sync/servers/new`.
pub async fn new(visit: Visit) -> Reply {
    visit.caller.require(Permission::ManageSite)?;
    let source = UpstreamSource::default();
    page(&view(&visit, &Fields::of(None, String::new(), source, Some(AT_FIRST)), None, None)?)
}

/// `GET /sync/servers/{id}`.
pub async fn show(Id(id): Id, visit: Visit) -> Reply {
    visit.caller.require(Permission::ManageSite)?;
    let source = visit.site.source(&visit.caller, SourceId(id)).await?;
    let SourceConfig::Upstream(upstream) = source.config else { return Err(Refusal::no_such_page()) };
    let hours = match source.schedule {
        Schedule::Manual => Some(0),
        Schedule::Every(every) => Some(every.as_hours()).filter(|hours| HOURS.contains(hours)),
        _ => None,
    };
    page(&view(&visit, &Fields::of(Some(id), source.name, *upstream, hours), None, None)?)
}

/// `POST /sync/servers`: tries out, defines or changes.
pub async fn save(Posted { visit, form }: Posted) -> Reply {
    visit.caller.require(Permission::ManageSite)?;
    let fields = Fields::read(&form)?;
    let config = SourceConfig::Upstream(Box::new(fields.source.clone()));
    let refused = |error: SiteError| match error.kind {
        ErrorKind::Invalid | ErrorKind::Conflict => {
            let problem = Notice::new(Tone::Bad, sentence(&error.message)).fix(&error.fix);
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &view(&visit, &fields, Some(problem), None)?)
        }
        _ => Err(error.into()),
    };
    if form.one("do") == "test" {
        return match visit.site.check_source(&visit.caller, &config).await {
            Ok(check) => page(&view(&visit, &fields, None, Some(check))?),
            Err(error) => refused(error),
        };
    }
    let (site, caller) = (&visit.site, &visit.caller);
    let saved = match fields.id {
        None => {
            let spec = SourceSpec { name: fields.name(), config, schedule: schedule(fields.hours), enabled: true };
            site.create_source(caller, spec).await
        }
        Some(id) => {
            let known = site.source(caller, SourceId(id)).await?;
            let schedule = fields.hours.map_or(known.schedule, |hours| schedule(Some(hours)));
            let spec = SourceSpec { name: fields.name(), config, schedule, enabled: known.enabled };
            site.update_source(caller, SourceId(id), spec).await
        }
    };
    match saved {
        Ok(_) => done("/sync", Done::Saved),
        Err(error) => refused(error),
    }
}

fn schedule(hours: Option<i64>) -> Schedule {
    match hours.unwrap_or(AT_FIRST) {
        0 => Schedule::Manual,
        hours => Schedule::Every(SignedDuration::from_hours(hours)),
    }
}

impl Fields {
    fn of(id: Option<Uuid>, name: String, source: UpstreamSource, hours: Option<i64>) -> Self {
        let (pins, languages) = (source.pinned.join("\n"), source.languages.join(", "));
        Self { id, name, source, hours, pins, languages }
    }

    fn read(form: &Form) -> Result<Self, Refusal> {
        let id = match form.one("id") {
            "" => None,
            id => Some(Uuid::try_parse(id).map_err(|_| Refusal::BadForm)?),
        };
        let hours = match form.one("hours") {
            "" => None,
            text => Some(text.parse().ok().filter(|h| *h == 0 || HOURS.contains(h)).ok_or(Refusal::BadForm)?),
        };
        let some = |name| Some(form.one(name)).filter(|text| !text.is_empty()).map(str::to_owned);
        let words = |text: &str| {
            let words = text.split([',', ' ', '\n', '\r']).map(str::trim).filter(|word| !word.is_empty());
            words.map(str::to_owned).collect::<Vec<_>>()
        };
        let pins: Vec<_> =
            words(form.raw("pins")).iter().map(|pin| pin.replace(':', "").to_ascii_lowercase()).collect();
        let source = UpstreamSource {
            url: form.one("url").to_owned(),
            proxy: some("proxy"),
            authorities: some("authorities"),
            pinned: pins,
            replica: form.one("mode") == "replica",
            account_name: some("account_name"),
            languages: words(form.one("languages")),
            parallel: form.one("parallel").parse().map_err(|_| Refusal::BadForm)?,
        };
        Ok(Self {
            id,
            name: form.one("name").to_owned(),
            source,
            hours,
            pins: form.raw("pins").to_owned(),
            languages: form.one("languages").to_owned(),
        })
    }

    fn name(&self) -> String {
        if self.name.is_empty() { self.source.url.clone() } else { self.name.clone() }
    }
}

fn view(
    visit: &Visit,
    fields: &Fields,
    problem: Option<Notice>,
    check: Option<SourceCheck>,
) -> Result<ServerEdit, Refusal> {
    let (t, source) = (&visit.t.servers, &fields.source);
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let hours = |hours: i64| Choice::new(hours, t.every.count(hours.unsigned_abs()), fields.hours == Some(hours));
    let mut schedules = vec![Choice::new(0, t.by_hand, fields.hours == Some(0))];
    schedules.extend(HOURS.map(hours));
    if fields.hours.is_none() {
        schedules.insert(0, Choice::new("", t.as_it_is, true));
    }
    let mode = vec![
        Choice::new("autonomous", t.autonomous, !source.replica).hint(t.autonomous_hint),
        Choice::new("replica", t.replica, source.replica).hint(t.replica_hint),
    ];
    let parallel = (1..=8_u8).map(|number| Choice::new(number, number, number == source.parallel)).collect();
    Ok(ServerEdit {
        shell: visit.shell(if fields.id.is_some() { t.change_title } else { t.new_title }, Here::Synchronization)?,
        t,
        id: fields.id.map(|id| id.to_string()).unwrap_or_default(),
        problem,
        checked: check.map(|check| checked(visit, check)),
        name: Input::text("name", visit.t.common.name, &fields.name).hint(t.name_hint),
        url: Input::text("url", t.url, &source.url)
            .placeholder("http://wsus.example.org:8530")
            .hint(t.url_hint.with(MICROSOFT_UPDATE))
            .required(),
        mode: Radios::new("mode", t.mode, mode, None),
        hours: Select::new("hours", t.schedule, schedules),
        languages: Input::text("languages", t.languages, &fields.languages).hint(t.languages_hint),
        proxy: Input::text("proxy", t.proxy, text(&source.proxy))
            .placeholder("http://name:password@proxy.example.org:3128")
            .hint(t.proxy_hint),
        authorities: Input::text("authorities", t.authorities, text(&source.authorities))
            .rows(4)
            .hint(t.authorities_hint),
        pins: Input::text("pins", t.pins, &fields.pins).rows(2).hint(t.pins_hint),
        account_name: Input::text("account_name", t.account_name, text(&source.account_name)).hint(t.account_name_hint),
        parallel: Select::new("parallel", t.parallel, parallel),
        cli: t.same.with(crate::console::component::shell_word(if source.url.is_empty() {
            "http://wsus.example.org:8530"
        } else {
            &source.url
        })),
    })
}

fn checked(visit: &Visit, check: SourceCheck) -> Checked {
    let t = &visit.t.servers;
    let notice = match &check.error {
        None => Notice::new(Tone::Good, t.test_good.with(check.took_millis)),
        Some(error) => Notice::new(Tone::Bad, sentence(error)),
    };
    let step = |step: &sluice_site::sync::CheckedStep| {
        (step.operation.to_owned(), if step.ok { t.step_good } else { t.step_bad }.to_string())
    };
    Checked {
        notice,
        fix: check.fix.as_deref().map(Prose::new),
        steps: check.steps.iter().map(step).collect(),
        facts: check.facts,
    }
}
