//! What a site is in the hierarchy (configmgr-sum §1.1).

/// The type of a site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SiteType {
    /// A primary site without a hierarchy: it decides everything itself. What every site is at first.
    #[default]
    StandAlonePrimary,
    /// The central administration site: the top of a hierarchy of primary sites, without devices of its own.
    Central,
    /// A primary site below the central administration site.
    ChildPrimary,
    /// A site below a primary one that serves its devices near them and decides nothing itself.
    Secondary,
    /// One more software update point of a primary site: it serves the same to the same devices.
    UpdatePoint,
}

impl SiteType {
    /// All, in the order of the hierarchy.
    pub const ALL: [Self; 5] =
        [Self::StandAlonePrimary, Self::Central, Self::ChildPrimary, Self::Secondary, Self::UpdatePoint];

    /// The spelling in the API, on the command line, on the wire and in the store.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::StandAlonePrimary => "stand-alone-primary",
            Self::Central => "central",
            Self::ChildPrimary => "child-primary",
            Self::Secondary => "secondary",
            Self::UpdatePoint => "update-point",
        }
    }

    /// The type of a [`Self::slug`].
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|site| site.slug() == slug)
    }

    /// How a sentence names it: `a central administration site`.
    #[must_use]
    pub fn phrase(self) -> &'static str {
        match self {
            Self::StandAlonePrimary => "a stand-alone primary site",
            Self::Central => "a central administration site",
            Self::ChildPrimary => "a child primary site",
            Self::Secondary => "a secondary site",
            Self::UpdatePoint => "an additional software update point",
        }
    }

    /// Whether a site of this type may stand directly below one of another. As every type stands strictly deeper than
    /// those it may be below, no hierarchy has a circle or more than three levels.
    #[must_use]
    pub fn may_be_below(self, parent: Self) -> bool {
        match self {
            Self::StandAlonePrimary | Self::Central => false,
            Self::ChildPrimary => parent == Self::Central,
            Self::Secondary | Self::UpdatePoint => matches!(parent, Self::StandAlonePrimary | Self::ChildPrimary),
        }
    }

    /// What a site becomes below another when nobody says; `None`: nothing may stand there.
    #[must_use]
    pub fn usual_below(parent: Self) -> Option<Self> {
        [Self::ChildPrimary, Self::Secondary].into_iter().find(|child| child.may_be_below(parent))
    }

    /// It has no site above it: what the whole hierarchy does is decided there.
    #[must_use]
    pub fn is_top(self) -> bool {
        matches!(self, Self::StandAlonePrimary | Self::Central)
    }

    /// Whether it may decide for itself which updates its devices get, beside what comes from above.
    #[must_use]
    pub fn may_be_autonomous(self) -> bool {
        match self {
            Self::StandAlonePrimary | Self::Central | Self::ChildPrimary => true,
            Self::Secondary | Self::UpdatePoint => false,
        }
    }

    /// When it is told of a change of the site above, relative to its siblings: the site's own update points first,
    /// then child sites, then secondary sites (SYN-05).
    #[must_use]
    pub fn wave(self) -> u32 {
        match self {
            Self::UpdatePoint => 0,
            Self::StandAlonePrimary | Self::Central | Self::ChildPrimary => 1,
            Self::Secondary => 2,
        }
    }
}

/// Whether a site takes over the decisions of the site above.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SiteMode {
    /// It takes metadata and content only, and decides which updates are deployed.
    Autonomous,
    /// It takes groups, deployments, declined updates and accepted licence terms as well.
    #[default]
    Replica,
}

impl SiteMode {
    /// All.
    pub const ALL: [Self; 2] = [Self::Autonomous, Self::Replica];

    /// The spelling in the API, on the command line, on the wire and in the store.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Autonomous => "autonomous",
            Self::Replica => "replica",
        }
    }

    /// The mode of a [`Self::slug`].
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.slug() == slug)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn who_may_stand_where() {
        let mut table = String::new();
        for child in SiteType::ALL {
            let above = SiteType::ALL.into_iter().filter(|parent| child.may_be_below(*parent));
            let above: Vec<_> = above.map(SiteType::slug).collect();
            table.push_str(&format!("{}: {}\n", child.slug(), above.join(", ")));
        }
        insta::assert_snapshot!(table, @r"
        stand-alone-primary: 
        central: 
        child-primary: central
        secondary: stand-alone-primary, child-primary
        update-point: stand-alone-primary, child-primary
        ");
    }

    #[test]
    fn what_stands_below_by_itself() {
        for parent in SiteType::ALL {
            let usual = SiteType::usual_below(parent);
            assert!(usual.is_none_or(|child| child.may_be_below(parent)));
            assert_eq!(usual.is_none(), SiteType::ALL.into_iter().all(|child| !child.may_be_below(parent)));
        }
        assert_eq!(SiteType::usual_below(SiteType::Central), Some(SiteType::ChildPrimary));
    }

    #[test]
    fn words_are_two_way() {
        assert!(SiteType::ALL.into_iter().all(|one| SiteType::from_slug(one.slug()) == Some(one)));
        assert!(SiteMode::ALL.into_iter().all(|one| SiteMode::from_slug(one.slug()) == Some(one)));
    }

    fn site_type() -> impl Strategy<Value = SiteType> {
        prop::sample::select(SiteType::ALL.to_vec())
    }

    proptest! {
        /// Whatever chain of sites is tried, each below the one before: it ends after three and never comes back to a
        /// type that was there.
        #[test]
        fn no_chain_is_a_circle(chain in prop::collection::vec(site_type(), 2..8)) {
            let fits = chain.windows(2).all(|pair| pair[1].may_be_below(pair[0]));
            if fits {
                prop_assert!(chain.len() <= 3, "{chain:?}");
                prop_assert!(!chain[1..].contains(&chain[0]), "{chain:?}");
            }
        }
    }
}
