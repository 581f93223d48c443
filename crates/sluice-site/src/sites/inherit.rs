//! Taking over what is decided at the top. It is stored as it was told, and what differs here is brought in line; so it
//! holds again after anything, and what cannot be known yet (a product that the lists have still to bring) follows.

use std::sync::Arc;

use sluice_model::{CategoryId, Choice, Classification, SiteSetting};
use sluice_store::{selection, source};

use super::place::change_parent;
use super::{ParentSite, TopSettings};
use crate::caller::Caller;
use crate::content::settings::{ContentSettingsChange, UpdateFiles};
use crate::error::SiteResult;
use crate::selection::is_of_upstream;
use crate::site::Site;

/// Stores what the site above told.
pub(super) async fn take(site: &Arc<Site>, parent: &ParentSite, settings: TopSettings) -> SiteResult<()> {
    change_parent(site, parent, |known| known.settings = Some(settings)).await
}

/// Brings this site in line with what it was told; true when something else is asked of the source now.
pub(super) async fn enforce(site: &Arc<Site>) -> SiteResult<bool> {
    let place = site.sites.place();
    let Some(parent) = &place.parent else { return Ok(false) };
    let Some(settings) = &parent.settings else { return Ok(false) };
    let inherits = |setting: SiteSetting| setting.is_set(place.site_type) == sluice_model::SetWhere::AtTop;
    let mut changed = false;
    if inherits(SiteSetting::UpdateFiles) {
        express(site, settings.express).await?;
    }
    if inherits(SiteSetting::MetadataLanguages) {
        changed |= languages(site, parent, &settings.languages).await?;
    }
    if inherits(SiteSetting::Selection) {
        let choices = differing(site, &settings.selection).await?;
        if !choices.is_empty() {
            changed |= site.take_selection_over(choices, settings.top.as_str()).await?;
        }
    }
    Ok(changed)
}

async fn express(site: &Arc<Site>, express: bool) -> SiteResult<()> {
    let wanted = if express { UpdateFiles::FullAndExpress } else { UpdateFiles::Full };
    if site.fetching.settings().update_files == wanted {
        return Ok(());
    }
    let change = ContentSettingsChange { update_files: Some(wanted), ..ContentSettingsChange::default() };
    site.change_content_settings_now(&Caller::system(), change).await.map(drop)
}

async fn languages(site: &Arc<Site>, parent: &ParentSite, languages: &[String]) -> SiteResult<bool> {
    let turn = site.directory_turn().await;
    if site.sites.place().parent.as_ref().is_none_or(|now| now.credential != parent.credential) {
        return Ok(false);
    }
    let Some(known) = site.sources.get(parent.source) else { return Ok(false) };
    let Some(record) = site.source_in_languages(&known, languages)? else { return Ok(false) };
    let of_work = Arc::clone(site);
    site.to_the_end(async move {
        let _turn = turn;
        of_work.store.write(move |tx| Box::pin(async move { source::update(tx, &record).await })).await?;
        of_work.reload_sources().await
    })
    .await?;
    Ok(true)
}

/// The choices that make the selection here what it is at the top, as far as the categories are known. Categories of
/// package sources are this site's own.
async fn differing(site: &Site, wanted: &[(CategoryId, Choice)]) -> SiteResult<Vec<(CategoryId, Option<Choice>)>> {
    let here = selection::choices(&mut site.store.reader().await?).await?;
    let catalog = site.catalog();
    let shared = |id: CategoryId| Classification::from_id(id.0).is_some() || is_of_upstream(&catalog, id);
    let find =
        |list: &[(CategoryId, Choice)], id| list.iter().find(|(known, _)| *known == id).map(|(_, choice)| *choice);
    let made = wanted.iter().filter(|(id, choice)| shared(*id) && find(&here, *id) != Some(*choice));
    let mut differing: Vec<_> = made.map(|(id, choice)| (*id, Some(*choice))).collect();
    let over = here.iter().filter(|(id, _)| shared(*id) && find(wanted, *id).is_none());
    differing.extend(over.map(|(id, _)| (*id, None)));
    Ok(differing)
}
