//! The pieces pages are made of. Each renders its own small template, which escapes what it is
//! given; that is why a page may print it as it is.

mod bar;
mod branch;
mod chip;
mod donut;
mod empty;
mod equivalent;
mod field;
mod icon;
mod notice;
mod number;
mod pager;
mod prose;
mod sort;
mod when;

pub use bar::{Bar, Stacked};
pub use branch::Branch;
pub use chip::{Chip, Tone};
pub use donut::{Donut, Share};
pub use empty::Empty;
pub use equivalent::{Equivalent, shell_word};
pub use field::{Choice, Input, Radios, Select};
pub use icon::Icon;
pub use notice::Notice;
pub use number::{grouped, percent_of, size};
pub use pager::Pager;
pub use prose::Prose;
pub use sort::{Direction, SortHead};
pub use when::{When, duration};

/// Declares that a component's template escapes what it is given.
macro_rules! escapes_itself {
    ($($component:ty),*) => { $(impl askama::filters::HtmlSafe for $component {})* };
}
use escapes_itself;
