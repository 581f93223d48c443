//! `GET /updates`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::{CategoryId, CollectionId};
use sluice_site::PageRequest;
use sluice_site::updates::{UpdateFilter, UpdateRow};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::page::Listing;
use crate::api::words::{Classification, UpdateSort, UpdateState};
use crate::auth::Authenticated;
use crate::extract::ApiQuery;
use crate::problem::{Problem, WebResult, echo};

/// An update, with its counts of devices.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Update {
    /// Identity.
    pub id: Uuid,
    /// One line for people.
    pub title: String,
    /// What sort of fix it is.
    pub classification: Classification,
    /// Its product, with company and family.
    pub product: String,
    /// When it was published.
    pub released: Option<Timestamp>,
    /// Devices that need it.
    pub required: u64,
    /// Devices that have it.
    pub installed: u64,
    /// Devices it does not apply to.
    pub not_required: u64,
    /// Devices that have not reported, or not since the update is known.
    pub unknown: u64,
    /// Share of reporting devices that do not need it (any more); null without devices.
    pub percent_compliant: Option<u8>,
    /// A newer update replaces it.
    pub superseded: bool,
    /// No source offers it any more.
    pub expired: bool,
    /// It is part of a deployment that is not cancelled.
    pub deployed: bool,
    /// It is declined: offered to no device.
    pub declined: bool,
    /// Its licence terms are not accepted: no device installs it.
    pub awaits_licence: bool,
}

impl From<UpdateRow> for Update {
    fn from(row: UpdateRow) -> Self {
        Self {
            id: row.id.0,
            title: row.title,
            classification: row.classification.into(),
            product: row.product,
            released: row.released,
            required: row.required,
            installed: row.installed,
            not_required: row.not_required,
            unknown: row.unknown,
            percent_compliant: row.percent_compliant,
            superseded: row.superseded,
            expired: row.expired,
            deployed: row.deployed,
            declined: row.declined,
            awaits_licence: row.awaits_licence,
        }
    }
}

/// Which updates are wanted, and in which order; all conditions hold.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct UpdateParams {
    /// Part of the title, a package name or an advisory identifier.
    text: Option<String>,
    /// Any of these classifications, separated by commas: `security,critical`.
    classification: Option<String>,
    /// Of this product, product family or company.
    product: Option<Uuid>,
    /// In this state.
    #[param(inline)]
    state: Option<UpdateState>,
    /// States count only the devices of this collection.
    collection: Option<Uuid>,
    /// What to sort by; `title` when absent.
    #[param(inline)]
    sort: Option<UpdateSort>,
    /// Largest or last first.
    #[serde(default)]
    descending: bool,
    /// `next` of the page before; absent for the first page.
    cursor: Option<String>,
    /// Most items on the page, 1 to 1000; 50 when absent.
    limit: Option<usize>,
}

impl UpdateParams {
    fn filter(&self) -> Result<UpdateFilter, Problem> {
        Ok(UpdateFilter {
            text: self.text.clone().filter(|text| !text.trim().is_empty()),
            classifications: classifications(self.classification.as_deref().unwrap_or_default())?,
            product: self.product.map(CategoryId),
            state: self.state.map(Into::into),
            collection: self.collection.map(CollectionId),
        })
    }
}

fn classifications(text: &str) -> Result<Vec<sluice_model::Classification>, Problem> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    words.map(|word| word.parse::<Classification>().map(Into::into).map_err(|_| unknown(word))).collect()
}

fn unknown(word: &str) -> Problem {
    let possible: Vec<_> = Classification::ALL.iter().map(|c| c.slug()).collect();
    Problem::invalid(
        "classification",
        format!("`{}` is not a classification", echo(word)),
        format!("Possible are: {}.", possible.join(", ")),
    )
}

/// Updates.
#[utoipa::path(get, path = "/updates", tag = "updates", params(UpdateParams), responses((status = 200, body = Listing<Update>)))]
pub(in crate::api) async fn list(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiQuery(params): ApiQuery<UpdateParams>,
) -> WebResult<Json<Listing<Update>>> {
    let sort = params.sort.map(Into::into).unwrap_or_default();
    let page = PageRequest { cursor: params.cursor.clone(), limit: params.limit };
    let updates = state.site.list_updates(&caller, &params.filter()?, sort, params.descending, &page)?;
    Ok(Json(Listing::of(updates)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classifications_are_a_list_of_words() {
        use sluice_model::Classification::{CriticalUpdates, SecurityUpdates};
        assert_eq!(classifications("security, critical,").unwrap(), [SecurityUpdates, CriticalUpdates]);
        assert_eq!(classifications("").unwrap(), []);
        insta::assert_snapshot!(
            classifications("<b>").unwrap_err().detail,
            @"`<b>` is not a classification"
        );
    }
}
