//! Tokens with which devices are enrolled.

use jiff::{SignedDuration, Timestamp};
use sluice_model::{SiteType, TokenId};

use sluice_store::enrollment::EnrollmentTokenRecord;
use sluice_store::{audit, enrollment};
use sluice_wire::EnrollmentToken;

use crate::caller::{Caller, Permission};
use crate::digest::sha256;
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// An enrolment token, without its secret.
#[derive(Clone, Debug)]
pub struct EnrollmentTokenInfo {
    /// Identity.
    pub id: TokenId,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// How many more devices may use it.
    pub uses_left: u32,
}

/// Longest life of an enrolment token.
const MAX_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Most devices one token may enrol.
const MAX_USES: u32 = 100_000;

impl Site {
    /// Makes an enrolment token; its text is given once.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid` for a life or number of uses out of bounds.
    pub async fn create_enrollment_token(
        &self,
        caller: &Caller,
        valid: SignedDuration,
        uses: u32,
    ) -> SiteResult<(EnrollmentTokenInfo, String)> {
        caller.require(Permission::ManageDevices)?;
        if self.sites.place().site_type == SiteType::Central {
            return Err(SiteError::conflict(
                "this is a central administration site, which has no devices of its own",
                "Enrol the device at a primary site.",
            ));
        }
        if !(SignedDuration::from_mins(1)..=MAX_LIFE).contains(&valid) {
            return Err(SiteError::invalid(
                "valid_for",
                "an enrolment token lives between one minute and 30 days",
                "Give a time between them; an hour is enough to enrol by hand.",
            ));
        }
        if !(1..=MAX_USES).contains(&uses) {
            return Err(SiteError::invalid(
                "uses",
                format!("an enrolment token is good for 1 to {MAX_USES} devices"),
                "Give a number between them.",
            ));
        }
        let now = self.now();
        let token = EnrollmentToken {
            id: self.host.new_id(),
            secret: self.host.secret(),
            authority_sha256: self.config.authority_sha256,
        };
        let record = EnrollmentTokenRecord {
            id: TokenId(token.id),
            hash: hash_of(&token),
            uses_left: uses,
            expires_at: now.checked_add(valid).unwrap_or(Timestamp::MAX),
            created_at: now,
            created_by: caller.name.clone(),
        };
        let info = info_of(record.clone());
        let entry = self.audit_entry(caller, "enrollment-token.create", &token.id.to_string(), &format!("{uses} uses"));
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    enrollment::insert(tx, &record).await?;
                    audit::append(tx, entry).await.map(drop)
                })
            })
            .await?;
        Ok((info, token.encode()))
    }

    /// Enrolment tokens that still work.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn list_enrollment_tokens(&self, caller: &Caller) -> SiteResult<Vec<EnrollmentTokenInfo>> {
        caller.require(Permission::ManageDevices)?;
        let now = self.now();
        let rows = enrollment::list(&mut self.store.reader().await?).await?;
        Ok(rows.into_iter().filter(|t| t.expires_at > now && t.uses_left > 0).map(info_of).collect())
    }

    /// Revokes an enrolment token. Devices that used it stay enrolled.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn revoke_enrollment_token(&self, caller: &Caller, id: TokenId) -> SiteResult<()> {
        caller.require(Permission::ManageDevices)?;
        let entry = self.audit_entry(caller, "enrollment-token.revoke", &id.to_string(), "");
        let work = self.store.write(move |tx| {
            Box::pin(async move {
                enrollment::remove(tx, id).await?;
                audit::append(tx, entry).await.map(drop)
            })
        });
        Ok(work.await?)
    }
}

/// What the store keeps of a token: its secret is random, so no slow hash is needed.
pub(crate) fn hash_of(token: &EnrollmentToken) -> [u8; 32] {
    sha256(&[&token.id.as_bytes()[..], &token.secret].concat())
}

fn info_of(record: EnrollmentTokenRecord) -> EnrollmentTokenInfo {
    EnrollmentTokenInfo {
        id: record.id,
        created_by: record.created_by,
        created_at: record.created_at,
        expires_at: record.expires_at,
        uses_left: record.uses_left,
    }
}
