//! Content: what is here, what is under way, what failed, and what to do.

use axum::http::StatusCode;
use sluice_site::ErrorKind;
use sluice_site::content::settings::ContentSettingsChange;
use sluice_site::content::status::{FailingFetch, RunningFetch};
use sluice_site::content::verify::Verification;

use crate::api::words::{FetchPolicy, UpdateFiles};
use crate::console::component::{Chip, Choice, Equivalent, Input, Notice, Prose, Radios, Tone, When, duration};
use crate::console::component::{grouped, size};
use crate::console::form::Posted;
use crate::console::refusal::{Refusal, sentence};
use crate::console::reply::{Done, Reply, done, page, page_with};
use crate::console::view::content::{Content, FailingLine, RunningLine};
use crate::console::view::shell::Here;
use crate::console::visit::Visit;

/// `GET /sync/content`.
pub async fn show(visit: Visit) -> Reply {
    page(&view(&visit, None).await?)
}

/// `POST /sync/content`: the settings.
pub async fn change(Posted { visit, form }: Posted) -> Reply {
    let policy: FetchPolicy = form.one("policy").parse().map_err(|_| Refusal::BadForm)?;
    let update_files: UpdateFiles = form.one("update_files").parse().map_err(|_| Refusal::BadForm)?;
    let (Ok(parallel), Ok(bandwidth)) = (form.one("parallel").trim().parse(), form.one("bandwidth").trim().parse())
    else {
        let problem = Notice::new(Tone::Bad, visit.t.content.not_a_number);
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &view(&visit, Some(problem)).await?);
    };
    let change = ContentSettingsChange {
        policy: Some(policy.into()),
        update_files: Some(update_files.into()),
        parallel: Some(parallel),
        bandwidth: Some(bandwidth),
        ..ContentSettingsChange::default()
    };
    match visit.site.change_content_settings(&visit.caller, change).await {
        Ok(_) => done("/sync/content", Done::Saved),
        Err(error) if error.kind == ErrorKind::Invalid => {
            let problem = Notice::new(Tone::Bad, sentence(&error.message)).fix(&error.fix);
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &view(&visit, Some(problem)).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /sync/content/retry`.
pub async fn retry(Posted { visit, .. }: Posted) -> Reply {
    visit.site.fetch_content(&visit.caller, None).await?;
    done("/sync/content", Done::Retried)
}

/// `POST /sync/content/verify`.
pub async fn verify(Posted { visit, .. }: Posted) -> Reply {
    visit.site.verify_content(&visit.caller).await?;
    done("/sync/content", Done::Saved)
}

/// `POST /sync/content/collect`.
pub async fn collect(Posted { visit, .. }: Posted) -> Reply {
    visit.site.collect_content(&visit.caller, false).await?;
    done("/sync/content", Done::Deleted)
}

async fn view(visit: &Visit, problem: Option<Notice>) -> Result<Content, Refusal> {
    let t = &visit.t.content;
    let content = visit.site.content_status(&visit.caller).await?;
    let fetching = visit.site.fetch_status(&visit.caller).await?;
    let settings = visit.site.content_settings(&visit.caller)?;
    let collected = visit.site.collect_content(&visit.caller, true).await?;
    let figures = |files: u64, bytes: u64| t.figures.with2(grouped(files), size(bytes));
    let free = fetching.free_bytes.map_or_else(|| t.free_unknown.to_string(), size);
    let facts = [
        (t.place, fetching.place.clone()),
        (t.free, free),
        (t.present, figures(content.present, content.present_bytes)),
        (t.wanted, figures(fetching.wanted, fetching.wanted_bytes)),
        (t.missing, figures(fetching.missing, fetching.missing_bytes)),
        (t.waiting, grouped(fetching.waiting)),
        (t.homeless, grouped(fetching.homeless)),
    ];
    let (chosen, chosen_files) = (FetchPolicy::from(settings.policy), UpdateFiles::from(settings.update_files));
    let policy = |one: FetchPolicy, label| Choice::new(one.slug(), label, one == chosen);
    let files = |one: UpdateFiles, label| Choice::new(one.slug(), label, one == chosen_files);
    let policies = vec![
        policy(FetchPolicy::OnApproval, t.on_approval),
        policy(FetchPolicy::OnRequest, t.on_request),
        policy(FetchPolicy::All, t.all).hint(t.all_hint),
    ];
    let kinds = vec![
        files(UpdateFiles::Full, t.full),
        files(UpdateFiles::FullAndExpress, t.full_and_express).hint(t.express_hint),
    ];
    Ok(Content {
        shell: visit.shell(t.title, Here::Synchronization)?,
        t,
        problem,
        facts: facts.into_iter().map(|(name, value)| (name.to_string(), value)).collect(),
        homeless: (fetching.homeless > 0).then(|| Prose::new(t.homeless_text)),
        running: fetching.running.iter().map(|file| running(visit, file)).collect(),
        failing: fetching.failing.into_iter().map(|file| failing(visit, file)).collect(),
        verification: verification(visit, fetching.verification.as_ref()),
        due: [figures(collected.files, collected.bytes), figures(collected.waiting, collected.waiting_bytes)],
        can_collect: collected.files > 0,
        policy: Radios::new("policy", t.policy, policies, None),
        update_files: Radios::new("update_files", t.update_files, kinds, None),
        parallel: Input::text("parallel", t.parallel, settings.parallel).hint(t.parallel_hint).required(),
        bandwidth: Input::text("bandwidth", t.bandwidth, settings.bandwidth.unwrap_or(0))
            .hint(t.bandwidth_hint)
            .required(),
        same: Equivalent::new(
            &visit.t.common,
            "sluice content status".to_owned(),
            "GET /api/v1/content/status".to_owned(),
        ),
    })
}

fn running(visit: &Visit, file: &RunningFetch) -> RunningLine {
    RunningLine {
        name: file.file_name.clone(),
        arrived: visit.t.content.of_size.with2(size(file.arrived), size(file.size)),
        left: file.remaining(visit.now).map(|left| duration(&visit.t.common, left)).unwrap_or_default(),
        from: file.from.clone(),
    }
}

fn failing(visit: &Visit, file: FailingFetch) -> FailingLine {
    let t = &visit.t.content;
    FailingLine {
        name: file.name,
        chip: file.wrong.then(|| Chip::new(Tone::Bad, t.wrong)),
        reason: file.reason,
        attempts: t.attempts.count(file.attempts.into()),
        again: When::new(&visit.t.common, file.next_at, visit.now),
    }
}

fn verification(visit: &Visit, verification: Option<&Verification>) -> Vec<String> {
    let t = &visit.t.content;
    let Some(found) = verification else { return vec![t.verify_never.to_string()] };
    let mut lines = Vec::new();
    if found.ended.is_none() {
        lines.push(t.verify_running.with2(grouped(found.done), grouped(found.total)));
    } else if found.damaged.is_empty() && found.unreadable.is_empty() {
        lines.push(t.verify_done.count(found.total));
    }
    if !found.damaged.is_empty() || !found.unreadable.is_empty() {
        lines.push(t.verify_bad.with2(found.damaged.len(), found.unreadable.len()));
    }
    lines.extend(found.damaged.iter().chain(&found.unreadable).cloned());
    lines
}
