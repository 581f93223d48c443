//! The list of devices.

use askama::Template;

use super::list::{Link, ListFoot};
use super::shell::Shell;
use crate::console::component::{Chip, Empty, Input, Select, SortHead, When};
use crate::console::text;

/// The page.
#[derive(Template)]
#[template(path = "pages/devices.html")]
pub struct Devices {
    pub shell: Shell,
    pub t: &'static text::Devices,
    pub filter: Filter,
    pub heads: Heads,
    pub lines: Vec<DeviceLine>,
    pub empty: Empty,
    pub foot: ListFoot,
}

/// The columns that sort.
pub struct Heads {
    pub name: SortHead,
    pub required: SortHead,
    pub contact: SortHead,
}

/// The form that narrows the list.
pub struct Filter {
    pub text: Input,
    pub kind: Select,
    pub state: Select,
    pub collection: Select,
    pub kept: Vec<(&'static str, String)>,
    /// Something is filtered by, text included.
    pub active: bool,
    /// Something besides text is filtered by.
    pub narrowed: bool,
}

/// A device.
pub struct DeviceLine {
    pub device: Link,
    pub system: String,
    pub required: String,
    pub security: u64,
    pub condition: Vec<Chip>,
    pub contact: Option<When>,
}
