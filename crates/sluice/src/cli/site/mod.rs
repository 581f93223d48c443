//! `sluice site`: the site itself, and its place among others.

mod join;
mod place;
mod show;
mod tokens;
mod tree;

use clap::Subcommand;
use sluice_web::api::words::SiteType;
use uuid::Uuid;

use super::Context;
use super::error::CliError;
use super::output::Answer;
use super::time::seconds;
use super::word::word;

/// What can be done with the site.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Show facts about the site and its background work.
    #[command(after_help = "Example:\n  sluice site show")]
    Show,
    /// List this site and the sites below it, with how each does.
    #[command(after_help = "Example:\n  sluice site list")]
    List,
    /// Show this site's place in the hierarchy, and where each setting is made.
    Settings,
    /// Make a site at the top central, or a stand-alone primary site.
    #[command(after_help = "Example:\n  sluice site type central")]
    Type {
        /// What it is to be.
        #[arg(value_name = "TYPE", value_parser = word(&[SiteType::StandAlonePrimary, SiteType::Central]))]
        site_type: SiteType,
    },
    /// Make a token with which one site can join below this one; it is printed this once.
    #[command(after_help = "Example:
  sluice site token --valid 2h
  # then at the other site:
  sluice site join ss1.…")]
    Token {
        /// How long it works.
        #[arg(long, value_name = "TIME", default_value = "1h", value_parser = seconds)]
        valid: u32,
    },
    /// List the site tokens that still work.
    Tokens,
    /// Revoke a site token; a site that joined with it stays.
    RevokeToken {
        /// Identity of the token.
        id: Uuid,
    },
    /// Join below another site, or move there from the site above.
    Join(join::Join),
    /// Leave the site above; what came from there becomes this site's own.
    Leave,
    /// Remove a site directly below this one, with the devices it reported.
    Remove {
        /// Identity of the site.
        id: Uuid,
    },
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    let api = &context.api;
    match verb {
        Verb::Show => show::run(context).await,
        Verb::List => tree::run(context).await,
        Verb::Settings => place::show(context).await,
        Verb::Type { site_type } => place::change(site_type, context).await,
        Verb::Token { valid } => tokens::create(valid, context).await,
        Verb::Tokens => tokens::list(context).await,
        Verb::RevokeToken { id } => {
            api.delete(&format!("/site-tokens/{id}")).await?;
            Ok(Answer::done(&(), "Revoked."))
        }
        Verb::Join(order) => join::run(order, context).await,
        Verb::Leave => place::leave(context).await,
        Verb::Remove { id } => {
            api.delete(&format!("/sites/{id}")).await?;
            Ok(Answer::done(&(), "Removed, with the devices it reported."))
        }
    }
}
