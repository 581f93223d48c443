//! The catalogue of strings: every text the console shows.
//!
//! One struct per area, one constant per language. A language that lacks a text does not compile.
//! Templates print fields of these structs and hold no words of their own.

mod account;
mod bundles;
mod common;
mod content;
mod deployments;
mod devices;
mod downstream;
mod overview;
mod selection;
mod servers;
mod sets;
mod sites;
mod states;
mod sync;
mod take_over;
mod updates;
mod windows;

use std::fmt;

pub use account::Account;
pub use bundles::Bundles;
pub use common::Common;
pub use content::Content;
pub use deployments::Deployments;
pub use devices::Devices;
pub use downstream::Downstream;
pub use overview::Overview;
pub use selection::Selection;
pub use servers::Servers;
pub use sets::Sets;
pub use sites::Sites;
pub use states::States;
pub use sync::Sync;
pub use take_over::TakeOver;
pub use updates::Updates;
pub use windows::Windows;

/// A text. `{}` marks where a value goes; `|` parts the forms for one and for several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words(pub &'static str);

impl Words {
    /// The text with a value in its place.
    pub fn with(self, value: impl fmt::Display) -> String {
        self.0.replacen("{}", &value.to_string(), 1)
    }

    /// The text with two values in their places, in order.
    pub fn with2(self, first: impl fmt::Display, second: impl fmt::Display) -> String {
        match self.0.split_once("{}") {
            Some((before, after)) => format!("{before}{first}{}", after.replacen("{}", &second.to_string(), 1)),
            None => self.0.to_owned(),
        }
    }

    /// The form for a number, with the number in its place.
    pub fn count(self, number: u64) -> String {
        let (one, many) = self.0.split_once('|').unwrap_or((self.0, self.0));
        let form = if number == 1 { one } else { many };
        form.replacen("{}", &super::component::grouped(number), 1)
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Declares an area of the catalogue together with its English texts.
macro_rules! words {
    ($(#[$doc:meta])* $area:ident { $($key:ident: $english:literal,)* }) => {
        $(#[$doc])*
        pub struct $area { $(pub $key: $crate::console::text::Words,)* }
        impl $area {
            pub(super) const ENGLISH: Self = Self { $($key: $crate::console::text::Words($english),)* };
            /// Every text with its key.
            #[cfg(test)]
            pub(super) fn all(&self) -> Vec<(&'static str, $crate::console::text::Words)> {
                vec![$((concat!(stringify!($area), ".", stringify!($key)), self.$key),)*]
            }
        }
    };
}
use words;

/// All texts of one language.
pub struct Text {
    /// The language's tag (BCP 47).
    pub language: &'static str,
    pub common: Common,
    pub overview: Overview,
    pub updates: Updates,
    pub devices: Devices,
    pub windows: Windows,
    pub deployments: Deployments,
    pub servers: Servers,
    pub sync: Sync,
    pub downstream: Downstream,
    pub sites: Sites,
    pub selection: Selection,
    pub bundles: Bundles,
    pub content: Content,
    pub take_over: TakeOver,
    pub sets: Sets,
    pub account: Account,
    pub states: States,
}

/// English.
pub static ENGLISH: Text = Text {
    language: "en",
    common: Common::ENGLISH,
    overview: Overview::ENGLISH,
    updates: Updates::ENGLISH,
    devices: Devices::ENGLISH,
    windows: Windows::ENGLISH,
    deployments: Deployments::ENGLISH,
    servers: Servers::ENGLISH,
    sync: Sync::ENGLISH,
    downstream: Downstream::ENGLISH,
    sites: Sites::ENGLISH,
    selection: Selection::ENGLISH,
    bundles: Bundles::ENGLISH,
    content: Content::ENGLISH,
    take_over: TakeOver::ENGLISH,
    sets: Sets::ENGLISH,
    account: Account::ENGLISH,
    states: States::ENGLISH,
};

#[cfg(test)]
mod tests {
    use super::*;

    fn all(t: &Text) -> Vec<(&'static str, Words)> {
        let mut all = t.common.all();
        all.extend(t.overview.all());
        all.extend(t.updates.all());
        all.extend(t.devices.all());
        all.extend(t.windows.all());
        all.extend(t.deployments.all());
        all.extend(t.servers.all());
        all.extend(t.sync.all());
        all.extend(t.downstream.all());
        all.extend(t.sites.all());
        all.extend(t.selection.all());
        all.extend(t.bundles.all());
        all.extend(t.content.all());
        all.extend(t.take_over.all());
        all.extend(t.sets.all());
        all.extend(t.account.all());
        all.extend(t.states.all());
        all
    }

    #[test]
    fn no_text_is_empty_or_holds_markup() {
        for (key, Words(text)) in all(&ENGLISH) {
            assert!(!text.trim().is_empty() && text.trim() == text, "{key}");
            assert!(!text.contains(['<', '>']) && !text.contains("&amp;"), "{key}: texts are not markup");
        }
    }

    #[test]
    fn values_go_where_the_marks_are() {
        assert_eq!(Words("{} device|{} devices").count(1), "1 device");
        assert_eq!(Words("{} device|{} devices").count(12_345), "12,345 devices");
        assert_eq!(Words("{} on {}").with2("{}", "b"), "{} on b");
    }
}
