//! What stands against joining: found before anything changes, each with a reason and what to do.

use jiff::{SignedDuration, Timestamp};

/// Most that two clocks may differ: certificates, cookies and tokens are checked by time.
pub const MAX_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Something that stands against joining.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Problem {
    /// The token is of this site itself.
    ItsOwn,
    /// The other site stands below this one.
    Circle,
    /// Nothing may stand below the other site.
    NothingBelow,
    /// A site of the wanted type may not stand below the other site.
    Type,
    /// Sites stand below this one, and none may then.
    SitesBelow,
    /// A site of the wanted type is always a replica.
    Mode,
    /// Another site there has the name.
    Name,
    /// As many sites stand there as may.
    Full,
    /// The programs are of different versions.
    Version,
    /// The clocks differ.
    Clock,
    /// This site has a source of Windows updates of its own.
    OwnSource,
    /// This site is the top of a hierarchy.
    IsCentral,
}

impl Problem {
    /// All.
    pub const ALL: [Self; 12] = [
        Self::ItsOwn,
        Self::Circle,
        Self::NothingBelow,
        Self::Type,
        Self::SitesBelow,
        Self::Mode,
        Self::Name,
        Self::Full,
        Self::Version,
        Self::Clock,
        Self::OwnSource,
        Self::IsCentral,
    ];

    /// The word for programs.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::ItsOwn => "its-own",
            Self::Circle => "circle",
            Self::NothingBelow => "nothing-below",
            Self::Type => "type",
            Self::SitesBelow => "sites-below",
            Self::Mode => "mode",
            Self::Name => "name",
            Self::Full => "full",
            Self::Version => "version",
            Self::Clock => "clock",
            Self::OwnSource => "own-source",
            Self::IsCentral => "is-central",
        }
    }

    /// The problem of a [`Self::slug`].
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|problem| problem.slug() == slug)
    }

    /// What and why, one sentence without a full stop.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::ItsOwn => "the token was made at this site: a site cannot stand below itself",
            Self::Circle => "the other site stands below this one",
            Self::NothingBelow => "no site can stand below the other one: it is a secondary site or an update point",
            Self::Type => "a site of this type cannot stand below the other one",
            Self::SitesBelow => "sites stand below this one, and none can stand below a site of the wanted type",
            Self::Mode => "a site of this type is always a replica",
            Self::Name => "the name of this site is that of another one there",
            Self::Full => "the other site has as many sites below it as it can",
            Self::Version => "the programs of the two sites are of different versions",
            Self::Clock => "the clocks of the two sites differ by more than five minutes",
            Self::OwnSource => "this site has a source of Windows updates of its own that is enabled",
            Self::IsCentral => "this is a central administration site, which is always the top",
        }
    }

    /// What to do.
    #[must_use]
    pub fn fix(self) -> &'static str {
        match self {
            Self::ItsOwn => "Use the token at the other site.",
            Self::Circle => "Let the other site leave first: `sluice site leave` there.",
            Self::NothingBelow => "Join below its primary site.",
            Self::Type => {
                "Below a central administration site stand child primary sites; below a primary site, secondary sites \
                 and update points. Name another type, or make the other site central: `sluice site type central` there."
            }
            Self::SitesBelow => {
                "Join as child primary below a central administration site, or let the sites below leave."
            }
            Self::Mode => "Join without `--mode autonomous`.",
            Self::Name => "Give this site another name: `sluice serve --name`.",
            Self::Full => "Join below another site.",
            Self::Version => "Update both to the same version, the upper site first.",
            Self::Clock => "Set the clocks: `timedatectl set-ntp true` on both machines.",
            Self::OwnSource => "Disable it: all Windows updates come from the site above then.",
            Self::IsCentral => "Make it a primary site first: `sluice site type stand-alone-primary`.",
        }
    }
}

/// Whether two programs understand each other: major and minor number are the same.
pub(super) fn same_version(one: &str, other: &str) -> bool {
    let numbers = |text: &str| text.split('.').take(2).map(str::to_owned).collect::<Vec<_>>();
    numbers(one) == numbers(other)
}

/// Whether two clocks differ by more than is good.
pub(super) fn clocks_differ(one: Timestamp, other: Timestamp) -> bool {
    one.duration_since(other).abs() > MAX_SKEW
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_says_what_and_how() {
        for problem in Problem::ALL {
            assert_eq!(Problem::from_slug(problem.slug()), Some(problem));
            assert!(!problem.message().ends_with('.') && problem.fix().ends_with(['.']), "{problem:?}");
        }
    }

    #[test]
    fn versions_and_clocks() {
        assert!(same_version("0.1.0", "0.1.7") && !same_version("0.1.0", "0.2.0"));
        let at = |second| Timestamp::from_second(second).unwrap();
        assert!(!clocks_differ(at(0), at(300)) && clocks_differ(at(301), at(0)) && clocks_differ(at(0), at(301)));
    }
}
