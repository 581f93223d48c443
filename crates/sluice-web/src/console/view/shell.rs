//! The frame around every page.

use crate::console::component::{Icon, Notice};
use crate::console::text::Text;

/// The part of the console a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Here {
    Overview,
    Updates,
    Devices,
    Deployments,
    Synchronization,
    Groups,
    Collections,
    Nowhere,
}

/// Addresses of the static files.
#[derive(Clone, Copy, Debug)]
pub struct AssetUrls {
    pub style: &'static str,
    pub script: &'static str,
    pub icon: &'static str,
}

/// The frame.
pub struct Shell {
    pub t: &'static Text,
    /// Title of the page.
    pub title: String,
    pub here: Here,
    /// Who is signed in; empty when nobody is.
    pub user: String,
    /// The session's anti-forgery token, for the forms of the page.
    pub csrf: String,
    /// Name of the site.
    pub site: String,
    pub assets: AssetUrls,
    pub notice: Option<Notice>,
    /// The page has regions that refresh themselves.
    pub live: bool,
}

/// An entry of the navigation.
pub struct NavItem {
    pub href: &'static str,
    pub label: String,
    pub icon: Icon,
    pub current: bool,
}

impl Shell {
    /// The everyday entries.
    pub fn main_navigation(&self) -> [NavItem; 5] {
        let t = &self.t.common;
        [
            self.item(Here::Overview, "/", t.nav_overview, Icon::Overview),
            self.item(Here::Updates, "/updates", t.nav_updates, Icon::Updates),
            self.item(Here::Devices, "/devices", t.nav_devices, Icon::Devices),
            self.item(Here::Deployments, "/deployments", t.nav_deployments, Icon::Deployments),
            self.item(Here::Synchronization, "/sync", t.nav_synchronization, Icon::Synchronization),
        ]
    }

    /// The others.
    pub fn second_navigation(&self) -> [NavItem; 2] {
        let t = &self.t.common;
        [
            self.item(Here::Groups, "/groups", t.nav_groups, Icon::Groups),
            self.item(Here::Collections, "/collections", t.nav_collections, Icon::Collections),
        ]
    }

    fn item(&self, here: Here, href: &'static str, label: impl ToString, icon: Icon) -> NavItem {
        NavItem { href, label: label.to_string(), icon, current: here == self.here }
    }
}
