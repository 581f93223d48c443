//! The form that makes a deployment.

use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sluice_model::{
    CollectionId, DeploymentPriority, DeploymentSpec, DeploymentTarget, Intent, Name, RestartBehaviour, UpdateGroupId,
    UpdateId, UserNotification,
};
use sluice_site::collections::ALL_DEVICES;
use sluice_site::{ErrorKind, SiteError};
use uuid::Uuid;

use super::choices;
use crate::api::words;
use crate::console::component::{Choice, Input, Notice, Radios, Select, Tone};
use crate::console::form::{Form, Posted};
use crate::console::refusal::{Refusal, sentence};
use crate::console::reply::{Done, Reply, done, page, page_with};
use crate::console::text::Words;
use crate::console::view::deployment_new::{ChosenUpdate, DeploymentNew};
use crate::console::view::list::Link;
use crate::console::view::shell::Here;
use crate::console::visit::Visit;

/// What was entered, as it was entered.
#[derive(Default)]
struct Entered {
    name: String,
    updates: Vec<Uuid>,
    group: String,
    collection: String,
    intent: String,
    available: String,
    deadline: String,
    restart: String,
    notification: String,
    priority: String,
}

/// What is wrong with it: the field, and why.
type Wrong = (&'static str, String);

/// `GET /deployments/new`.
pub async fn show(visit: Visit) -> Reply {
    let group = visit.query.id("group")?.map(|id| id.to_string()).unwrap_or_default();
    let updates = visit.query.id("update")?.into_iter().collect();
    let entered = Entered { group, updates, ..Entered::default() };
    page(&view(&visit, entered, None).await?)
}

/// `POST /deployments/new`: the same form with the updates that were selected in a list, which may
/// be too many for an address.
pub async fn show_posted(Posted { visit, form }: Posted) -> Reply {
    let t = &visit.t.deployments;
    let (updates, wrong) = match form.ids("update") {
        Some(updates) if updates.is_empty() => (updates, Some(("updates", t.problem_no_updates.to_string()))),
        Some(updates) => (updates, None),
        None => (Vec::new(), Some(("updates", t.problem_bad_update.to_string()))),
    };
    let entered = Entered { updates, ..Entered::default() };
    page(&view(&visit, entered, wrong).await?)
}

/// `POST /deployments`.
pub async fn create(Posted { visit, form }: Posted) -> Reply {
    let wrong = match spec(&visit, &form) {
        Ok(spec) => match visit.site.create_deployment(&visit.caller, spec).await {
            Ok(deployment) => return done(format!("/deployments/{}", deployment.id), Done::Deployed),
            Err(error) => refused(error)?,
        },
        Err(wrong) => wrong,
    };
    let view = view(&visit, entered(&form), Some(wrong)).await?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &view)
}

/// A refusal that the form can show; the others are pages of their own.
fn refused(error: SiteError) -> Result<Wrong, Refusal> {
    match (error.kind, error.field) {
        (ErrorKind::Invalid | ErrorKind::Conflict | ErrorKind::NotFound, field) => {
            let text = match error.fix.is_empty() {
                true => sentence(&error.message),
                false => format!("{}. {}", sentence(&error.message), error.fix),
            };
            Ok((field.unwrap_or(""), text))
        }
        _ => Err(error.into()),
    }
}

fn entered(form: &Form) -> Entered {
    let one = |name: &str| form.one(name).to_owned();
    Entered {
        name: one("name"),
        updates: form.ids("update").unwrap_or_default(),
        group: one("group"),
        collection: one("collection"),
        intent: one("intent"),
        available: one("available"),
        deadline: one("deadline"),
        restart: one("restart"),
        notification: one("notification"),
        priority: one("priority"),
    }
}

fn spec(visit: &Visit, form: &Form) -> Result<DeploymentSpec, Wrong> {
    let t = &visit.t.deployments;
    let name = Name::new(form.one("name")).map_err(|e| ("name", sentence(&e.to_string())))?;
    let updates = form.ids("update").ok_or_else(|| ("updates", t.problem_bad_update.to_string()))?;
    let group = Uuid::try_parse(form.one("group")).ok().map(UpdateGroupId);
    let target = match (updates.is_empty(), group) {
        (false, None) => DeploymentTarget::Updates(updates.into_iter().map(UpdateId).collect()),
        (true, Some(group)) => DeploymentTarget::Group(group),
        (true, None) => return Err(("group", t.problem_no_updates.to_string())),
        (false, Some(_)) => return Err(("group", t.problem_two_targets.to_string())),
    };
    let collection = Uuid::try_parse(form.one("collection"));
    let collection = collection.map_err(|_| ("collection", t.problem_no_collection.to_string()))?;
    let choice = |field| (field, t.problem_choice.to_string());
    let intent: words::Intent = form.one("intent").parse().map_err(|_| choice("intent"))?;
    let restart: words::Restart = form.one("restart").parse().map_err(|_| choice("restart"))?;
    let notification: words::Notification = form.one("notification").parse().map_err(|_| choice("notification"))?;
    let priority: words::Priority = form.one("priority").parse().map_err(|_| choice("priority"))?;
    let available_at = time(visit, form, "available")?.unwrap_or(visit.now);
    let deadline = time(visit, form, "deadline")?;
    Ok(DeploymentSpec {
        name,
        target,
        collection: CollectionId(collection),
        intent: intent.into(),
        available_at,
        // As soon as devices know of it: what most want of a required deployment.
        deadline: if matches!(intent, words::Intent::Required | words::Intent::Uninstall) {
            deadline.or(Some(available_at))
        } else {
            deadline
        },
        restart: restart.into(),
        notification: notification.into(),
        priority: priority.into(),
    })
}

/// A time as browsers send it: local, without zone; here UTC.
fn time(visit: &Visit, form: &Form, field: &'static str) -> Result<Option<Timestamp>, Wrong> {
    let text = form.one(field);
    if text.is_empty() {
        return Ok(None);
    }
    let at = text.parse::<DateTime>().and_then(|at| at.to_zoned(TimeZone::UTC)).map(|at| at.timestamp());
    at.map(Some).map_err(|_| (field, visit.t.deployments.problem_bad_time.to_string()))
}

async fn view(visit: &Visit, entered: Entered, wrong: Option<Wrong>) -> Result<DeploymentNew, Refusal> {
    let t = &visit.t.deployments;
    let at = |field: &str| wrong.as_ref().filter(|(name, _)| *name == field).map(|(_, text)| text.clone());
    let fields = [
        "name",
        "group",
        "updates",
        "collection",
        "intent",
        "available",
        "deadline",
        "restart",
        "notification",
        "priority",
    ];
    let problem = wrong.as_ref().map(|(field, text)| {
        let notice = Notice::new(Tone::Bad, t.problem);
        if fields.contains(&field_of(field)) { notice } else { notice.text(text) }
    });
    let updates = chosen(visit, &entered.updates).await?;
    let name = match (entered.name.is_empty(), updates.as_slice()) {
        (true, [one]) => t.name_default.with(&one.update.label),
        (true, [_, _, ..]) => t.name_default_many.with(updates.len()),
        _ => entered.name.clone(),
    };
    let collection = if entered.collection.is_empty() { ALL_DEVICES.to_string() } else { entered.collection.clone() };
    let group = Some(entered.group.as_str()).filter(|id| !id.is_empty());
    // Without updates there is no list to say it at.
    let no_updates = if updates.is_empty() { at("updates") } else { None };
    Ok(DeploymentNew {
        shell: visit.shell(t.new_title, Here::Deployments)?,
        t,
        problem,
        name: Input::text("name", t.name, name).hint(t.name_hint).required().problem(at("name")),
        group: Select::new("group", t.group, choices::groups(visit, t.choose_group, group).await?)
            .hint(t.group_hint)
            .problem(at("group").or(no_updates)),
        updates,
        updates_problem: at("updates"),
        collection: Select::new(
            "collection",
            t.collection,
            choices::collections(visit, Some(&collection), true).await?,
        )
        .hint(t.collection_hint)
        .problem(at("collection")),
        intent: intent(visit, &entered.intent, at("intent")),
        available: Input::text("available", t.available, entered.available)
            .kind("datetime-local")
            .hint(t.available_hint)
            .problem(at("available").or_else(|| at("available_at"))),
        deadline: Input::text("deadline", t.deadline, entered.deadline)
            .kind("datetime-local")
            .hint(t.deadline_hint)
            .problem(at("deadline")),
        restart: Select::new("restart", t.restart, restarts(visit, &entered.restart)).problem(at("restart")),
        notification: Select::new("notification", t.notification, notifications(visit, &entered.notification))
            .problem(at("notification")),
        priority: Select::new("priority", t.priority, priorities(visit, &entered.priority))
            .hint(t.priority_hint)
            .problem(at("priority")),
    })
}

/// The form's name of a field of the use case.
fn field_of(field: &str) -> &str {
    if field == "available_at" { "available" } else { field }
}

async fn chosen(visit: &Visit, updates: &[Uuid]) -> Result<Vec<ChosenUpdate>, Refusal> {
    let mut chosen = Vec::with_capacity(updates.len());
    for id in updates {
        let detail = visit.site.update(&visit.caller, UpdateId(*id)).await?;
        chosen.push(ChosenUpdate { id: id.to_string(), update: Link::new(format!("/updates/{id}"), detail.row.title) });
    }
    Ok(chosen)
}

fn intent(visit: &Visit, chosen: &str, problem: Option<String>) -> Radios {
    let t = &visit.t.deployments;
    let choice = |one: Intent, label: Words, hint: Words| {
        let word = words::Intent::from(one).slug();
        let is = chosen == word || (chosen.is_empty() && one == Intent::Required);
        Choice::new(word, label, is).hint(hint)
    };
    let choices = vec![
        choice(Intent::Required, t.intent_required, t.intent_required_hint),
        choice(Intent::Available, t.intent_available, t.intent_available_hint),
        choice(Intent::Uninstall, t.intent_uninstall, t.intent_uninstall_hint),
        choice(Intent::Block, t.intent_block, t.intent_block_hint),
    ];
    Radios::new("intent", t.intent, choices, problem)
}

fn restarts(visit: &Visit, chosen: &str) -> Vec<Choice> {
    let t = &visit.t.deployments;
    [(RestartBehaviour::Suppressed, t.restart_suppressed), (RestartBehaviour::Allowed, t.restart_allowed)]
        .map(|(one, label)| {
            let word = words::Restart::from(one).slug();
            Choice::new(word, label, chosen == word)
        })
        .into()
}

fn notifications(visit: &Visit, chosen: &str) -> Vec<Choice> {
    let t = &visit.t.states;
    [
        (UserNotification::ShowAll, t.notify_all),
        (UserNotification::RestartOnly, t.notify_restart),
        (UserNotification::HideAll, t.notify_none),
    ]
    .map(|(one, label)| {
        let word = words::Notification::from(one).slug();
        Choice::new(word, label, chosen == word)
    })
    .into()
}

fn priorities(visit: &Visit, chosen: &str) -> Vec<Choice> {
    let t = &visit.t.states;
    [
        (DeploymentPriority::Low, t.priority_low),
        (DeploymentPriority::Normal, t.priority_normal),
        (DeploymentPriority::High, t.priority_high),
    ]
    .map(|(one, label)| {
        let word = words::Priority::from(one).slug();
        Choice::new(word, label, chosen == word || (chosen.is_empty() && one == DeploymentPriority::Normal))
    })
    .into()
}
