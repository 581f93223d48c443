//! Collections of devices: the list and one collection.

use askama::Template;

use super::devices::DeviceLine;
use super::list::Link;
use super::shell::Shell;
use crate::console::component::{Chip, Input, Notice, Pager, Select};
use crate::console::text;

/// The list.
#[derive(Template)]
#[template(path = "pages/collections.html")]
pub struct Collections {
    pub shell: Shell,
    pub t: &'static text::Sets,
    pub lines: Vec<CollectionLine>,
    pub problem: Option<Notice>,
    pub name: Input,
    pub devices: Input,
    pub parent: Select,
}

/// A collection.
pub struct CollectionLine {
    pub collection: Link,
    pub members: String,
    pub built_in: Option<Chip>,
    /// What it is a part of, in words.
    pub part_of: Option<String>,
}

/// One collection.
#[derive(Template)]
#[template(path = "pages/collection.html")]
pub struct Collection {
    pub shell: Shell,
    pub t: &'static text::Sets,
    pub id: String,
    pub name: String,
    pub built_in: bool,
    pub problem: Option<Notice>,
    pub members: Vec<Member>,
    pub pager: Pager,
    pub add: Input,
    pub rename: Input,
    pub parent: Select,
}

/// A device of the collection.
pub struct Member {
    pub id: String,
    pub line: DeviceLine,
}
