//! What is decided at the top for the whole hierarchy.

use sluice_model::{CategoryId, Choice, Classification, Name};
use sluice_wire::site as wire;

use crate::content::settings::UpdateFiles;
use crate::error::{SiteError, SiteResult};
use crate::selection::is_of_upstream;
use crate::site::Site;
use crate::sources::SourceKind;

/// The settings of the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopSettings {
    /// The name of the site at the top.
    pub top: Name,
    /// What was chosen among classifications and the categories that servers know; by identity.
    pub selection: Vec<(CategoryId, Choice)>,
    /// Languages of metadata; all when empty.
    pub languages: Vec<String>,
    /// Express files are taken as well.
    pub express: bool,
}

/// Most choices taken over: more than there are categories.
const MAX_SELECTED: usize = 10_000;
/// Most languages.
const MAX_LANGUAGES: usize = 64;

impl TopSettings {
    /// As they are told to sites below.
    #[must_use]
    pub fn to_wire(&self) -> wire::TopSettings {
        let selected =
            |(id, choice): &(CategoryId, Choice)| wire::Selected { id: id.0, selected: *choice == Choice::Selected };
        wire::TopSettings {
            top: self.top.to_string(),
            selection: self.selection.iter().map(selected).collect(),
            languages: self.languages.clone(),
            express: self.express,
        }
    }

    /// What a site above said, if it is within bounds.
    pub(super) fn from_wire(settings: wire::TopSettings) -> Option<Self> {
        let language_like = |text: &String| {
            (2..=35).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let bounded = settings.selection.len() <= MAX_SELECTED
            && settings.languages.len() <= MAX_LANGUAGES
            && settings.languages.iter().all(language_like);
        if !bounded {
            return None;
        }
        let choice = |selected| if selected { Choice::Selected } else { Choice::Deselected };
        Some(Self {
            top: Name::new(&settings.top).ok()?,
            selection: settings.selection.into_iter().map(|one| (CategoryId(one.id), choice(one.selected))).collect(),
            languages: settings.languages,
            express: settings.express,
        })
    }
}

impl Site {
    /// What sites below are told: what was decided here, or what was told here.
    pub(crate) fn top_settings(&self) -> SiteResult<TopSettings> {
        let place = self.sites.place();
        let top = place.parent.as_ref().map(|parent| {
            parent.settings.as_ref().map_or_else(|| parent.name.clone(), |settings| settings.top.clone())
        });
        let own = || Name::new(&self.config.name).map_err(|e| SiteError::internal("naming this site", e));
        let catalog = self.catalog();
        let categories =
            catalog.categories().iter().map(|category| category.id).filter(|id| is_of_upstream(&catalog, *id));
        let all = categories.chain(Classification::ALL.map(Classification::id));
        let mut selection: Vec<_> = all.filter_map(|id| Some((id, catalog.choice(id)?))).collect();
        selection.sort_unstable_by_key(|(id, _)| *id);
        let source = self.sources.all();
        let upstream = source.iter().filter(|record| record.enabled).find_map(|record| {
            let source = self.readable_source(record)?;
            (source.config.kind() == SourceKind::Upstream).then(|| source.config.upstream().cloned())?
        });
        Ok(TopSettings {
            top: top.map_or_else(own, Ok)?,
            selection,
            languages: upstream.map(|source| source.languages).unwrap_or_default(),
            express: self.fetching.settings().update_files == UpdateFiles::FullAndExpress,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_bounds_is_not_taken() {
        let good = wire::TopSettings {
            top: "top".into(),
            selection: vec![wire::Selected { id: uuid::Uuid::from_u128(1), selected: true }],
            languages: vec!["pt-br".into()],
            express: false,
        };
        assert_eq!(TopSettings::from_wire(good.clone()).unwrap().to_wire(), good);
        let bad = |change: &dyn Fn(&mut wire::TopSettings)| {
            let mut settings = good.clone();
            change(&mut settings);
            TopSettings::from_wire(settings).is_none()
        };
        assert!(bad(&|s| s.top = "a\nb".into()));
        assert!(bad(&|s| s.languages = vec!["../x".into()]));
        assert!(bad(&|s| s.languages = vec!["en".into(); 65]));
        assert!(bad(&|s| s.selection = vec![s.selection[0]; 10_001]));
    }
}
