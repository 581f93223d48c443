//! Servers further down.

use askama::Template;

use super::list::Link;
use super::shell::Shell;
use crate::console::component::{Chip, Equivalent, Radios, When};
use crate::console::text;

/// The page.
#[derive(Template)]
#[template(path = "pages/downstream.html")]
pub struct Downstream {
    pub shell: Shell,
    pub t: &'static text::Downstream,
    pub lines: Vec<ServerLine>,
    pub access: Radios,
    pub same: Equivalent,
}

/// A server.
pub struct ServerLine {
    pub id: String,
    pub name: String,
    /// Address, and the server it is below.
    pub where_it_is: String,
    pub chips: Vec<Chip>,
    pub contact: Option<When>,
    pub sync: Option<When>,
    /// The devices it reported, as a link to their list.
    pub devices: Link,
    pub version: String,
    /// It can be approved.
    pub can_approve: bool,
}
