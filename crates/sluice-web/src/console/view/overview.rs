//! The overview: first what needs a person now.

use askama::Template;

use super::list::{Link, UpdateLine};
use super::shell::Shell;
use crate::console::component::{Chip, Donut, Icon, Select, Stacked, Tone, When};
use crate::console::text;

/// The page.
#[derive(Template)]
#[template(path = "pages/overview.html")]
pub struct Overview {
    pub shell: Shell,
    pub t: &'static text::Overview,
    /// The steps of setting up, until compliance shows.
    pub setup: Option<Vec<Step>>,
    pub attention: Vec<Attention>,
    pub collection: Select,
    pub donut: Option<Donut>,
    pub tiles: Vec<Tile>,
    pub by_classification: Vec<ClassificationLine>,
    pub top: Vec<UpdateLine>,
    pub last_sync: Option<LastSync>,
    pub sync_running: bool,
}

/// A step of setting up.
pub struct Step {
    pub title: String,
    pub text: String,
    pub state: StepState,
    /// Leads to doing it.
    pub action: Option<Link>,
    /// A form's address when doing it takes a press of a button.
    pub post: Option<Link>,
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    Done,
    Next,
    Open,
}

/// Something a person should look at.
pub struct Attention {
    pub tone: Tone,
    pub text: String,
    pub detail: String,
    pub since: Option<When>,
    pub action: Option<Link>,
}

/// A figure.
pub struct Tile {
    pub label: String,
    pub number: u64,
    pub href: String,
    /// A number above zero is not as it should be.
    pub tone: Tone,
}

/// A classification with what is missing of it.
pub struct ClassificationLine {
    pub classification: Link,
    pub updates: String,
    pub pairs: String,
    pub bar: Stacked,
}

/// How the last synchronization went.
pub struct LastSync {
    pub source: String,
    pub outcome: Chip,
    pub ended: When,
    pub result: String,
    pub error: Option<String>,
}
