//! The hierarchy of sites.

use askama::Template;

use super::shell::Shell;
use crate::console::component::{Bar, Chip, Equivalent, Input, Notice, Select, When};
use crate::console::text;

/// The page.
#[derive(Template)]
#[template(path = "pages/sites.html")]
pub struct Sites {
    pub shell: Shell,
    pub t: &'static text::Sites,
    pub notice: Option<Notice>,
    /// The command with a token that was just made.
    pub made: Option<String>,
    pub lines: Vec<SiteLine>,
    pub place: PlaceView,
    pub join: Option<JoinForm>,
    /// Sites can stand below this one.
    pub can_take_in: bool,
    pub settings: Vec<SettingLine>,
    pub same: Equivalent,
}

/// A site of the tree.
pub struct SiteLine {
    pub id: String,
    pub name: String,
    /// Class that moves it in.
    pub indent: &'static str,
    pub kind: String,
    pub chips: Vec<Chip>,
    pub catalog: Vec<Chip>,
    pub version: String,
    pub sync: Option<When>,
    pub error: String,
    pub devices: String,
    pub compliance: Bar,
    /// It stands directly below.
    pub can_remove: bool,
}

/// This site's place.
pub struct PlaceView {
    pub kind: String,
    pub mode: Option<Chip>,
    pub parent: Option<ParentView>,
    /// The type it can be made, with what the button says.
    pub other: Option<(&'static str, String)>,
}

/// The site above.
pub struct ParentView {
    pub name: String,
    pub url: String,
    pub top: String,
    pub link: Chip,
    pub error: String,
    pub clock: String,
    /// This site stands in for it.
    pub stands_in: Option<Chip>,
}

/// The form for joining.
pub struct JoinForm {
    pub token: Input,
    pub site_type: Select,
    pub mode: Select,
}

/// Where a setting is made.
pub struct SettingLine {
    pub setting: String,
    pub made: Chip,
    pub why: String,
}
