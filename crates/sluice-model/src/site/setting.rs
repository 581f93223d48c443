//! Which settings exist at which type of site (configmgr-sum §2.1.2), as data with reasons.

use super::SiteType;

/// A setting, or a group of settings that stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SiteSetting {
    /// Where metadata of Windows updates comes from.
    SyncSource,
    /// When it is asked.
    SyncSchedule,
    /// Classifications and products.
    Selection,
    /// Languages of metadata.
    MetadataLanguages,
    /// Full files only, or express files as well.
    UpdateFiles,
    /// Which files are fetched in advance, how many at a time, how fast, and how long they stay.
    ContentFetching,
    /// Proxy and parallel requests towards the source.
    Proxy,
    /// Archives of Linux packages.
    PackageSources,
    /// Ports, names and certificates that devices use, and what Windows devices are told.
    ClientConnections,
    /// Servers that are no Sluice sites and synchronize from this one.
    DownstreamServers,
}

/// Where a setting is made for a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SetWhere {
    /// At the site itself.
    Here,
    /// At the top of the hierarchy, for all sites.
    AtTop,
    /// Nowhere: it follows from the site's place.
    ByPlace,
}

impl SetWhere {
    /// All.
    pub const ALL: [Self; 3] = [Self::Here, Self::AtTop, Self::ByPlace];

    /// The spelling in the API and on the command line.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::AtTop => "at-top",
            Self::ByPlace => "by-place",
        }
    }
}

impl SiteSetting {
    /// All, in the order they are shown.
    pub const ALL: [Self; 10] = [
        Self::SyncSource,
        Self::SyncSchedule,
        Self::Selection,
        Self::MetadataLanguages,
        Self::UpdateFiles,
        Self::ContentFetching,
        Self::Proxy,
        Self::PackageSources,
        Self::ClientConnections,
        Self::DownstreamServers,
    ];

    /// The spelling in the API and on the command line.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::SyncSource => "sync-source",
            Self::SyncSchedule => "sync-schedule",
            Self::Selection => "selection",
            Self::MetadataLanguages => "metadata-languages",
            Self::UpdateFiles => "update-files",
            Self::ContentFetching => "content-fetching",
            Self::Proxy => "proxy",
            Self::PackageSources => "package-sources",
            Self::ClientConnections => "client-connections",
            Self::DownstreamServers => "downstream-servers",
        }
    }

    /// What it is, to begin a sentence: `the selection of classifications and products`.
    #[must_use]
    pub fn phrase(self) -> &'static str {
        match self {
            Self::SyncSource => "the source of Windows updates",
            Self::SyncSchedule => "the schedule of synchronization",
            Self::Selection => "the selection of classifications and products",
            Self::MetadataLanguages => "the choice of metadata languages",
            Self::UpdateFiles => "the choice of full or express files",
            Self::ContentFetching => "the fetching of content",
            Self::Proxy => "the proxy towards the source",
            Self::PackageSources => "the list of package sources",
            Self::ClientConnections => "the way devices reach the site",
            Self::DownstreamServers => "the access of other servers",
        }
    }

    /// Where it is made for a site of a type. The columns of the table in configmgr-sum §2.1.2 agree for all types
    /// below the top, so only the top differs.
    #[must_use]
    pub fn is_set(self, site: SiteType) -> SetWhere {
        if site.is_top() {
            return SetWhere::Here;
        }
        match self {
            Self::SyncSource => SetWhere::ByPlace,
            Self::SyncSchedule | Self::Selection | Self::MetadataLanguages | Self::UpdateFiles => SetWhere::AtTop,
            Self::ContentFetching
            | Self::Proxy
            | Self::PackageSources
            | Self::ClientConnections
            | Self::DownstreamServers => SetWhere::Here,
        }
    }

    /// Why it is made there, one sentence.
    #[must_use]
    pub fn reason(self, site: SiteType) -> &'static str {
        match (self, self.is_set(site)) {
            (Self::SyncSource, SetWhere::Here) => "The top of a hierarchy chooses where metadata comes from.",
            (Self::SyncSource, _) if site == SiteType::UpdatePoint => {
                "An additional software update point synchronizes from the first one of its site."
            }
            (Self::SyncSource, _) => "A site below another synchronizes from that one.",
            (Self::SyncSchedule, SetWhere::Here) => "The schedule of the top starts the whole hierarchy.",
            (Self::SyncSchedule, _) => "The site above tells of every change; there is nothing to schedule.",
            (Self::Selection, SetWhere::Here) => "What the top selects is what the hierarchy gets.",
            (Self::Selection, _) => "What the top does not select never comes down.",
            (Self::MetadataLanguages, SetWhere::Here) => "The languages that the top asks for are those there are.",
            (Self::MetadataLanguages, _) => "Languages that the top does not ask for never come down.",
            (Self::UpdateFiles, SetWhere::Here) => "Express files come down only if the top takes them.",
            (Self::UpdateFiles, _) => "Files come from the site above, as the top takes them.",
            (Self::ContentFetching, _) => "Disk and line are those of each site.",
            (Self::Proxy, _) => "The network between a site and its source is that of the site.",
            (Self::PackageSources, _) => {
                "Package archives are no part of what servers synchronize from each other; each site asks them itself."
            }
            (Self::ClientConnections, _) => "Devices reach each site at an address of its own.",
            (Self::DownstreamServers, _) => "Each site knows the servers that ask it.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_each_is_made() {
        let mut table = String::new();
        for setting in SiteSetting::ALL {
            let places = SiteType::ALL.map(|site| setting.is_set(site).slug());
            table.push_str(&format!("{}: {}\n", setting.slug(), places.join(" ")));
        }
        insta::assert_snapshot!(table, @r"
        sync-source: here here by-place by-place by-place
        sync-schedule: here here at-top at-top at-top
        selection: here here at-top at-top at-top
        metadata-languages: here here at-top at-top at-top
        update-files: here here at-top at-top at-top
        content-fetching: here here here here here
        proxy: here here here here here
        package-sources: here here here here here
        client-connections: here here here here here
        downstream-servers: here here here here here
        ");
    }

    #[test]
    fn every_place_has_a_reason() {
        for setting in SiteSetting::ALL {
            for site in SiteType::ALL {
                let reason = setting.reason(site);
                assert!(reason.ends_with('.') && !reason.contains("  "), "{reason}");
            }
        }
    }
}
