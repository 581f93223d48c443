//! Taking over a WSUS, step by step.

use axum::http::StatusCode;
use axum::response::Response;
use sluice_site::migration::{
    AfterMigration, DifferenceKind, Found, MigrationEnd, MigrationPlan, MigrationReport, MigrationState, StepState,
};
use sluice_site::sources::UpstreamSource;
use sluice_site::{ErrorKind, Permission, SiteError};

use crate::console::component::{Chip, Choice, Equivalent, Input, Notice, Prose, Radios, Tone, grouped, shell_word};
use crate::console::form::{Form, Posted};
use crate::console::refusal::{Refusal, sentence};
use crate::console::reply::{Done, Reply, done, page, page_with};
use crate::console::text;
use crate::console::view::shell::Here;
use crate::console::view::take_over::{Define, Plan, Report, TakeOver};
use crate::console::visit::Visit;

/// What the page shows beside where the take-over stands.
#[derive(Default)]
struct Shown {
    notice: Option<Notice>,
    source: UpstreamSource,
    plan: Option<MigrationPlan>,
    report: Option<MigrationReport>,
}

/// `GET /sync/take-over`.
pub async fn show(visit: Visit) -> Reply {
    visit.caller.require(Permission::ManageSite)?;
    page(&view(&visit, Shown::default()).await?)
}

/// `POST /sync/take-over`: looks, or starts.
pub async fn define(Posted { visit, form }: Posted) -> Reply {
    let source = source(&form);
    if form.one("do") == "start" {
        return match visit.site.start_migration(&visit.caller, source.clone()).await {
            Ok(_) => done("/sync/take-over", Done::Saved),
            Err(error) => refused(&visit, error, source).await,
        };
    }
    match visit.site.migration_plan(&visit.caller, &source).await {
        Ok(plan) => {
            let t = &visit.t.servers;
            let notice = match &plan.check.error {
                None => Notice::new(Tone::Good, t.test_good.with(plan.check.took_millis)),
                Some(error) => {
                    Notice::new(Tone::Bad, sentence(error)).fix(plan.check.fix.as_deref().unwrap_or_default())
                }
            };
            page(&view(&visit, Shown { notice: Some(notice), source, plan: Some(plan), report: None }).await?)
        }
        Err(error) => refused(&visit, error, source).await,
    }
}

/// `POST /sync/take-over/compare`.
pub async fn compare(Posted { visit, .. }: Posted) -> Reply {
    match visit.site.migration_report(&visit.caller).await {
        Ok(report) => page(&view(&visit, Shown { report: Some(report), ..Shown::default() }).await?),
        Err(error) => refused(&visit, error, UpstreamSource::default()).await,
    }
}

/// `POST /sync/take-over/finish`.
pub async fn finish(Posted { visit, form }: Posted) -> Reply {
    let after = AfterMigration::ALL.into_iter().find(|after| after.slug() == form.one("after"));
    let after = after.ok_or(Refusal::BadForm)?;
    let end = MigrationEnd { after, accept_differences: form.one("accept") == "true", authorities: None };
    match visit.site.finish_migration(&visit.caller, end).await {
        Ok(_) => done("/sync/take-over", Done::Saved),
        Err(error) => refused(&visit, error, UpstreamSource::default()).await,
    }
}

/// What is wrong, on the page it is about, with what was typed.
async fn refused(visit: &Visit, error: SiteError, source: UpstreamSource) -> Result<Response, Refusal> {
    if !matches!(error.kind, ErrorKind::Invalid | ErrorKind::Conflict | ErrorKind::Unavailable) {
        return Err(error.into());
    }
    let notice = Some(Notice::new(Tone::Bad, sentence(&error.message)).fix(&error.fix));
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &view(visit, Shown { notice, source, ..Shown::default() }).await?)
}

fn source(form: &Form) -> UpstreamSource {
    let some = |name| Some(form.one(name)).filter(|text| !text.is_empty()).map(str::to_owned);
    let pins = form.raw("pins").split([',', ' ', '\n', '\r']).map(str::trim).filter(|pin| !pin.is_empty());
    UpstreamSource {
        url: form.one("url").to_owned(),
        proxy: some("proxy"),
        pinned: pins.map(|pin| pin.replace(':', "").to_ascii_lowercase()).collect(),
        account_name: some("account_name"),
        ..UpstreamSource::default()
    }
}

async fn view(visit: &Visit, shown: Shown) -> Result<TakeOver, Refusal> {
    let t = &visit.t.take_over;
    let status = visit.site.migration_status(&visit.caller).await?;
    let is_open = matches!(status.state, MigrationState::Running | MigrationState::Ready);
    let url = status.url.as_deref().unwrap_or_default();
    let ended = match status.state {
        MigrationState::Finished => Some(Notice::new(Tone::Good, t.is_finished.with(url))),
        MigrationState::Abandoned => Some(Notice::new(Tone::Warn, t.is_abandoned.with(url))),
        MigrationState::None | MigrationState::Running | MigrationState::Ready => None,
    };
    let after = |after: AfterMigration, label| Choice::new(after.slug(), label, after == AfterMigration::default());
    let finish = (status.state == MigrationState::Ready).then(|| {
        let choices = vec![
            after(AfterMigration::Autonomous, t.autonomous),
            after(AfterMigration::Removed, t.removed),
            after(AfterMigration::MicrosoftUpdate, t.microsoft_update),
        ];
        Radios::new("after", t.after, choices, None)
    });
    let named = if shown.source.url.is_empty() { "http://wsus.example.org:8530" } else { &shown.source.url };
    let steps = if status.state == MigrationState::None { &[][..] } else { &status.steps };
    Ok(TakeOver {
        shell: visit.shell(t.title, Here::Synchronization)?,
        t,
        notice: shown.notice.or(ended),
        steps: steps.iter().map(|step| (step_name(t, step.name).to_string(), step_chip(t, step.state))).collect(),
        error: status.error.as_deref().map(sentence).unwrap_or_default(),
        next: (!status.next.is_empty() && status.state != MigrationState::None).then(|| Prose::new(&status.next)),
        can_compare: is_open,
        report: shown.report.map(|report| report_view(t, report)),
        finish,
        clients: status.clients.iter().map(Prose::new).collect(),
        same: Equivalent::new(
            &visit.t.common,
            format!("sluice migrate wsus plan --from {}", shell_word(named)),
            "POST /api/v1/migration/plan".to_owned(),
        ),
        define: (!is_open).then(|| define_form(t, &shown.source)),
        plan: shown.plan.map(|plan| plan_view(t, plan)),
    })
}

fn define_form(t: &text::TakeOver, source: &UpstreamSource) -> Define {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    Define {
        url: Input::text("url", t.url, &source.url)
            .placeholder("http://wsus.example.org:8530")
            .hint(t.url_hint)
            .required(),
        pins: Input::text("pins", t.pins, source.pinned.join("\n")).rows(2).hint(t.pins_hint),
        proxy: Input::text("proxy", t.proxy, text(&source.proxy)).hint(t.proxy_hint),
        account_name: Input::text("account_name", t.account_name, text(&source.account_name)).hint(t.account_name_hint),
    }
}

fn plan_view(t: &text::TakeOver, plan: MigrationPlan) -> Plan {
    let facts = |found: &Found| {
        let updates = found.updates.map_or_else(|| t.updates_unknown.to_string(), grouped);
        vec![
            (t.categories.to_string(), grouped(found.categories)),
            (t.updates.to_string(), updates),
            (t.groups.to_string(), grouped(found.group_count)),
            (t.approvals.to_string(), grouped(found.approvals)),
            (t.declined.to_string(), grouped(found.declined)),
            (t.licences.to_string(), grouped(found.licences)),
        ]
    };
    Plan {
        facts: plan.found.as_ref().map(facts).unwrap_or_default(),
        groups: plan.found.map(|found| found.groups).unwrap_or_default(),
        steps: plan.steps.into_iter().map(str::to_owned).collect(),
        warnings: plan.warnings,
        not_brought: plan.not_brought.iter().map(|one| (one.what.to_owned(), Prose::new(one.instead))).collect(),
    }
}

fn report_view(t: &text::TakeOver, report: MigrationReport) -> Report {
    let kind = |kind| kind_name(t, kind).to_string();
    let named = report.differences.len();
    let all_named = named as u64 == report.total;
    Report {
        counted: report.counted.iter().map(|one| (kind(one.kind), grouped(one.there), grouped(one.here))).collect(),
        total: if report.total == 0 { String::new() } else { t.differ.count(report.total) },
        named: if all_named { String::new() } else { t.named.with(grouped(named as u64)) },
        differences: report.differences.into_iter().map(|one| (kind(one.kind), one.name, one.why)).collect(),
        facts: vec![
            (t.devices.to_string(), grouped(report.devices)),
            (t.devices_in_no_group.to_string(), grouped(report.devices_in_no_group)),
        ],
    }
}

fn step_name(t: &text::TakeOver, name: &str) -> text::Words {
    match name {
        "join" => t.join,
        "lists" => t.lists,
        "selection" => t.selection,
        "updates" => t.all_updates,
        "decisions" => t.decisions,
        _ => t.cut_over,
    }
}

fn step_chip(t: &text::TakeOver, state: StepState) -> Chip {
    match state {
        StepState::Waiting => Chip::new(Tone::Quiet, t.waiting),
        StepState::Running => Chip::new(Tone::Busy, t.running),
        StepState::Done => Chip::new(Tone::Good, t.done),
        StepState::Failed => Chip::new(Tone::Bad, t.failed),
    }
}

fn kind_name(t: &text::TakeOver, kind: DifferenceKind) -> text::Words {
    match kind {
        DifferenceKind::Update => t.kind_update,
        DifferenceKind::Group => t.kind_group,
        DifferenceKind::Approval => t.kind_approval,
        DifferenceKind::Decline => t.kind_decline,
        DifferenceKind::Licence => t.kind_licence,
    }
}
