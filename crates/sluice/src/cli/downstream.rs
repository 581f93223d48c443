//! `sluice downstream`.

use clap::Subcommand;
use sluice_web::api::downstream::change::DownstreamApproval;
use sluice_web::api::downstream::list::{DownstreamServer, DownstreamSummary};
use sluice_web::api::words::DownstreamState;
use uuid::Uuid;

use super::Context;
use super::client::{Got, Query};
use super::error::CliError;
use super::output::Answer;
use super::paging::whole;
use super::table::{Cell, Column, Table, facts};
use super::view::{Style, View};

const PATH: &str = "/downstream-servers";

/// What can be done with servers that synchronize from this site.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List them, with those that ask and those below others.
    #[command(after_help = "Example:\n  sluice downstream list")]
    List,
    /// Show one.
    Show {
        /// Its GUID.
        id: Uuid,
    },
    /// Approve a server: it may synchronize from this site.
    #[command(after_help = "Examples:
  sluice settings downstream --servers approved
  sluice downstream approve 6f1c2f6e-3f0b-4d3a-9b1e-0d2f6a1c5e12")]
    Approve {
        /// Its GUID.
        id: Uuid,
        /// Its name, to approve it before it first asks.
        #[arg(long)]
        name: Option<String>,
    },
    /// Remove a server, those below it, and the devices they reported.
    Remove {
        /// Its GUID.
        id: Uuid,
    },
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    let (api, view) = (&context.api, &context.view);
    match verb {
        Verb::List => {
            let rows = whole::<DownstreamServer>(api, PATH).await?;
            Ok(Answer::of(rows.value, table(&rows.items, view)))
        }
        Verb::Show { id } => {
            let got: Got<DownstreamServer> = api.get(&format!("{PATH}/{id}"), &Query::new()).await?;
            Ok(Answer::of(got.value, detail(&got.data, view)))
        }
        Verb::Approve { id, name } => {
            let got: Got<DownstreamServer> =
                api.post(&format!("{PATH}/{id}/approve"), &DownstreamApproval { name }).await?;
            let note = "It is served as long as `sluice settings downstream` says approved or anybody.";
            Ok(Answer::of(got.value, format!("Approved {}.\n", got.data.name)).with_note(note))
        }
        Verb::Remove { id } => {
            api.delete(&format!("{PATH}/{id}")).await?;
            Ok(Answer::done(&(), "Removed, with its devices."))
        }
    }
}

fn table(servers: &[DownstreamServer], view: &View) -> String {
    let columns = [
        Column::text("NAME"),
        Column::word("STATE"),
        Column::word("ADDRESS"),
        Column::word("LAST CONTACT"),
        Column::word("LAST SYNC"),
        Column::number("DEVICES"),
        Column::number("BEHIND"),
        Column::word("VERSION"),
        Column::word("ID"),
    ];
    let mut table = Table::new(
        columns,
        "No server synchronizes from this site. Let them: `sluice settings downstream --servers approved`.",
    );
    for server in servers {
        table.row([
            (&server.name).into(),
            state(server),
            dash(&server.address).into(),
            view.time_or_dash(server.last_contact).into(),
            view.time_or_dash(server.last_sync).into(),
            server.devices.to_string().into(),
            server.behind.map_or_else(|| "-".to_owned(), |behind| behind.to_string()).into(),
            dash(&server.version).into(),
            server.id.to_string().into(),
        ]);
    }
    table.render(view)
}

fn state(server: &DownstreamServer) -> Cell {
    match server.state {
        DownstreamState::Pending => Cell::styled("pending", Style::Warn),
        state => state.slug().into(),
    }
}

fn dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

fn detail(server: &DownstreamServer, view: &View) -> String {
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let mut rows = vec![
        ("Name", server.name.clone()),
        ("GUID", server.id.to_string()),
        ("State", server.state.to_string()),
        ("Below", server.parent.map_or_else(|| "this site".to_owned(), |parent| parent.to_string())),
        ("Address", dash(&server.address).to_owned()),
        ("Known since", view.time(server.added_at)),
        ("Last contact", view.time_or_dash(server.last_contact)),
        ("Last synchronization", view.time_or_dash(server.last_sync)),
        ("Last report", view.time_or_dash(server.last_rollup)),
        ("Version", dash(&server.version).to_owned()),
        ("Protocol", dash(&server.protocol).to_owned()),
        ("Sluice", yes(server.sluice)),
        ("Replica", yes(server.replica)),
        ("Updates behind", server.behind.map_or_else(|| "-".to_owned(), |behind| behind.to_string())),
        ("Devices", server.devices.to_string()),
        ("Devices that need something", server.non_compliant.to_string()),
    ];
    if let Some(DownstreamSummary { updates, approved, declined, computers, computers_failed, .. }) = server.summary {
        rows.push(("It counts", format!("{updates} updates, {approved} approved, {declined} declined")));
        rows.push(("", format!("{computers} computers, {computers_failed} with failures")));
    }
    for system in &server.systems {
        rows.push(("", format!("{} {}", system.devices, system.name)));
    }
    facts(view, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> DownstreamServer {
        DownstreamServer {
            id: Uuid::from_u128(7),
            name: "wsus.branch.example".into(),
            state: DownstreamState::Approved,
            parent: None,
            address: "192.0.2.7".into(),
            added_at: "2026-11-22T10:00:00Z".parse().unwrap(),
            last_contact: Some("2026-11-23T10:00:00Z".parse().unwrap()),
            last_sync: None,
            last_rollup: None,
            version: "10.0.26100.1".into(),
            protocol: "1.20".into(),
            sluice: false,
            replica: true,
            devices: 12,
            non_compliant: 3,
            behind: Some(4),
            systems: Vec::new(),
            summary: None,
        }
    }

    #[test]
    fn servers_as_a_table() {
        let asking = DownstreamServer {
            name: "stranger.example".into(),
            state: DownstreamState::Pending,
            behind: None,
            version: String::new(),
            ..server()
        };
        let text = table(&[asking, server()], &View::plain());
        for part in ["stranger.example", "pending", "approved", "192.0.2.7", "2026-11-23 10:00", "10.0.26100.1"] {
            assert!(text.contains(part), "{text}");
        }
        let text = detail(&server(), &View::plain());
        assert!(text.contains("this site") && text.contains("1.20"), "{text}");
    }
}
