//! What a server is asked for, and how that differs from what it was asked for before.

use std::fmt;
use std::str::FromStr;

use sluice_model::CategoryId;
use sluice_wsus::messages::server_sync::{IdAndDelta, LanguageAndDelta, ServerSyncConfigData, ServerSyncFilter};
use uuid::Uuid;

use crate::selection::SelectionFilter;

/// Most entries of a filter in the store: far more than there are products.
const MAX_ENTRIES: usize = 100_000;

/// The products, classifications and languages a server is asked for. Its text is kept with the anchor of the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) products: Vec<Uuid>,
    pub(super) classifications: Vec<Uuid>,
    /// Numbers of languages; empty: all.
    pub(super) languages: Vec<i32>,
}

/// A text that is no filter.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoFilter;

impl Filter {
    /// What is selected, in the languages of the source as far as the server has them.
    pub(super) fn new(selected: &SelectionFilter, languages: &[String], config: &ServerSyncConfigData) -> Self {
        let ids = |ids: &[CategoryId]| sorted(ids.iter().map(|id| id.0).collect());
        let wanted = |tag: &str| languages.iter().any(|wanted| wanted.eq_ignore_ascii_case(tag));
        let known = config.language_update_list.iter().filter(|language| wanted(&language.short_language));
        Self {
            products: ids(&selected.products),
            classifications: ids(&selected.classifications),
            languages: sorted(known.map(|language| language.language_id).filter(|id| *id != 0).collect()),
        }
    }

    /// Without a product or without a classification nothing would come (Q67).
    pub(super) fn is_of_lists_only(&self) -> bool {
        self.products.is_empty() || self.classifications.is_empty()
    }

    /// The request: everything of what was not asked for before, and what is new of the rest (Q68).
    pub(super) fn request(&self, anchor: Option<&str>, before: &Self) -> ServerSyncFilter {
        let known = |list: &[Uuid], id: &Uuid| anchor.is_some() && list.binary_search(id).is_ok();
        let ids = |now: &[Uuid], before: &[Uuid]| {
            now.iter().map(|id| IdAndDelta { id: *id, delta: known(before, id) }).collect::<Vec<_>>()
        };
        let language = |id: &i32| LanguageAndDelta {
            id: *id,
            delta: anchor.is_some() && (before.languages.is_empty() || before.languages.binary_search(id).is_ok()),
        };
        ServerSyncFilter {
            anchor: anchor.unwrap_or_default().to_owned(),
            get_config: false,
            get_63_language_only: false,
            categories: ids(&self.products, &before.products),
            classifications: ids(&self.classifications, &before.classifications),
            languages: self.languages.iter().map(language).collect(),
        }
    }
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort_unstable();
    list.dedup();
    list
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = |ids: &[Uuid]| ids.iter().map(|id| id.simple().to_string()).collect::<Vec<_>>().join(",");
        let languages: Vec<_> = self.languages.iter().map(ToString::to_string).collect();
        write!(f, "{};{};{}", ids(&self.products), ids(&self.classifications), languages.join(","))
    }
}

impl FromStr for Filter {
    type Err = NoFilter;

    fn from_str(text: &str) -> Result<Self, NoFilter> {
        let mut parts = text.split(';');
        let mut list = || parts.next().map(entries).ok_or(NoFilter);
        let (products, classifications, languages) = (list()?, list()?, list()?);
        let ids = |texts: Vec<&str>| texts.into_iter().map(Uuid::try_parse).collect::<Result<Vec<_>, _>>();
        Ok(Self {
            products: sorted(ids(products).map_err(|_| NoFilter)?),
            classifications: sorted(ids(classifications).map_err(|_| NoFilter)?),
            languages: sorted(languages.into_iter().map(str::parse).collect::<Result<_, _>>().map_err(|_| NoFilter)?),
        })
    }
}

fn entries(text: &str) -> Vec<&str> {
    text.split(',').filter(|entry| !entry.is_empty()).take(MAX_ENTRIES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sluice_wsus::messages::server_sync::ServerSyncLanguageData;

    fn filter(products: &[u128], classifications: &[u128], languages: &[i32]) -> Filter {
        let ids = |list: &[u128]| list.iter().map(|n| Uuid::from_u128(*n)).collect();
        Filter { products: ids(products), classifications: ids(classifications), languages: languages.to_vec() }
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        for one in [filter(&[], &[], &[]), filter(&[1], &[], &[]), filter(&[1, 2], &[3], &[7, 1033])] {
            assert_eq!(one.to_string().parse(), Ok(one));
        }
        for bad in ["", "x;;", ";;x", "1;2"] {
            assert_eq!(bad.parse::<Filter>(), Err(NoFilter), "{bad}");
        }
    }

    #[test]
    fn what_was_not_asked_for_before_is_asked_for_whole() {
        let (before, now) = (filter(&[1, 2], &[7], &[]), filter(&[2, 3], &[7], &[9]));
        let flags = |anchor: Option<&str>| {
            let asked = now.request(anchor, &before);
            let categories: Vec<_> = asked.categories.iter().map(|c| (c.id.as_u128(), c.delta)).collect();
            (asked.anchor, categories, asked.classifications[0].delta, asked.languages[0].delta)
        };
        assert_eq!(flags(Some("a")), ("a".into(), vec![(2, true), (3, false)], true, true));
        // Without an anchor nothing is known.
        assert_eq!(flags(None), (String::new(), vec![(2, false), (3, false)], false, false));
        assert!(filter(&[1], &[], &[]).is_of_lists_only() && !now.is_of_lists_only());
    }

    #[test]
    fn languages_are_those_the_server_has() {
        let language = |language_id, tag: &str| ServerSyncLanguageData {
            language_id,
            short_language: tag.into(),
            ..ServerSyncLanguageData::default()
        };
        let config = ServerSyncConfigData {
            language_update_list: vec![language(0, "all"), language(1031, "de"), language(1033, "en")],
            ..ServerSyncConfigData::default()
        };
        let new = |tags: &[&str]| {
            let tags: Vec<_> = tags.iter().map(ToString::to_string).collect();
            Filter::new(&SelectionFilter::default(), &tags, &config).languages
        };
        assert_eq!(new(&["EN", "xx"]), [1033]);
        assert!(new(&[]).is_empty());
    }
}
