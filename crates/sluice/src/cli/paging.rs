//! Long lists, page after page.

use clap::Args;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sluice_web::api::page::Listing;

use super::client::{Api, Got, Query};
use super::error::CliError;

/// Most items the API gives at once.
const PAGE: usize = 1000;

/// How much of a list is wanted.
#[derive(Clone, Copy, Debug, Args)]
pub struct Extent {
    /// Most rows to show.
    #[arg(long, value_name = "N", default_value_t = 50, conflicts_with = "all")]
    pub limit: usize,
    /// Show all rows.
    #[arg(long)]
    pub all: bool,
}

/// The wanted part of a list.
#[derive(Clone, Debug)]
pub struct Rows<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The API's JSON, with the items of all pages.
    pub value: Value,
    /// How many there are besides; `None` when there are some but nobody counted.
    pub more: Option<u64>,
}

impl<T> Rows<T> {
    /// A remark about what is not shown.
    #[must_use]
    pub fn note(&self) -> String {
        match self.more {
            Some(0) => String::new(),
            Some(more) => format!("{more} more; --all shows them."),
            None => "There are more; --all shows them.".to_owned(),
        }
    }
}

/// Reads the wanted part of a list.
pub(super) async fn rows<T: DeserializeOwned>(
    api: &Api,
    path: &str,
    query: &Query,
    extent: Extent,
) -> Result<Rows<T>, CliError> {
    let wanted = if extent.all { usize::MAX } else { extent.limit.max(1) };
    let mut items: Vec<T> = Vec::new();
    let mut values = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut query = query.clone();
        query.push(("limit", (wanted - items.len()).min(PAGE).to_string()));
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        let Got { mut value, data }: Got<Listing<T>> = api.get(path, &query).await?;
        if let Some(Value::Array(page)) = value.get_mut("items").map(Value::take) {
            values.extend(page);
        }
        items.extend(data.items);
        cursor = data.next;
        if cursor.is_none() || items.len() >= wanted {
            let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
            let more = match (&cursor, data.total) {
                (None, _) => Some(0),
                (Some(_), total) => total.map(|total| total.saturating_sub(count)),
            };
            let value = json!({ "items": values, "next": cursor, "total": data.total });
            return Ok(Rows { items, value, more });
        }
    }
}

/// Reads a list that is always whole.
pub(super) async fn whole<T: DeserializeOwned>(api: &Api, path: &str) -> Result<Rows<T>, CliError> {
    let Got { value, data }: Got<Listing<T>> = api.get(path, &Query::new()).await?;
    Ok(Rows { items: data.items, value, more: Some(0) })
}
