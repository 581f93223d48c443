//! Settings of the Windows side.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sluice_store::{Reader, Store, audit, meta};

use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// Where they are kept.
const META: &str = "windows-settings";

/// Shortest and longest life of a cookie.
const COOKIE_LIVES: [SignedDuration; 2] = [SignedDuration::from_hours(1), SignedDuration::from_hours(24 * 7)];

/// Who decides which groups a Windows device is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Targeting {
    /// Only the collections of this site; what policies name is ignored.
    #[default]
    Server,
    /// Also the device's policy: a group it names is the collection of that name.
    Client,
}

/// The settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowsSettings {
    /// Who decides which groups a device is in.
    pub targeting: Targeting,
    /// Metadata may travel over plain HTTP, where anybody on the way can change it.
    pub metadata_over_http: bool,
    /// How long a device may go on with one authorization: hours to days.
    ///
    /// WSUS gives an hour, and a scan that takes longer runs into `CookieExpired` (protocols.md §10,
    /// trap 4). No scan takes 12 hours, and the scheduled ones are at least 17 apart, so that each
    /// still begins with an authorization, in which a device tells its name and its groups.
    pub cookie_life: SignedDuration,
    /// When they were last changed: devices that read them before read them again.
    pub changed_at: Timestamp,
}

/// What can be changed about them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WindowsSettingsChange {
    /// See [`WindowsSettings::targeting`].
    pub targeting: Option<Targeting>,
    /// See [`WindowsSettings::metadata_over_http`].
    pub metadata_over_http: Option<bool>,
    /// See [`WindowsSettings::cookie_life`].
    pub cookie_life: Option<SignedDuration>,
}

impl WindowsSettings {
    /// Those of a new site.
    fn new(changed_at: Timestamp) -> Self {
        Self {
            targeting: Targeting::Server,
            metadata_over_http: false,
            cookie_life: SignedDuration::from_hours(12),
            changed_at,
        }
    }

    /// Says in the log what an operator should not forget.
    pub(super) fn warn(&self) {
        if self.metadata_over_http {
            tracing::warn!(
                "Windows devices may get metadata over plain HTTP: whoever is on the way can make them run \
                 programs; undo it with `sluice settings windows --metadata-over-http false`"
            );
        }
    }

    /// As they are stored; of a new site, its first ones, which are stored now.
    pub(super) async fn load(store: &Store, now: Timestamp) -> SiteResult<Self> {
        let first = Row::from(Self::new(whole_second(now))).to_bytes()?;
        let stored = store.write(move |tx| Box::pin(async move { meta::set_if_none(tx, META, &first).await })).await?;
        Row::read(&stored)
    }

    /// As they are stored.
    pub(super) async fn read(reader: &mut Reader) -> SiteResult<Self> {
        let stored = meta::get(reader, META).await?;
        let stored = stored.ok_or_else(|| SiteError::internal("reading the settings for Windows", "they are gone"))?;
        Row::read(&stored)
    }
}

/// Requests for metadata that came without TLS.
#[derive(Default)]
pub(super) struct PlainRequests {
    answered: AtomicU64,
    refused: AtomicU64,
}

/// How they are stored. Fields may be added, with a default.
#[derive(Serialize, Deserialize)]
struct Row {
    client_targeting: bool,
    metadata_over_http: bool,
    cookie_life_seconds: i64,
    changed_at: i64,
}

impl Row {
    fn read(bytes: &[u8]) -> SiteResult<WindowsSettings> {
        let doing = "reading the settings for Windows";
        let row: Self = serde_json::from_slice(bytes).map_err(|e| SiteError::internal(doing, e))?;
        Ok(WindowsSettings {
            targeting: if row.client_targeting { Targeting::Client } else { Targeting::Server },
            metadata_over_http: row.metadata_over_http,
            cookie_life: SignedDuration::from_secs(row.cookie_life_seconds),
            changed_at: Timestamp::from_second(row.changed_at).map_err(|e| SiteError::internal(doing, e))?,
        })
    }

    fn to_bytes(&self) -> SiteResult<Vec<u8>> {
        serde_json::to_vec(self).map_err(|e| SiteError::internal("writing the settings for Windows", e))
    }
}

impl From<WindowsSettings> for Row {
    fn from(settings: WindowsSettings) -> Self {
        Self {
            client_targeting: settings.targeting == Targeting::Client,
            metadata_over_http: settings.metadata_over_http,
            cookie_life_seconds: settings.cookie_life.as_secs(),
            changed_at: settings.changed_at.as_second(),
        }
    }
}

/// Devices repeat the time of the last change to the digit; whole seconds survive every clock.
fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

impl Site {
    /// The settings for Windows devices.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn windows_settings(&self, caller: &Caller) -> SiteResult<WindowsSettings> {
        caller.require(Permission::Read)?;
        Ok(**self.windows.settings.load())
    }

    /// Whether a request for metadata that came without TLS is answered; counts both.
    #[must_use]
    pub fn windows_serves_plain(&self) -> bool {
        let allowed = self.windows.settings.load().metadata_over_http;
        let count = if allowed { &self.windows.plain.answered } else { &self.windows.plain.refused };
        count.fetch_add(1, Ordering::Relaxed);
        allowed
    }

    /// Whether metadata is given to who asks without TLS, without counting a request.
    #[must_use]
    pub fn windows_allows_plain(&self) -> bool {
        self.windows.settings.load().metadata_over_http
    }

    /// Requests for metadata that came without TLS since the site started: answered, refused.
    #[must_use]
    pub fn windows_plain_requests(&self) -> (u64, u64) {
        let plain = &self.windows.plain;
        (plain.answered.load(Ordering::Relaxed), plain.refused.load(Ordering::Relaxed))
    }

    /// Changes the settings; devices read them again at their next request.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid` for a life of cookies that is too short or too long.
    pub async fn change_windows_settings(
        self: &Arc<Self>,
        caller: &Caller,
        change: WindowsSettingsChange,
    ) -> SiteResult<WindowsSettings> {
        caller.require(Permission::ManageSite)?;
        let [shortest, longest] = COOKIE_LIVES;
        if change.cookie_life.is_some_and(|life| life < shortest || life > longest) {
            return Err(SiteError::invalid(
                "cookie_life",
                "an authorization lasts an hour to seven days",
                "Leave it at 12 hours unless scans take longer.",
            ));
        }
        let turn = self.directory_turn().await;
        let old = WindowsSettings::read(&mut self.store.reader().await?).await?;
        let mut new = WindowsSettings {
            targeting: change.targeting.unwrap_or(old.targeting),
            metadata_over_http: change.metadata_over_http.unwrap_or(old.metadata_over_http),
            cookie_life: change.cookie_life.unwrap_or(old.cookie_life),
            changed_at: old.changed_at,
        };
        if new == old {
            return Ok(new);
        }
        // Later than before, whatever the clock says, or devices would not see it.
        new.changed_at = whole_second(self.now()).max(old.changed_at + SignedDuration::from_secs(1));
        let entry = self.audit_entry(caller, "settings.windows", "Windows settings", &describe(&new));
        let bytes = Row::from(new).to_bytes()?;
        let site = Arc::clone(self);
        self.to_the_end(async move {
            site.store
                .write(move |tx| {
                    Box::pin(async move {
                        meta::set(tx, META, &bytes).await?;
                        audit::append(tx, entry).await.map(drop)
                    })
                })
                .await?;
            site.windows.settings.store(Arc::new(new));
            new.warn();
            // Policies may count now that did not before, or the other way round.
            site.reload_directory(&turn).await
        })
        .await?;
        Ok(new)
    }
}

fn describe(settings: &WindowsSettings) -> String {
    format!(
        "targeting by {}, metadata over plain HTTP {}, authorization for {} h",
        if settings.targeting == Targeting::Client { "client" } else { "server" },
        if settings.metadata_over_http { "allowed" } else { "refused" },
        settings.cookie_life.as_hours(),
    )
}
