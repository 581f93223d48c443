//! Update groups: the list and one group.

use askama::Template;

use super::list::{Link, UpdateLine};
use super::shell::Shell;
use crate::console::component::{Empty, Input, Notice, Pager, When};
use crate::console::text;

/// The list.
#[derive(Template)]
#[template(path = "pages/groups.html")]
pub struct Groups {
    pub shell: Shell,
    pub t: &'static text::Sets,
    pub lines: Vec<GroupLine>,
    pub empty: Empty,
    pub problem: Option<Notice>,
    pub name: Input,
    /// Selected updates that go into the new group.
    pub updates: Vec<String>,
}

/// A group.
pub struct GroupLine {
    pub group: Link,
    pub updates: String,
    pub created: When,
}

/// One group.
#[derive(Template)]
#[template(path = "pages/group.html")]
pub struct Group {
    pub shell: Shell,
    pub t: &'static text::Sets,
    pub id: String,
    pub name: String,
    pub problem: Option<Notice>,
    pub updates: Vec<UpdateLine>,
    pub pager: Pager,
    pub rename: Input,
}
