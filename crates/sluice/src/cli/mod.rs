//! The administrator's command line: `sluice <noun> <verb>`, over the REST API.
//!
//! A command asks the site, and answers with an [`output::Answer`]: the API's JSON for programs
//! and a text for people. Only [`run`] prints. Help texts, completions and manual pages come from
//! the same types.

pub mod alert;
pub mod audit;
pub mod bundle;
pub mod catalog;
pub mod category;
pub mod client;
pub mod client_policy;
pub mod collection;
pub mod compliance;
pub mod connection;
pub mod content;
pub mod deployment;
pub mod device;
pub mod doctor;
pub mod downstream;
pub mod error;
pub mod group;
pub mod migrate;
pub mod names;
pub mod output;
pub mod paging;
pub mod settings;
pub mod shell;
pub mod site;
pub mod source;
pub mod store;
pub mod sync;
pub mod table;
pub mod terminal;
pub mod time;
pub mod token;
pub mod update;
pub mod view;
mod word;

#[cfg(test)]
mod tests;

use clap::{Args, Subcommand};

use client::Api;
use connection::Connection;
use error::CliError;
use output::Answer;
use terminal::Terminal;
use view::View;

/// The commands that ask a running site.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The site itself.
    Site(Noun<site::Verb>),
    /// Settings of the site.
    Settings(Noun<settings::Verb>),
    /// Sources: the upstreams that are synchronized.
    Source(Noun<source::Verb>),
    /// Synchronization with the sources.
    Sync(Noun<sync::Verb>),
    /// Take the place of another update server.
    Migrate(Noun<migrate::Verb>),
    /// Servers that synchronize from this site.
    Downstream(Noun<downstream::Verb>),
    /// The catalog of Windows updates: bring in metadata.
    Catalog(Noun<catalog::Verb>),
    /// The files that Windows updates are installed from.
    Content(Noun<content::Verb>),
    /// Transfer bundles: carry catalog, content and decisions to a site without a connection.
    Bundle(Noun<bundle::Verb>),
    /// Updates: which there are, and who needs them.
    Update(Noun<update::Verb>),
    /// Categories: the products and classifications that updates are fetched and offered of.
    Category(Noun<category::Verb>),
    /// Devices: what they need, have and do.
    Device(Noun<device::Verb>),
    /// What devices are given so that they come to the site.
    ClientPolicy(Noun<client_policy::Verb>),
    /// Collections of devices.
    Collection(Noun<collection::Verb>),
    /// Update groups: updates that are deployed together.
    Group(Noun<group::Verb>),
    /// Deployments: which devices get which updates, by when and how.
    Deployment(Noun<deployment::Verb>),
    /// The compliance of the fleet.
    Compliance(Noun<compliance::Verb>),
    /// The site's store: check, backup, restore.
    Store(Noun<store::Verb>),
    /// Let a running site check itself.
    Doctor(Alone),
    /// Tokens for programs, and for enrolling devices.
    Token(Noun<token::Verb>),
    /// Alerts: what needs a person.
    Alert(Noun<alert::Verb>),
    /// The audit: who did what.
    Audit(Noun<audit::Verb>),
    /// Print a completion script for a shell.
    Completion(shell::Completion),
    /// Write the manual pages into a directory.
    Man(shell::Man),
}

/// A noun: its verbs, and how to reach the site.
#[derive(Debug, Args)]
pub struct Noun<V: Subcommand> {
    /// How to reach the site.
    #[command(flatten)]
    pub connection: Connection,
    /// What to do.
    #[command(subcommand)]
    pub verb: V,
}

/// A command without verbs.
#[derive(Debug, Args)]
pub struct Alone {
    /// How to reach the site.
    #[command(flatten)]
    pub connection: Connection,
}

/// What commands work with.
#[derive(Debug)]
pub struct Context {
    /// The site.
    pub api: Api,
    /// How text is laid out.
    pub view: View,
}

/// Runs a command and prints its answer; `root` is the whole command line, for completions and
/// manual pages. Gives the exit code: 0 done, 1 failed, 2 bad usage.
pub async fn run(command: Command, root: clap::Command) -> u8 {
    let terminal = Terminal::read();
    let json = command.connection().is_some_and(|connection| connection.json);
    match answer(command, root, &terminal).await {
        Ok(answer) => output::print(&answer, json),
        Err(error) => error.print(&terminal),
    }
}

async fn answer(command: Command, root: clap::Command, terminal: &Terminal) -> Result<Answer, CliError> {
    if let Command::Store(noun) = &command
        && let Some(answer) = store::run_stopped(&noun.verb).await
    {
        return answer;
    }
    if let Command::Bundle(noun) = &command
        && let Some(answer) = bundle::run_alone(&noun.verb, noun.connection.json, &View::of(terminal))
    {
        return answer;
    }
    let context = match command.connection() {
        Some(connection) => Some(Context::open(connection, terminal)?),
        None => None,
    };
    match (command, context) {
        (Command::Site(noun), Some(context)) => site::run(noun.verb, &context).await,
        (Command::Settings(noun), Some(context)) => settings::run(noun.verb, &context).await,
        (Command::Source(noun), Some(context)) => source::run(noun.verb, &context).await,
        (Command::Sync(noun), Some(context)) => sync::run(noun.verb, &context).await,
        (Command::Migrate(noun), Some(context)) => migrate::run(noun.verb, &context).await,
        (Command::Downstream(noun), Some(context)) => downstream::run(noun.verb, &context).await,
        (Command::Catalog(noun), Some(context)) => catalog::run(noun.verb, &context).await,
        (Command::Content(noun), Some(context)) => content::run(noun.verb, &context).await,
        (Command::Bundle(noun), Some(context)) => bundle::run(noun.verb, &context).await,
        (Command::Update(noun), Some(context)) => update::run(noun.verb, &context).await,
        (Command::Category(noun), Some(context)) => category::run(noun.verb, &context).await,
        (Command::Device(noun), Some(context)) => device::run(noun.verb, &context).await,
        (Command::ClientPolicy(noun), Some(context)) => client_policy::run(noun.verb, &context).await,
        (Command::Collection(noun), Some(context)) => collection::run(noun.verb, &context).await,
        (Command::Group(noun), Some(context)) => group::run(noun.verb, &context).await,
        (Command::Deployment(noun), Some(context)) => deployment::run(noun.verb, &context).await,
        (Command::Compliance(noun), Some(context)) => compliance::run(noun.verb, &context).await,
        (Command::Store(noun), Some(context)) => store::run(noun.verb, &context).await,
        (Command::Doctor(_), Some(context)) => doctor::run(&context).await,
        (Command::Token(noun), Some(context)) => token::run(noun.verb, &context).await,
        (Command::Alert(noun), Some(context)) => alert::run(noun.verb, &context).await,
        (Command::Audit(noun), Some(context)) => audit::run(noun.verb, &context).await,
        (Command::Completion(args), _) => Ok(shell::completion(&args, root)),
        (Command::Man(args), _) => shell::man(&args, root),
        (_, None) => Err(CliError::usage("this command needs a site", "Name one with --url.")),
    }
}

impl Command {
    fn connection(&self) -> Option<&Connection> {
        match self {
            Self::Site(noun) => Some(&noun.connection),
            Self::Settings(noun) => Some(&noun.connection),
            Self::Source(noun) => Some(&noun.connection),
            Self::Sync(noun) => Some(&noun.connection),
            Self::Migrate(noun) => Some(&noun.connection),
            Self::Downstream(noun) => Some(&noun.connection),
            Self::Catalog(noun) => Some(&noun.connection),
            Self::Content(noun) => Some(&noun.connection),
            Self::Bundle(noun) => Some(&noun.connection),
            Self::Update(noun) => Some(&noun.connection),
            Self::Category(noun) => Some(&noun.connection),
            Self::Device(noun) => Some(&noun.connection),
            Self::ClientPolicy(noun) => Some(&noun.connection),
            Self::Collection(noun) => Some(&noun.connection),
            Self::Group(noun) => Some(&noun.connection),
            Self::Deployment(noun) => Some(&noun.connection),
            Self::Compliance(noun) => Some(&noun.connection),
            Self::Store(noun) => Some(&noun.connection),
            Self::Doctor(alone) => Some(&alone.connection),
            Self::Token(noun) => Some(&noun.connection),
            Self::Alert(noun) => Some(&noun.connection),
            Self::Audit(noun) => Some(&noun.connection),
            Self::Completion(_) | Self::Man(_) => None,
        }
    }
}

impl Context {
    fn open(connection: &Connection, terminal: &Terminal) -> Result<Self, CliError> {
        let api = Api::new(connection.credentials(terminal)?)?;
        Ok(Self { api, view: View::of(terminal) })
    }
}
