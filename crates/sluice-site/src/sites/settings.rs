//! Which settings are made at this site, and why the others are not.

use sluice_model::{LinkState, Name, SetWhere, SiteId, SiteMode, SiteSetting, SiteType, SourceId};

use jiff::{SignedDuration, Timestamp};

use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// This site's place, for people and programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SitePlace {
    /// Its identity.
    pub id: SiteId,
    /// Its name.
    pub name: String,
    /// Its type.
    pub site_type: SiteType,
    /// Whether it takes over decisions.
    pub mode: SiteMode,
    /// The site above.
    pub parent: Option<ParentInfo>,
    /// Where each setting is made.
    pub settings: Vec<SettingPlace>,
}

/// The site above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParentInfo {
    /// Its identity.
    pub id: SiteId,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub site_type: SiteType,
    /// Where it serves.
    pub url: String,
    /// The site at the top, when it was told.
    pub top: Option<Name>,
    /// The source by which metadata comes from there.
    pub source: SourceId,
    /// When this site joined.
    pub joined_at: Timestamp,
    /// How the link does.
    pub state: LinkState,
    /// When the site above last answered, since this one started.
    pub last_contact: Option<Timestamp>,
    /// Why it does not answer, when it does not.
    pub error: Option<String>,
    /// How far its clock is ahead of this one's.
    pub clock_ahead: Option<SignedDuration>,
    /// This update point synchronizes in its place, because it is silent.
    pub stands_in: bool,
}

/// Where a setting is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingPlace {
    /// The setting.
    pub setting: SiteSetting,
    /// Where.
    pub is_set: SetWhere,
    /// Why there.
    pub reason: &'static str,
}

impl Site {
    /// This site's place in the hierarchy.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn site_place(&self, caller: &Caller) -> SiteResult<SitePlace> {
        caller.require(Permission::Read)?;
        let (place, now) = (self.sites.place(), self.now());
        let link = self.sites.link.get();
        let parent = place.parent.as_ref().map(|parent| ParentInfo {
            id: parent.id,
            name: parent.name.clone(),
            site_type: parent.site_type,
            url: parent.url.clone(),
            top: parent.settings.as_ref().map(|settings| settings.top.clone()),
            source: parent.source,
            joined_at: parent.joined_at,
            state: LinkState::of_age(LinkState::age(link.last_contact, now)),
            last_contact: link.last_contact,
            error: link.error,
            clock_ahead: link.clock_ahead,
            stands_in: parent.stands_in.is_some(),
        });
        let line = |setting: SiteSetting| SettingPlace {
            setting,
            is_set: setting.is_set(place.site_type),
            reason: setting.reason(place.site_type),
        };
        Ok(SitePlace {
            id: self.sites.id,
            name: self.config.name.clone(),
            site_type: place.site_type,
            mode: place.mode,
            parent,
            settings: SiteSetting::ALL.map(line).to_vec(),
        })
    }

    /// Refuses a change of a setting that is not made here.
    pub(crate) fn is_set_here(&self, setting: SiteSetting) -> SiteResult<()> {
        let place = self.sites.place();
        let Some(parent) = &place.parent else { return Ok(()) };
        let (what, reason) = (setting.phrase(), setting.reason(place.site_type));
        let refused = |why: String| {
            let fix = format!("{reason} To decide it here, let this site leave: `sluice site leave`.");
            Err(SiteError::conflict(why, fix))
        };
        match setting.is_set(place.site_type) {
            SetWhere::Here => Ok(()),
            SetWhere::ByPlace => refused(format!("{what} is the site above, {}", parent.name)),
            SetWhere::AtTop => {
                let top = parent.settings.as_ref().map_or(&parent.name, |settings| &settings.top);
                refused(format!("{what} is made at the top-level site, {top}"))
            }
        }
    }
}
