//! Adding Windows devices.

use askama::Template;

use super::list::{ErrorText, Link};
use super::shell::Shell;
use crate::console::component::{Chip, Equivalent, Input, Notice, Prose, Select, When};
use crate::console::text;

/// The page.
#[derive(Template)]
#[template(path = "pages/windows_enroll.html")]
pub struct WindowsEnroll {
    pub shell: Shell,
    pub t: &'static text::Windows,
    pub form: PolicyForm,
    /// What was asked for makes no sense.
    pub problem: Option<Notice>,
    /// The policy; none when there is a problem.
    pub file: Option<PolicyFile>,
    pub arrivals: Vec<ArrivalLine>,
    /// What to do when none comes.
    pub check: Prose,
}

/// What the policy shall say.
pub struct PolicyForm {
    pub format: Select,
    pub server: Input,
    pub group: Input,
    pub automatic: Select,
    pub hour: Input,
    pub detection: Input,
    pub microsoft: Select,
    /// Something of the rest is other than usual.
    pub open: bool,
}

/// The policy in the form that was chosen.
pub struct PolicyFile {
    pub download: Link,
    /// What it says, when it is text.
    pub text: Option<String>,
    pub steps: Vec<Prose>,
    pub same: Equivalent,
}

/// A device that is arriving.
pub struct ArrivalLine {
    /// The device, once it is one.
    pub href: Option<String>,
    pub name: String,
    pub from: Option<String>,
    /// The stages in their order: those it has reached, the present one, those to come.
    pub stages: Vec<Chip>,
    /// The same in words.
    pub said: String,
    pub heard: When,
    pub error: Option<ErrorText>,
}
