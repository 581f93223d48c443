//! Choices that several forms offer.

use std::fmt::Display;

use sluice_model::{CategoryKind, CollectionId};
use sluice_site::SiteResult;
use sluice_site::collections::ALL_DEVICES;

use crate::console::component::{Choice, grouped};
use crate::console::text::Words;
use crate::console::visit::Visit;

/// Words to choose from, with "any" before them.
pub fn any_of<T: Copy + Display>(
    any: Words,
    all: &[T],
    chosen: Option<&str>,
    say: impl Fn(T) -> String,
) -> Vec<Choice> {
    let mut choices = vec![Choice::new("", any, chosen.is_none())];
    for one in all {
        let word = one.to_string();
        choices.push(Choice::new(&word, say(*one), chosen == Some(word.as_str())));
    }
    choices
}

/// Collections; with `count`, their sizes are shown.
pub async fn collections(visit: &Visit, chosen: Option<&str>, count: bool) -> SiteResult<Vec<Choice>> {
    let all = visit.site.list_collections(&visit.caller).await?;
    let t = &visit.t;
    Ok(all
        .into_iter()
        .map(|one| {
            let id = one.id.to_string();
            let name = if one.id == ALL_DEVICES { t.overview.everyone.to_string() } else { one.name };
            let label = if count { t.deployments.members.with2(name, grouped(one.members)) } else { name };
            let is_chosen = chosen == Some(id.as_str()) || (chosen.is_none() && one.id == ALL_DEVICES);
            // Every device is what a list shows anyway.
            let value = if !count && one.id == ALL_DEVICES { String::new() } else { id };
            Choice::new(value, label, is_chosen)
        })
        .collect())
}

/// Collections that one can be a part of, with `none` before them.
pub async fn parents(visit: &Visit, of: Option<CollectionId>, chosen: Option<CollectionId>) -> SiteResult<Vec<Choice>> {
    let all = visit.site.list_collections(&visit.caller).await?;
    let mut choices = vec![Choice::new("", visit.t.sets.no_parent, chosen.is_none())];
    let others = all.into_iter().filter(|one| Some(one.id) != of);
    choices.extend(others.map(|one| Choice::new(one.id, one.name, Some(one.id) == chosen)));
    Ok(choices)
}

/// Update groups, with `none` before them.
pub async fn groups(visit: &Visit, none: Words, chosen: Option<&str>) -> SiteResult<Vec<Choice>> {
    let all = visit.site.list_groups(&visit.caller).await?;
    let mut choices = vec![Choice::new("", none, chosen.is_none())];
    for one in all {
        let id = one.id.to_string();
        choices.push(Choice::new(&id, one.name, chosen == Some(id.as_str())));
    }
    Ok(choices)
}

/// Products, by their whole titles.
pub fn products(visit: &Visit, chosen: Option<&str>) -> SiteResult<Vec<Choice>> {
    let mut choices = vec![Choice::new("", visit.t.common.any, chosen.is_none())];
    for category in visit.site.categories(&visit.caller)? {
        let id = category.id.to_string();
        let indent = match category.kind {
            CategoryKind::Company => "",
            CategoryKind::ProductFamily => "\u{2003}",
            CategoryKind::Product => "\u{2003}\u{2003}",
        };
        choices.push(Choice::new(&id, format!("{indent}{}", category.title), chosen == Some(id.as_str())));
    }
    Ok(choices)
}
