//! Settings of what servers further down are given.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sluice_store::{Reader, audit, meta};

use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// Where they are kept.
const META: &str = "downstream-settings";

/// Which servers may synchronize from this site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DownstreamAccess {
    /// None. The protocol has no proof of identity, so nothing is given away unasked.
    #[default]
    Nobody,
    /// Those that an administrator approved; others are listed when they ask.
    Approved,
    /// Any.
    Anybody,
}

impl DownstreamAccess {
    /// All.
    pub const ALL: [Self; 3] = [Self::Nobody, Self::Approved, Self::Anybody];

    /// The spelling in the API, on the command line and in the store.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Approved => "approved",
            Self::Anybody => "anybody",
        }
    }

    /// The access of a [`Self::slug`].
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|access| access.slug() == slug)
    }
}

/// The order of elements in the configuration: strict clients were generated from one of two
/// published contracts (protocols.md §10, trap 25).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ConfigOrder {
    /// That of WSUS, which every WSUS below it expects.
    #[default]
    Wsus,
    /// That of Microsoft Update.
    MicrosoftUpdate,
}

impl ConfigOrder {
    /// All.
    pub const ALL: [Self; 2] = [Self::Wsus, Self::MicrosoftUpdate];

    /// The spelling in the API, on the command line and in the store.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Wsus => "wsus",
            Self::MicrosoftUpdate => "microsoft-update",
        }
    }

    /// The order of a [`Self::slug`].
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.slug() == slug)
    }
}

/// The settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DownstreamSettings {
    /// Which servers may synchronize from this site.
    pub access: DownstreamAccess,
    /// The order of elements in the configuration.
    pub config_order: ConfigOrder,
    /// Documents are never packed. WSUS packs those above 5,120 bytes (Q70), and a WSUS below may
    /// rely on it; a Sluice gets plain ones in any case.
    pub plain_documents: bool,
}

/// What can be changed about them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DownstreamSettingsChange {
    /// See [`DownstreamSettings::access`].
    pub access: Option<DownstreamAccess>,
    /// See [`DownstreamSettings::config_order`].
    pub config_order: Option<ConfigOrder>,
    /// See [`DownstreamSettings::plain_documents`].
    pub plain_documents: Option<bool>,
}

/// How they are stored. Fields may be added, with a default.
#[derive(Serialize, Deserialize)]
struct Row {
    access: String,
    config_order: String,
    plain_documents: bool,
}

impl DownstreamSettings {
    /// As they are stored; those of a new site if they never were.
    pub(super) async fn load(reader: &mut Reader) -> SiteResult<Self> {
        let Some(stored) = meta::get(reader, META).await? else { return Ok(Self::default()) };
        let row: Row = serde_json::from_slice(&stored)
            .map_err(|e| SiteError::internal("reading the settings for downstream servers", e))?;
        Ok(Self {
            access: DownstreamAccess::from_slug(&row.access).unwrap_or_default(),
            config_order: ConfigOrder::from_slug(&row.config_order).unwrap_or_default(),
            plain_documents: row.plain_documents,
        })
    }

    /// Says in the log what an operator should not forget.
    pub(super) fn warn(self) {
        if self.access == DownstreamAccess::Anybody {
            tracing::warn!(
                "any server may synchronize from this site and report devices; undo it with \
                 `sluice settings downstream --servers approved`"
            );
        }
    }

    fn to_bytes(self) -> SiteResult<Vec<u8>> {
        let row = Row {
            access: self.access.slug().to_owned(),
            config_order: self.config_order.slug().to_owned(),
            plain_documents: self.plain_documents,
        };
        serde_json::to_vec(&row).map_err(|e| SiteError::internal("writing the settings for downstream servers", e))
    }
}

impl Site {
    /// The settings for servers further down.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn downstream_settings(&self, caller: &Caller) -> SiteResult<DownstreamSettings> {
        caller.require(Permission::Read)?;
        Ok(**self.downstream.settings.load())
    }

    /// Changes the settings; they count from the next request of a server on.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn change_downstream_settings(
        self: &Arc<Self>,
        caller: &Caller,
        change: DownstreamSettingsChange,
    ) -> SiteResult<DownstreamSettings> {
        caller.require(Permission::ManageSite)?;
        let turn = self.directory_turn().await;
        let old = **self.downstream.settings.load();
        let new = DownstreamSettings {
            access: change.access.unwrap_or(old.access),
            config_order: change.config_order.unwrap_or(old.config_order),
            plain_documents: change.plain_documents.unwrap_or(old.plain_documents),
        };
        if new == old {
            return Ok(new);
        }
        let detail = format!(
            "served: {}, order of the configuration: {}, documents: {}",
            new.access.slug(),
            new.config_order.slug(),
            if new.plain_documents { "always plain" } else { "packed when large" }
        );
        let entry = self.audit_entry(caller, "settings.downstream", "Downstream servers", &detail);
        let bytes = new.to_bytes()?;
        let site = Arc::clone(self);
        self.to_the_end(async move {
            let _turn = turn;
            site.store
                .write(move |tx| {
                    Box::pin(async move {
                        meta::set(tx, META, &bytes).await?;
                        audit::append(tx, entry).await.map(drop)
                    })
                })
                .await?;
            site.downstream.settings.store(Arc::new(new));
            new.warn();
            Ok(())
        })
        .await?;
        Ok(new)
    }
}
