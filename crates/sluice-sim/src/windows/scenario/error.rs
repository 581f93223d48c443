//! What is wrong with a scenario file.

/// What is wrong with a scenario file.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// It is too long.
    #[error("the scenario has more than {limit} bytes")]
    TooLong {
        /// What is taken.
        limit: usize,
    },
    /// It is not TOML, or has a key or a value that means nothing. The source says where.
    #[error("the scenario is not one")]
    Toml(#[source] Box<toml::de::Error>),
    /// It has no group, or too many.
    #[error("the scenario must have 1 to {limit} groups ([[group]])")]
    Groups {
        /// The limit.
        limit: usize,
    },
    /// A group has a value out of bounds.
    #[error("{}{what} must be {bounds}", of_group(group))]
    Bounds {
        /// The group; empty: the scenario itself.
        group: String,
        /// Which value.
        what: &'static str,
        /// What it must be.
        bounds: String,
    },
    /// A group has a kind of Windows that there is not.
    #[error("group {group:?}: there is no profile {profile:?}; there are {known}")]
    Profile {
        /// The group.
        group: String,
        /// What it says.
        profile: String,
        /// What there is.
        known: String,
    },
    /// A group installs in a way that there is not.
    #[error("group {group:?}: install must be \"at-once\", \"at-deadline\" or \"never\", not {install:?}")]
    Install {
        /// The group.
        group: String,
        /// What it says.
        install: String,
    },
}

/// The group a message is about, if it is about one.
fn of_group(group: &str) -> String {
    if group.is_empty() { String::new() } else { format!("group {group:?}: ") }
}
