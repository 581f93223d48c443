//! How far the site has come with an upstream server.

use sluice_model::SourceId;
use uuid::Uuid;

use crate::bind::args;
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    upstream(source_id) {
        PUT = "INSERT INTO upstream (source_id, account_id, server, lists_anchor, updates_anchor, filter, \
            deployments_anchor) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (source_id) DO UPDATE SET \
            account_id = excluded.account_id, server = excluded.server, lists_anchor = excluded.lists_anchor, \
            updates_anchor = excluded.updates_anchor, filter = excluded.filter, \
            deployments_anchor = excluded.deployments_anchor";
        GET = "SELECT source_id, account_id, server, lists_anchor, updates_anchor, filter, deployments_anchor \
            FROM upstream WHERE source_id = $1";
        LIST(all) = "SELECT source_id, account_id, server, lists_anchor, updates_anchor, filter, deployments_anchor \
            FROM upstream ORDER BY source_id";
    }
}

/// What is remembered of an upstream server between two synchronizations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamRecord {
    /// The source.
    pub source: SourceId,
    /// Who this site is there; made once.
    pub account: Uuid,
    /// The server that gave the anchors.
    pub server: String,
    /// Everything the server had of categories, classifications and detectoids up to here is stored.
    pub lists_anchor: Option<String>,
    /// The same of updates that meet the filter.
    pub updates_anchor: Option<String>,
    /// The filter of [`Self::updates_anchor`], as the site writes it.
    pub filter: Option<String>,
    /// The same of groups and deployments.
    pub deployments_anchor: Option<String>,
}

fn from_row(row: Row<'_>) -> Result<UpstreamRecord, StoreError> {
    Ok(UpstreamRecord {
        source: row.get("source_id")?,
        account: row.get("account_id")?,
        server: row.get("server")?,
        lists_anchor: row.get("lists_anchor")?,
        updates_anchor: row.get("updates_anchor")?,
        filter: row.get("filter")?,
        deployments_anchor: row.get("deployments_anchor")?,
    })
}

/// Remembers how far the site has come.
///
/// # Errors
/// [`StoreError::Reference`] when the source does not exist.
pub async fn put(tx: &mut Tx, record: &UpstreamRecord) -> Result<(), StoreError> {
    let r = record;
    let args = args![
        r.source,
        r.account,
        &r.server,
        r.lists_anchor.as_deref(),
        r.updates_anchor.as_deref(),
        r.filter.as_deref(),
        r.deployments_anchor.as_deref()
    ];
    tx.execute(&PUT, args).await.map(drop)
}

/// What is remembered of a source's server.
///
/// # Errors
/// When it cannot be read.
pub async fn get(reader: &mut Reader, source: SourceId) -> Result<Option<UpstreamRecord>, StoreError> {
    reader.optional(&GET, args![source], from_row).await
}

/// What is remembered of all servers.
///
/// # Errors
/// When one cannot be read.
pub async fn list(reader: &mut Reader) -> Result<Vec<UpstreamRecord>, StoreError> {
    reader.all(&LIST, args![], from_row).await
}
