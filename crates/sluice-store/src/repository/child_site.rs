//! Sites that joined below this one.

use jiff::Timestamp;
use sluice_model::{ServerId, SiteId, SiteNode};

use super::child_site_row::NodeRow;
use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::pack::pack;
use crate::repository::last_of_each;
use crate::row::Row;
use crate::statement::statements;

statements! {
    child_site(id) {
        PUT[8] = "INSERT INTO child_site (id, server, name, secret_hash, joined_at, last_contact, left_at, body) \
            VALUES {rows} ON CONFLICT (id) DO UPDATE SET server = excluded.server, name = excluded.name, secret_hash = excluded.secret_hash, \
            joined_at = excluded.joined_at, last_contact = excluded.last_contact, left_at = excluded.left_at, \
            body = excluded.body";
        REMOVE = "DELETE FROM child_site WHERE id = $1";
        LOAD(all) = "SELECT id, server, name, secret_hash, joined_at, last_contact, left_at, body FROM child_site";
    }
}

/// A site directly below this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildSiteRecord {
    /// What it last told of itself.
    pub node: SiteNode,
    /// As which server it synchronizes from here; only the two sites know.
    pub server: ServerId,
    /// SHA-256 of the secret it shows.
    pub secret_hash: [u8; 32],
    /// When it joined.
    pub joined_at: Timestamp,
    /// When it was last heard.
    pub last_contact: Option<Timestamp>,
    /// When it left.
    pub left_at: Option<Timestamp>,
    /// What it last told of the sites below it.
    pub below: Vec<SiteNode>,
}

/// A site as it is stored. Packing is work for the caller's task, not for the one writer.
#[derive(Clone, Debug)]
pub struct PackedChildSite {
    id: SiteId,
    server: ServerId,
    name: String,
    secret_hash: [u8; 32],
    joined_at: Timestamp,
    last_contact: Option<Timestamp>,
    left_at: Option<Timestamp>,
    body: Vec<u8>,
}

impl PackedChildSite {
    /// Packs a site.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when it is too large.
    pub fn new(site: &ChildSiteRecord) -> Result<Self, StoreError> {
        let rows: Vec<NodeRow> = std::iter::once(&site.node).chain(&site.below).map(NodeRow::new).collect();
        Ok(Self {
            id: site.node.id,
            server: site.server,
            name: site.node.name.to_string(),
            secret_hash: site.secret_hash,
            joined_at: site.joined_at,
            last_contact: site.last_contact,
            left_at: site.left_at,
            body: pack(&rows)?,
        })
    }
}

fn from_row(row: Row<'_>) -> Result<ChildSiteRecord, StoreError> {
    let rows = row.unpack::<Vec<NodeRow>>("body")?;
    let nodes = rows.into_iter().map(NodeRow::node).collect::<Result<Vec<_>, _>>();
    let mut nodes = nodes.map_err(|what| row.corrupt("body", what))?.into_iter();
    let node = nodes.next().ok_or_else(|| row.corrupt("body", "it tells of no site".to_owned()))?;
    if node.id != row.get::<SiteId>("id")? {
        return Err(row.corrupt("body", format!("it tells of another site, {}", node.id)));
    }
    Ok(ChildSiteRecord {
        node,
        server: row.get("server")?,
        secret_hash: row.get("secret_hash")?,
        joined_at: row.get("joined_at")?,
        last_contact: row.get("last_contact")?,
        left_at: row.get("left_at")?,
        below: nodes.collect(),
    })
}

/// Stores sites in place of what was known of them; of several records of one the last holds.
///
/// # Errors
/// When they cannot be written.
pub async fn put(tx: &mut Tx, sites: &[PackedChildSite]) -> Result<(), StoreError> {
    let bind = |site: &&PackedChildSite, args: &mut Args| {
        args.push(site.id);
        args.push(site.server);
        args.push(&site.name);
        args.push(site.secret_hash);
        args.push(site.joined_at);
        args.push(site.last_contact);
        args.push(site.left_at);
        args.push(site.body.as_slice());
    };
    tx.bulk(&PUT, &last_of_each(sites, |site| site.id), bind).await.map(drop)
}

/// Forgets a site.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn remove(tx: &mut Tx, id: SiteId) -> Result<(), StoreError> {
    tx.execute_on(&REMOVE, args![id], "site", id).await
}

/// Calls a function with every site. It gets an error for one that cannot be read, and decides whether to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load(
    reader: &mut Reader,
    mut on_site: impl FnMut(Result<ChildSiteRecord, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&LOAD, args![], |row| on_site(from_row(row))).await
}
