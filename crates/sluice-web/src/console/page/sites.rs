//! The hierarchy of sites.

use axum::http::StatusCode;
use jiff::SignedDuration;
use sluice_model::{SiteId, SiteMode, SiteType};
use sluice_site::sites::join::JoinOrder;
use sluice_site::{ErrorKind, SiteError};

use super::sites_say::{kind, line, place, setting};
use crate::console::component::{Choice, Equivalent, Input, Notice, Select, Tone, shell_word};
use crate::console::form::Posted;
use crate::console::id::Id;
use crate::console::refusal::{Refusal, sentence};
use crate::console::reply::{Done, Reply, done, page, page_with};
use crate::console::view::shell::Here;
use crate::console::view::sites::{JoinForm, Sites};
use crate::console::visit::Visit;

const HOME: &str = "/sync/sites";

/// How long a token that is made here works.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(1);

/// What was typed and what came of it.
#[derive(Default)]
struct Shown {
    token: String,
    site_type: String,
    mode: String,
    notice: Option<Notice>,
    made: Option<String>,
}

/// `GET /sync/sites`.
pub async fn show(visit: Visit) -> Reply {
    page(&view(&visit, Shown::default())?)
}

/// `POST /sync/sites/token`: makes a token and shows it, once.
pub async fn token(Posted { visit, .. }: Posted) -> Reply {
    match visit.site.create_site_token(&visit.caller, TOKEN_LIFE).await {
        Ok((_, secret)) => {
            let made = Some(format!("sluice site join {}", shell_word(&secret)));
            page(&view(&visit, Shown { made, ..Shown::default() })?)
        }
        Err(error) => refused(&visit, Shown::default(), error),
    }
}

/// `POST /sync/sites/join`: joins, or only says what stands against it.
pub async fn join(Posted { visit, form }: Posted) -> Reply {
    let word = |name: &str| form.one(name).to_owned();
    let shown = Shown { token: word("token"), site_type: word("site_type"), mode: word("mode"), ..Shown::default() };
    let order = JoinOrder {
        token: shown.token.clone(),
        site_type: SiteType::from_slug(&shown.site_type),
        mode: SiteMode::from_slug(&shown.mode).ok_or(Refusal::BadForm)?,
        proxy: None,
    };
    if form.one("do") == "join" {
        return match visit.site.join_site(&visit.caller, &order).await {
            Ok(_) => done(HOME, Done::Saved),
            Err(error) => refused(&visit, shown, error),
        };
    }
    match visit.site.check_join(&visit.caller, &order).await {
        Ok(report) => {
            let t = &visit.t.sites;
            let notice = match report.problems.first() {
                Some(problem) => Notice::new(Tone::Bad, sentence(problem.message())).fix(problem.fix()),
                None => {
                    let kind = report.site_type.map_or_else(String::new, |site_type| kind(t, site_type).to_string());
                    Notice::new(Tone::Good, t.checked_good).text(t.checked_text.with2(&report.parent, kind))
                }
            };
            page(&view(&visit, Shown { notice: Some(notice), ..shown })?)
        }
        Err(error) => refused(&visit, shown, error),
    }
}

/// `POST /sync/sites/leave`.
pub async fn leave(Posted { visit, .. }: Posted) -> Reply {
    match visit.site.leave_site(&visit.caller).await {
        Ok(()) => done(HOME, Done::Saved),
        Err(error) => refused(&visit, Shown::default(), error),
    }
}

/// `POST /sync/sites/type`.
pub async fn change_type(Posted { visit, form }: Posted) -> Reply {
    let site_type = SiteType::from_slug(form.one("type")).ok_or(Refusal::BadForm)?;
    match visit.site.set_site_type(&visit.caller, site_type).await {
        Ok(()) => done(HOME, Done::Saved),
        Err(error) => refused(&visit, Shown::default(), error),
    }
}

/// `POST /sync/sites/{id}/remove`.
pub async fn remove(Id(id): Id, Posted { visit, .. }: Posted) -> Reply {
    visit.site.remove_site(&visit.caller, SiteId(id)).await?;
    done(HOME, Done::Deleted)
}

fn refused(visit: &Visit, shown: Shown, error: SiteError) -> Reply {
    if !matches!(error.kind, ErrorKind::Invalid | ErrorKind::Conflict | ErrorKind::Unavailable) {
        return Err(error.into());
    }
    let notice = Notice::new(Tone::Bad, sentence(&error.message)).fix(&error.fix);
    let view = view(visit, Shown { notice: Some(notice), ..shown })?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &view)
}

fn view(visit: &Visit, shown: Shown) -> Result<Sites, Refusal> {
    let t = &visit.t.sites;
    let own = visit.site.site_place(&visit.caller)?;
    let lines = visit.site.sites(&visit.caller)?;
    let can_join = own.parent.is_some() || own.site_type != SiteType::Central;
    Ok(Sites {
        shell: visit.shell(t.title, Here::Synchronization)?,
        t,
        notice: shown.notice,
        made: shown.made,
        lines: lines.into_iter().map(|one| line(visit, one)).collect(),
        join: can_join.then(|| form(visit, &shown.token, &shown.site_type, &shown.mode)),
        can_take_in: SiteType::usual_below(own.site_type).is_some(),
        settings: own.settings.iter().map(|one| setting(t, *one)).collect(),
        place: place(visit, &own),
        same: Equivalent::new(&visit.t.common, "sluice site list".into(), "GET /api/v1/sites".into()),
    })
}

fn form(visit: &Visit, token: &str, site_type: &str, mode: &str) -> JoinForm {
    let t = &visit.t.sites;
    let one_type = |one: SiteType| Choice::new(one.slug(), kind(t, one), one.slug() == site_type);
    let below = [SiteType::ChildPrimary, SiteType::Secondary, SiteType::UpdatePoint].map(one_type);
    let usual = Choice::new("", t.type_usual, site_type.is_empty());
    let one_mode = |one: SiteMode, label| Choice::new(one.slug(), label, one.slug() == mode);
    let modes = vec![one_mode(SiteMode::Replica, t.mode_replica), one_mode(SiteMode::Autonomous, t.mode_autonomous)];
    JoinForm {
        token: Input::text("token", t.token, token).hint(t.token_hint).required(),
        site_type: Select::new("site_type", t.join_type, std::iter::once(usual).chain(below).collect()),
        mode: Select::new("mode", t.mode, modes),
    }
}
