//! Settings of content: which files are fetched, how many at a time, how fast, and how long they stay.

use std::sync::Arc;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use sluice_model::SiteSetting;
use sluice_store::{Reader, Store, audit, meta};

use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// Where they are kept.
const META: &str = "content-settings";
/// Most files at a time; more only share the same connection.
const MAX_PARALLEL: u32 = 32;
/// Slowest limit, bytes per second: below it files of gigabytes never arrive.
const MIN_BANDWIDTH: u64 = 16 << 10;
/// See [`ContentSettings::undeployed_bytes`].
const UNDEPLOYED_BYTES: u64 = 32_000_000_000;
/// Longest time that unwanted files stay.
const MAX_GRACE: SignedDuration = SignedDuration::from_hours(24 * 365);

/// Which files are fetched without being asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FetchPolicy {
    /// Those of updates that are deployed.
    #[default]
    OnApproval,
    /// None: a file comes when somebody asks for it.
    OnRequest,
    /// Those of all updates that can be deployed.
    All,
}

/// Which files of an update.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UpdateFiles {
    /// What is installed as a whole. Express files are larger on servers than these.
    #[default]
    Full,
    /// Also express files, of which devices take only what they lack.
    FullAndExpress,
}

/// The settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentSettings {
    /// Which files are fetched without being asked for.
    pub policy: FetchPolicy,
    /// Which files of an update.
    pub update_files: UpdateFiles,
    /// Files fetched at a time. Four: enough to fill a line, few enough to be polite.
    pub parallel: u32,
    /// Most bytes per second, of all together; `None`: no limit.
    pub bandwidth: Option<u64>,
    /// How long files stay that nothing refers to any more: 30 days, so that what was withdrawn by
    /// mistake need not come again.
    pub grace: SignedDuration,
    /// Most bytes of files that no deployment names, and that are fetched because somebody unknown
    /// asked for them: anybody can ask. 32 GB: some months of updates for servers further down.
    pub undeployed_bytes: u64,
}

/// What can be changed about them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContentSettingsChange {
    /// See [`ContentSettings::policy`].
    pub policy: Option<FetchPolicy>,
    /// See [`ContentSettings::update_files`].
    pub update_files: Option<UpdateFiles>,
    /// See [`ContentSettings::parallel`].
    pub parallel: Option<u32>,
    /// See [`ContentSettings::bandwidth`]; 0 is no limit.
    pub bandwidth: Option<u64>,
    /// See [`ContentSettings::grace`].
    pub grace: Option<SignedDuration>,
    /// See [`ContentSettings::undeployed_bytes`].
    pub undeployed_bytes: Option<u64>,
}

impl Default for ContentSettings {
    fn default() -> Self {
        Self {
            policy: FetchPolicy::OnApproval,
            update_files: UpdateFiles::Full,
            parallel: 4,
            bandwidth: None,
            grace: SignedDuration::from_hours(24 * 30),
            undeployed_bytes: UNDEPLOYED_BYTES,
        }
    }
}

impl ContentSettings {
    /// As they are stored; of a new site, its first ones.
    pub(super) async fn load(store: &Store) -> SiteResult<Self> {
        Self::read(&mut store.reader().await?).await
    }

    async fn read(reader: &mut Reader) -> SiteResult<Self> {
        meta::get(reader, META).await?.map_or(Ok(Self::default()), |bytes| Row::read(&bytes))
    }

    fn changed(self, change: &ContentSettingsChange) -> SiteResult<Self> {
        let new = Self {
            policy: change.policy.unwrap_or(self.policy),
            update_files: change.update_files.unwrap_or(self.update_files),
            parallel: change.parallel.unwrap_or(self.parallel),
            bandwidth: change.bandwidth.map_or(self.bandwidth, |limit| (limit > 0).then_some(limit)),
            grace: change.grace.unwrap_or(self.grace),
            undeployed_bytes: change.undeployed_bytes.unwrap_or(self.undeployed_bytes),
        };
        if new.parallel == 0 || new.parallel > MAX_PARALLEL {
            let message = format!("1 to {MAX_PARALLEL} files are fetched at a time");
            return Err(SiteError::invalid("parallel", message, "Leave it at 4 unless the line stays idle."));
        }
        if new.bandwidth.is_some_and(|limit| limit < MIN_BANDWIDTH) {
            let message = format!("a limit is at least {MIN_BANDWIDTH} bytes per second");
            return Err(SiteError::invalid("bandwidth", message, "Give 0 for no limit."));
        }
        if new.grace.is_negative() || new.grace > MAX_GRACE {
            let message = "files that nothing refers to stay at most a year";
            return Err(SiteError::invalid("grace", message, "Leave it at 30 days unless space is short."));
        }
        Ok(new)
    }
}

/// How they are stored. Fields may be added, with a default.
#[derive(Serialize, Deserialize)]
struct Row {
    policy: PolicyRow,
    express: bool,
    parallel: u32,
    bandwidth: Option<u64>,
    grace_seconds: i64,
    #[serde(default = "undeployed_bytes")]
    undeployed_bytes: u64,
}

fn undeployed_bytes() -> u64 {
    UNDEPLOYED_BYTES
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PolicyRow {
    OnApproval,
    OnRequest,
    All,
}

impl Row {
    fn read(bytes: &[u8]) -> SiteResult<ContentSettings> {
        let row: Self =
            serde_json::from_slice(bytes).map_err(|e| SiteError::internal("reading the settings of content", e))?;
        Ok(ContentSettings {
            policy: match row.policy {
                PolicyRow::OnApproval => FetchPolicy::OnApproval,
                PolicyRow::OnRequest => FetchPolicy::OnRequest,
                PolicyRow::All => FetchPolicy::All,
            },
            update_files: if row.express { UpdateFiles::FullAndExpress } else { UpdateFiles::Full },
            parallel: row.parallel,
            bandwidth: row.bandwidth,
            grace: SignedDuration::from_secs(row.grace_seconds),
            undeployed_bytes: row.undeployed_bytes,
        })
    }

    fn bytes_of(settings: &ContentSettings) -> SiteResult<Vec<u8>> {
        let row = Self {
            policy: match settings.policy {
                FetchPolicy::OnApproval => PolicyRow::OnApproval,
                FetchPolicy::OnRequest => PolicyRow::OnRequest,
                FetchPolicy::All => PolicyRow::All,
            },
            express: settings.update_files == UpdateFiles::FullAndExpress,
            parallel: settings.parallel,
            bandwidth: settings.bandwidth,
            grace_seconds: settings.grace.as_secs(),
            undeployed_bytes: settings.undeployed_bytes,
        };
        serde_json::to_vec(&row).map_err(|e| SiteError::internal("writing the settings of content", e))
    }
}

impl Site {
    /// The settings of content.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn content_settings(&self, caller: &Caller) -> SiteResult<ContentSettings> {
        caller.require(Permission::Read)?;
        Ok(self.fetching.settings())
    }

    /// Changes the settings; they are in force at once, for files under way too.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid` for values that make no sense, `Conflict` for what the top of the hierarchy decides.
    pub async fn change_content_settings(
        self: &Arc<Self>,
        caller: &Caller,
        change: ContentSettingsChange,
    ) -> SiteResult<ContentSettings> {
        caller.require(Permission::ManageSite)?;
        let now = self.fetching.settings().update_files;
        if change.update_files.is_some_and(|wanted| wanted != now) {
            self.is_set_here(SiteSetting::UpdateFiles)?;
        }
        self.change_content_settings_now(caller, change).await
    }

    /// The same for what the top of the hierarchy decided.
    pub(crate) async fn change_content_settings_now(
        self: &Arc<Self>,
        caller: &Caller,
        change: ContentSettingsChange,
    ) -> SiteResult<ContentSettings> {
        let (site, caller) = (Arc::clone(self), caller.clone());
        self.to_the_end(async move {
            let _one_at_a_time = site.fetching.settings_turn().await;
            let old = ContentSettings::read(&mut site.store.reader().await?).await?;
            let new = old.changed(&change)?;
            if new == old {
                return Ok(new);
            }
            let entry = site.audit_entry(&caller, "settings.content", "content settings", &describe(&new));
            let bytes = Row::bytes_of(&new)?;
            site.store
                .write(move |tx| {
                    Box::pin(async move {
                        meta::set(tx, META, &bytes).await?;
                        audit::append(tx, entry).await.map(drop)
                    })
                })
                .await?;
            site.fetching.set_settings(new);
            site.fetching.plan_again();
            site.sites.news.raise();
            Ok(new)
        })
        .await
    }
}

fn describe(settings: &ContentSettings) -> String {
    format!(
        "fetch {}, {}, {} at a time, {}, unwanted files stay {} h, at most {} bytes that are not deployed",
        match settings.policy {
            FetchPolicy::OnApproval => "what is deployed",
            FetchPolicy::OnRequest => "what is asked for",
            FetchPolicy::All => "everything",
        },
        if settings.update_files == UpdateFiles::Full { "full files only" } else { "full and express files" },
        settings.parallel,
        settings.bandwidth.map_or("no limit".to_owned(), |limit| format!("at most {limit} bytes per second")),
        settings.grace.as_hours(),
        settings.undeployed_bytes,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_two_way() {
        for policy in [FetchPolicy::OnApproval, FetchPolicy::OnRequest, FetchPolicy::All] {
            for update_files in [UpdateFiles::Full, UpdateFiles::FullAndExpress] {
                let settings =
                    ContentSettings { policy, update_files, undeployed_bytes: 7, ..ContentSettings::default() };
                assert_eq!(Row::read(&Row::bytes_of(&settings).unwrap()).unwrap(), settings);
            }
        }
    }

    #[test]
    fn settings_from_before_have_a_limit() {
        let row = br#"{"policy":"all","express":false,"parallel":4,"bandwidth":null,"grace_seconds":60}"#;
        assert_eq!(Row::read(row).unwrap().undeployed_bytes, UNDEPLOYED_BYTES);
    }

    #[test]
    fn values_that_make_no_sense_are_refused() {
        let wrong = |change: ContentSettingsChange| ContentSettings::default().changed(&change).unwrap_err().field;
        let change = ContentSettingsChange::default();
        assert_eq!(wrong(ContentSettingsChange { parallel: Some(0), ..change }), Some("parallel"));
        assert_eq!(wrong(ContentSettingsChange { parallel: Some(33), ..change }), Some("parallel"));
        assert_eq!(wrong(ContentSettingsChange { bandwidth: Some(1), ..change }), Some("bandwidth"));
        let grace = Some(SignedDuration::from_hours(-1));
        assert_eq!(wrong(ContentSettingsChange { grace, ..change }), Some("grace"));
        let limited = ContentSettings { bandwidth: Some(1 << 20), ..ContentSettings::default() };
        let unlimited = limited.changed(&ContentSettingsChange { bandwidth: Some(0), ..change }).unwrap();
        assert_eq!(unlimited, ContentSettings::default());
    }
}
