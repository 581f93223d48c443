//! How the place of the site is stored. Fields may be added, with a default.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::{CategoryId, Choice, Name, SiteId, SiteMode, SiteType, SourceId};
use sluice_wire::site::SiteCredential;
use uuid::Uuid;

use super::place::{ParentSite, Place};
use super::stand_in::StandIn;
use super::top::TopSettings;
use crate::sources::UpstreamSource;

#[derive(Serialize, Deserialize)]
pub(super) struct PlaceRow {
    site_type: String,
    mode: String,
    parent: Option<ParentRow>,
}

#[derive(Serialize, Deserialize)]
struct ParentRow {
    id: Uuid,
    name: String,
    site_type: String,
    url: String,
    authority_sha256: String,
    credential: String,
    source: Uuid,
    joined_at: Timestamp,
    settings: Option<SettingsRow>,
    #[serde(default)]
    stand_in: Option<StandInRow>,
    #[serde(default)]
    stands_in: Option<Uuid>,
}

#[derive(Serialize, Deserialize)]
struct SettingsRow {
    top: String,
    selection: Vec<(Uuid, bool)>,
    languages: Vec<String>,
    express: bool,
}

#[derive(Serialize, Deserialize)]
struct StandInRow {
    rank: u32,
    url: String,
    proxy: Option<String>,
    authorities: Option<String>,
    pinned: Vec<String>,
    replica: bool,
    languages: Vec<String>,
    parallel: u8,
}

impl PlaceRow {
    pub(super) fn new(place: &Place) -> Self {
        Self {
            site_type: place.site_type.slug().to_owned(),
            mode: place.mode.slug().to_owned(),
            parent: place.parent.as_ref().map(ParentRow::new),
        }
    }

    /// The place, or what is wrong with the row.
    pub(super) fn place(self) -> Result<Place, String> {
        Ok(Place {
            site_type: site_type(&self.site_type)?,
            mode: SiteMode::from_slug(&self.mode).ok_or_else(|| format!("no mode {:?}", self.mode))?,
            parent: self.parent.map(ParentRow::parent).transpose()?,
        })
    }
}

fn site_type(slug: &str) -> Result<SiteType, String> {
    SiteType::from_slug(slug).ok_or_else(|| format!("no type {slug:?}"))
}

impl ParentRow {
    fn new(parent: &ParentSite) -> Self {
        Self {
            id: parent.id.0,
            name: parent.name.to_string(),
            site_type: parent.site_type.slug().to_owned(),
            url: parent.url.clone(),
            authority_sha256: hex::encode(parent.authority_sha256),
            credential: parent.credential.encode(),
            source: parent.source.0,
            joined_at: parent.joined_at,
            settings: parent.settings.as_ref().map(SettingsRow::new),
            stand_in: parent.stand_in.clone().map(StandInRow::new),
            stands_in: parent.stands_in.map(|source| source.0),
        }
    }

    fn parent(self) -> Result<ParentSite, String> {
        let mut authority_sha256 = [0; 32];
        hex::decode_to_slice(&self.authority_sha256, &mut authority_sha256).map_err(|error| error.to_string())?;
        Ok(ParentSite {
            id: SiteId(self.id),
            name: Name::new(&self.name).map_err(|error| error.to_string())?,
            site_type: site_type(&self.site_type)?,
            url: self.url,
            authority_sha256,
            credential: SiteCredential::decode(&self.credential).ok_or("no credential")?,
            source: SourceId(self.source),
            joined_at: self.joined_at,
            settings: self.settings.map(SettingsRow::settings).transpose()?,
            stand_in: self.stand_in.map(StandInRow::stand_in),
            stands_in: self.stands_in.map(SourceId),
        })
    }
}

impl SettingsRow {
    fn new(settings: &TopSettings) -> Self {
        let selected = |(id, choice): &(CategoryId, Choice)| (id.0, *choice == Choice::Selected);
        Self {
            top: settings.top.to_string(),
            selection: settings.selection.iter().map(selected).collect(),
            languages: settings.languages.clone(),
            express: settings.express,
        }
    }

    fn settings(self) -> Result<TopSettings, String> {
        let choice = |selected| if selected { Choice::Selected } else { Choice::Deselected };
        Ok(TopSettings {
            top: Name::new(&self.top).map_err(|error| error.to_string())?,
            selection: self.selection.into_iter().map(|(id, selected)| (CategoryId(id), choice(selected))).collect(),
            languages: self.languages,
            express: self.express,
        })
    }
}

impl StandInRow {
    fn new(StandIn { rank, source }: StandIn) -> Self {
        Self {
            rank,
            url: source.url,
            proxy: source.proxy,
            authorities: source.authorities,
            pinned: source.pinned,
            replica: source.replica,
            languages: source.languages,
            parallel: source.parallel,
        }
    }

    fn stand_in(self) -> StandIn {
        let source = UpstreamSource {
            url: self.url,
            proxy: self.proxy,
            authorities: self.authorities,
            pinned: self.pinned,
            replica: self.replica,
            account_name: None,
            languages: self.languages,
            parallel: self.parallel,
        };
        StandIn { rank: self.rank, source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_two_way() {
        let parent = ParentSite {
            id: SiteId(Uuid::from_u128(1)),
            name: Name::new("top").unwrap(),
            site_type: SiteType::Central,
            url: "https://top.example:8531".into(),
            authority_sha256: [3; 32],
            credential: SiteCredential { site: Uuid::from_u128(2), secret: [4; 32] },
            source: SourceId(Uuid::from_u128(3)),
            joined_at: Timestamp::UNIX_EPOCH,
            settings: Some(TopSettings {
                top: Name::new("top").unwrap(),
                selection: vec![(CategoryId(Uuid::from_u128(4)), Choice::Deselected)],
                languages: vec!["en".into()],
                express: true,
            }),
            stand_in: Some(StandIn {
                rank: 2,
                source: UpstreamSource { url: "https://wsus.example:8531".into(), ..UpstreamSource::default() },
            }),
            stands_in: Some(SourceId(Uuid::from_u128(5))),
        };
        let place = Place { site_type: SiteType::ChildPrimary, mode: SiteMode::Autonomous, parent: Some(parent) };
        for place in [place, Place::default()] {
            let bytes = place.to_bytes().unwrap();
            assert_eq!(serde_json::from_slice::<PlaceRow>(&bytes).unwrap().place(), Ok(place));
        }
    }
}
