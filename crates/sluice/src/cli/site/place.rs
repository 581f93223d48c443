//! `sluice site settings`, `type` and `leave`.

use sluice_web::api::sites::place::{SitePlace, SitePlacePatch};
use sluice_web::api::words::{SetWhere, SiteType};

use crate::cli::Context;
use crate::cli::client::{Got, Query};
use crate::cli::error::CliError;
use crate::cli::output::Answer;
use crate::cli::table::{Cell, Column, Table, facts};
use crate::cli::view::{Style, View};

pub(super) async fn show(context: &Context) -> Result<Answer, CliError> {
    let got: Got<SitePlace> = context.api.get("/site/place", &Query::new()).await?;
    Ok(Answer::of(got.value, render(&got.data, &context.view)))
}

pub(super) async fn change(site_type: SiteType, context: &Context) -> Result<Answer, CliError> {
    let got: Got<SitePlace> = context.api.patch("/site/place", &SitePlacePatch { site_type }).await?;
    Ok(Answer::of(got.value, format!("{} is now {}.\n", got.data.name, got.data.site_type)))
}

pub(super) async fn leave(context: &Context) -> Result<Answer, CliError> {
    let got: Got<SitePlace> = context.api.post("/site/leave", &()).await?;
    Ok(Answer::of(got.value, format!("{} stands alone now, with everything it has.\n", got.data.name)))
}

fn render(place: &SitePlace, view: &View) -> String {
    let mut rows =
        vec![("Site", place.name.clone()), ("Identity", place.id.to_string()), ("Type", place.site_type.to_string())];
    if let Some(parent) = &place.parent {
        rows.push(("Mode", place.mode.to_string()));
        rows.push(("Below", format!("{} ({})", parent.name, parent.site_type)));
        rows.push(("Top", parent.top.clone().unwrap_or_else(|| "-".to_owned())));
        rows.push(("Address", parent.url.clone()));
        rows.push(("Joined", view.time(parent.joined_at)));
        rows.push(("Link", parent.state.to_string()));
        rows.push(("Last contact", view.time_or_dash(parent.last_contact)));
        if parent.stands_in {
            rows.push(("Stands in", "this update point synchronizes in its place".to_owned()));
        }
        if let Some(error) = &parent.error {
            rows.push(("Error", error.clone()));
        }
        if let Some(ahead) = parent.clock_ahead_seconds.filter(|ahead| ahead.abs() > 60) {
            rows.push(("Its clock", format!("{ahead} s ahead")));
        }
    }
    let columns = [Column::word("SETTING"), Column::word("MADE"), Column::text("WHY")];
    let mut table = Table::new(columns, "There are no settings.");
    for line in &place.settings {
        let made = match line.is_set {
            SetWhere::Here => Cell::styled("here", Style::Good),
            other => other.slug().into(),
        };
        table.row([line.setting.slug().into(), made, (&line.reason).into()]);
    }
    format!("{}\n{}", facts(view, &rows), table.render(view))
}

#[cfg(test)]
mod tests {
    use sluice_web::api::sites::place::{SettingPlace, SiteAbove};
    use sluice_web::api::words::{LinkState, SiteMode, SiteSetting};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_place_with_its_settings() {
        let parent = SiteAbove {
            id: Uuid::from_u128(1),
            name: "Top".into(),
            site_type: SiteType::Central,
            url: "https://top.example:8531".into(),
            top: None,
            source: Uuid::from_u128(2),
            joined_at: "2026-11-23T10:00:00Z".parse().unwrap(),
            state: LinkState::Silent,
            last_contact: None,
            error: Some("the site above cannot be reached".into()),
            clock_ahead_seconds: Some(90),
            stands_in: true,
        };
        let line = |setting, is_set| SettingPlace { setting, is_set, reason: "Because.".into() };
        let place = SitePlace {
            id: Uuid::from_u128(3),
            name: "Branch".into(),
            site_type: SiteType::ChildPrimary,
            mode: SiteMode::Autonomous,
            parent: Some(parent),
            settings: vec![line(SiteSetting::Selection, SetWhere::AtTop), line(SiteSetting::Proxy, SetWhere::Here)],
        };
        insta::assert_snapshot!(render(&place, &View::plain()));
    }
}
