//! The source that the site above is.

use jiff::{SignedDuration, Timestamp};
use sluice_model::{Name, Schedule, SiteMode, SiteSetting, SourceId};
use sluice_store::source::SourceRecord;
use sluice_wire::site::SiteToken;

use super::{SourceConfig, SourceKind, SourceSpec, UpstreamSource, free_name, record_of};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;
use crate::sites::join::JoinOrder;

/// How often the site above is asked though it tells of changes: for times when it cannot.
const POLL: SignedDuration = SignedDuration::from_mins(15);

impl Site {
    /// The source by which everything comes from the site of a token.
    pub(crate) fn linked_source(
        &self,
        id: SourceId,
        created_at: Timestamp,
        token: &SiteToken,
        parent: &Name,
        order: &JoinOrder,
    ) -> SiteResult<SourceRecord> {
        let all = self.sources.all();
        let taken = |name: &str| all.iter().any(|source| source.name == name && source.id != id);
        let upstream = UpstreamSource {
            url: token.url.clone(),
            proxy: order.proxy.clone(),
            pinned: vec![hex::encode(token.authority_sha256)],
            replica: order.mode == SiteMode::Replica,
            // All, until the site above says which.
            languages: Vec::new(),
            ..UpstreamSource::default()
        };
        let spec = SourceSpec {
            name: free_name(parent.as_str(), taken),
            config: SourceConfig::Upstream(Box::new(upstream)),
            schedule: Schedule::every(POLL).map_err(|error| SiteError::internal("polling the site above", error))?,
            enabled: true,
        };
        record_of(id, &spec, created_at)
    }

    /// The same source when the site above is left: kept, so that what came from it is known, but not asked any more.
    pub(crate) fn detached_source(&self, known: &SourceRecord) -> SiteResult<SourceRecord> {
        let source = self.source_view(known)?;
        let Some(upstream) = source.config.upstream() else { return Ok(known.clone()) };
        let config = SourceConfig::Upstream(Box::new(UpstreamSource { replica: false, ..upstream.clone() }));
        let spec = SourceSpec { name: source.name, config, schedule: Schedule::Manual, enabled: false };
        record_of(known.id, &spec, known.created_at)
    }

    /// The same source asked for other languages; `None`: it is asked for these.
    pub(crate) fn source_in_languages(
        &self,
        known: &SourceRecord,
        languages: &[String],
    ) -> SiteResult<Option<SourceRecord>> {
        let source = self.source_view(known)?;
        let Some(upstream) = source.config.upstream() else { return Ok(None) };
        if upstream.languages == languages {
            return Ok(None);
        }
        let upstream = UpstreamSource { languages: languages.to_vec(), ..upstream.clone() };
        let spec = SourceSpec {
            name: source.name,
            config: SourceConfig::Upstream(Box::new(upstream)),
            schedule: source.schedule,
            enabled: source.enabled,
        };
        record_of(known.id, &spec, known.created_at).map(Some)
    }

    /// The proxy towards a source.
    pub(crate) fn proxy_of(&self, source: SourceId) -> Option<String> {
        let record = self.sources.get(source)?;
        self.source_view(&record).ok()?.config.upstream()?.proxy.clone()
    }

    /// Refuses a source that this site may not have where it stands in the hierarchy.
    pub(super) fn may_define(&self, spec: &SourceSpec) -> SiteResult<()> {
        if spec.config.kind() == SourceKind::Upstream && spec.enabled {
            self.is_set_here(SiteSetting::SyncSource)?;
        }
        Ok(())
    }

    /// Refuses what may not be changed about a source where this site stands in the hierarchy.
    pub(super) fn may_change(&self, id: SourceId, spec: &SourceSpec) -> SiteResult<()> {
        if self.sites.place().source() != Some(id) {
            return self.may_define(spec);
        }
        let Some(record) = self.sources.get(id) else { return Ok(()) };
        let now = self.source_view(&record)?;
        let (Some(old), Some(new)) = (now.config.upstream(), spec.config.upstream()) else { return Ok(()) };
        if new.languages != old.languages {
            self.is_set_here(SiteSetting::MetadataLanguages)?;
        }
        if spec.schedule != now.schedule {
            self.is_set_here(SiteSetting::SyncSchedule)?;
        }
        let free = UpstreamSource {
            proxy: new.proxy.clone(),
            parallel: new.parallel,
            languages: new.languages.clone(),
            ..old.clone()
        };
        if free != *new || spec.enabled != now.enabled {
            self.is_set_here(SiteSetting::SyncSource)?;
        }
        Ok(())
    }

    /// Refuses to delete the source that the site above is.
    pub(super) fn may_delete(&self, id: SourceId) -> SiteResult<()> {
        if self.sites.place().source() == Some(id) {
            self.is_set_here(SiteSetting::SyncSource)?;
        }
        Ok(())
    }
}
