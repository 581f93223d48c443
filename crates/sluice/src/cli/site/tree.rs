//! `sluice site list`.

use sluice_web::api::sites::list::SiteOfTree;
use sluice_web::api::words::LinkState;

use crate::cli::Context;
use crate::cli::error::CliError;
use crate::cli::output::Answer;
use crate::cli::paging::whole;
use crate::cli::table::{Cell, Column, Table};
use crate::cli::view::{Style, View};

pub(super) async fn run(context: &Context) -> Result<Answer, CliError> {
    let rows = whole::<SiteOfTree>(&context.api, "/sites").await?;
    Ok(Answer::of(rows.value, table(&rows.items, &context.view)))
}

fn table(sites: &[SiteOfTree], view: &View) -> String {
    let columns = [
        Column::text("SITE"),
        Column::word("TYPE"),
        Column::word("MODE"),
        Column::word("LINK"),
        Column::word("CATALOG"),
        Column::word("LAST SYNC"),
        Column::number("DEVICES"),
        Column::number("NEED SOMETHING"),
        Column::word("ID"),
    ];
    let mut table = Table::new(columns, "There is no site.");
    for site in sites {
        let indent = "  ".repeat(usize::try_from(site.depth.min(8)).unwrap_or_default());
        table.row([
            format!("{indent}{}", site.name).as_str().into(),
            site.site_type.slug().into(),
            if site.depth == 0 && site.parent.is_none() { "-".into() } else { site.mode.slug().into() },
            link(site),
            catalog(site),
            view.time_or_dash(site.last_sync).into(),
            site.devices.total.to_string().into(),
            site.devices.non_compliant.to_string().into(),
            site.id.to_string().into(),
        ]);
    }
    table.render(view)
}

fn link(site: &SiteOfTree) -> Cell {
    let Some(state) = site.state else { return "this site".into() };
    let age = site.age_seconds.map_or(String::new(), |seconds| format!(" {}", ago(seconds)));
    match state {
        LinkState::Linked => Cell::styled(format!("linked{age}"), Style::Good),
        LinkState::Silent => Cell::styled(format!("silent{age}"), Style::Bad),
        LinkState::Pending => Cell::styled("pending", Style::Warn),
        LinkState::Left => "left".into(),
    }
}

fn catalog(site: &SiteOfTree) -> Cell {
    let version = site.catalog_version;
    match (&site.last_error, site.up_to_date) {
        (Some(_), _) => Cell::styled(format!("{version}, failed"), Style::Bad),
        (None, Some(false)) => Cell::styled(format!("{version}, behind"), Style::Warn),
        (None, _) => version.to_string().into(),
    }
}

/// A short age: `12s`, `4m`, `3h`, `2d`.
fn ago(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7_200 => format!("{}m", seconds / 60),
        7_200..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use sluice_web::api::sites::list::SiteDevices;
    use sluice_web::api::words::{SiteMode, SiteType};
    use uuid::Uuid;

    use super::*;

    fn site(name: &str, depth: u32) -> SiteOfTree {
        SiteOfTree {
            id: Uuid::from_u128(u128::from(depth) + 1),
            parent: None,
            depth,
            name: name.to_owned(),
            site_type: SiteType::Central,
            mode: SiteMode::Replica,
            state: None,
            age_seconds: None,
            joined_at: None,
            version: "0.1.0".into(),
            catalog_version: 12,
            up_to_date: None,
            last_sync: Some("2026-11-23T10:00:00Z".parse().unwrap()),
            last_error: None,
            devices: SiteDevices { total: 0, compliant: 0, non_compliant: 0, unknown: 0 },
        }
    }

    #[test]
    fn sites_as_a_tree() {
        let middle = SiteOfTree {
            site_type: SiteType::ChildPrimary,
            state: Some(LinkState::Linked),
            age_seconds: Some(4),
            up_to_date: Some(false),
            devices: SiteDevices { total: 40, compliant: 30, non_compliant: 9, unknown: 1 },
            ..site("Amsterdam", 1)
        };
        let leaf = SiteOfTree {
            site_type: SiteType::Secondary,
            state: Some(LinkState::Silent),
            age_seconds: Some(7_300),
            last_error: Some("no answer".into()),
            ..site("Zaandam", 2)
        };
        insta::assert_snapshot!(table(&[site("Top", 0), middle, leaf], &View::plain()));
    }

    #[test]
    fn ages_are_short() {
        assert_eq!([5, 119, 120, 7_199, 7_200, 172_800].map(ago), ["5s", "119s", "2m", "119m", "2h", "2d"]);
    }
}
