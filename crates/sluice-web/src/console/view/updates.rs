//! The list of updates.

use askama::Template;

use super::list::{ListFoot, UpdateLine};
use super::shell::Shell;
use crate::console::component::{Choice, Empty, Input, Select, SortHead};
use crate::console::text;

/// The page.
#[derive(Template)]
#[template(path = "pages/updates.html")]
pub struct Updates {
    pub shell: Shell,
    pub t: &'static text::Updates,
    pub filter: Filter,
    pub heads: Vec<SortHead>,
    pub lines: Vec<UpdateLine>,
    pub empty: Empty,
    /// The groups selected updates can be added to.
    pub groups: Vec<Choice>,
    pub foot: ListFoot,
}

/// The form that narrows the list.
pub struct Filter {
    pub text: Input,
    pub classification: Select,
    pub product: Select,
    pub state: Select,
    pub collection: Select,
    /// Sorting that a new filter keeps.
    pub kept: Vec<(&'static str, String)>,
    /// Something is filtered by, text included.
    pub active: bool,
    /// Something besides text is filtered by.
    pub narrowed: bool,
}
