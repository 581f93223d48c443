//! Tokens with which sites join below this one.

use jiff::{SignedDuration, Timestamp};
use sluice_model::{SiteId, SiteType, TokenId};
use sluice_store::site_token::SiteTokenRecord;
use sluice_store::{audit, site_token};
use sluice_wire::site::SiteToken;

use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// A token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteTokenInfo {
    /// Identity.
    pub id: TokenId,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// The site that joined with it.
    pub used_by: Option<SiteId>,
}

/// Longest life of a token.
const MAX_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Site {
    /// Makes a token with which one site may join below this one; its text is given once.
    ///
    /// # Errors
    /// `Forbidden`; `Invalid` for a life out of bounds; `Conflict` when nothing can stand below this site.
    pub async fn create_site_token(
        &self,
        caller: &Caller,
        valid: SignedDuration,
    ) -> SiteResult<(SiteTokenInfo, String)> {
        caller.require(Permission::ManageSite)?;
        if !(SignedDuration::from_mins(1)..=MAX_LIFE).contains(&valid) {
            let fix = "Give a time between them; an hour is enough to join by hand.";
            return Err(SiteError::invalid("valid_for", "a site token lives between one minute and seven days", fix));
        }
        let own = self.sites.place().site_type;
        if SiteType::usual_below(own).is_none() {
            let message = format!("this is {}: no site can stand below it", own.phrase());
            return Err(SiteError::conflict(message, "Make the token at the site above."));
        }
        let now = self.now();
        let token = SiteToken {
            id: self.host.new_id(),
            secret: self.host.secret(),
            authority_sha256: self.config.authority_sha256,
            url: self.config.clients_url.trim_end_matches('/').to_owned(),
        };
        let record = SiteTokenRecord {
            id: TokenId(token.id),
            hash: token.hash(),
            expires_at: now.checked_add(valid).unwrap_or(Timestamp::MAX),
            created_at: now,
            created_by: caller.name.clone(),
            used_by: None,
        };
        let info = info_of(record.clone());
        let entry = self.audit_entry(caller, "site-token.create", &token.id.to_string(), "");
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                site_token::insert(tx, &record).await?;
                audit::append(tx, entry).await.map(drop)
            })
        });
        write.await?;
        Ok((info, token.encode()))
    }

    /// The tokens that still work.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn list_site_tokens(&self, caller: &Caller) -> SiteResult<Vec<SiteTokenInfo>> {
        caller.require(Permission::ManageSite)?;
        let now = self.now();
        let rows = site_token::list(&mut self.store.reader().await?).await?;
        Ok(rows.into_iter().filter(|t| t.expires_at > now && t.used_by.is_none()).map(info_of).collect())
    }

    /// Revokes a token. A site that joined with it stays.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn revoke_site_token(&self, caller: &Caller, id: TokenId) -> SiteResult<()> {
        caller.require(Permission::ManageSite)?;
        let entry = self.audit_entry(caller, "site-token.revoke", &id.to_string(), "");
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                site_token::remove(tx, id).await?;
                audit::append(tx, entry).await.map(drop)
            })
        });
        Ok(write.await?)
    }
}

fn info_of(record: SiteTokenRecord) -> SiteTokenInfo {
    SiteTokenInfo {
        id: record.id,
        created_by: record.created_by,
        created_at: record.created_at,
        expires_at: record.expires_at,
        used_by: record.used_by,
    }
}
