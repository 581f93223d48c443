//! Who asks, and what they may do.

use sluice_model::{TokenId, UserId};

use crate::error::{SiteError, SiteResult};

/// What a caller is allowed to do at the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything.
    Administrator,
    /// Everything an update manager does: synchronize, group, deploy; not accounts, sources or the
    /// site itself.
    UpdateManager,
    /// Looks, changes nothing.
    Reader,
}

impl Role {
    /// All, most powerful first.
    pub const ALL: [Self; 3] = [Self::Administrator, Self::UpdateManager, Self::Reader];

    /// The spelling in the API, on the command line and in the store.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::UpdateManager => "update-manager",
            Self::Reader => "reader",
        }
    }

    /// The role of a [`Self::slug`].
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.slug() == slug)
    }

    fn may(self, permission: Permission) -> bool {
        match self {
            Self::Administrator => true,
            Self::UpdateManager => {
                matches!(permission, Permission::Read | Permission::Synchronize | Permission::Deploy)
            }
            Self::Reader => permission == Permission::Read,
        }
    }
}

/// What a use case needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See updates, devices, compliance, deployments, history.
    Read,
    /// Start synchronizations, retry quarantined items.
    Synchronize,
    /// Change update groups, collections and deployments.
    Deploy,
    /// Enrol and remove devices.
    ManageDevices,
    /// Sources, accounts, tokens, backup.
    ManageSite,
}

impl Permission {
    /// What it allows, to end the sentence "this account may not …".
    fn phrase(self) -> &'static str {
        match self {
            Self::Read => "look at this site",
            Self::Synchronize => "synchronize",
            Self::Deploy => "change collections, groups and deployments",
            Self::ManageDevices => "enrol or remove devices",
            Self::ManageSite => "change the site's settings and accounts",
        }
    }
}

/// An authenticated caller. Every use case takes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// For the audit: `ada`, `token ci`, `sluice`.
    pub name: String,
    /// What they are.
    pub identity: CallerIdentity,
    /// What they may do.
    pub role: Role,
}

/// How a caller was authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerIdentity {
    /// A person, by session.
    User(UserId),
    /// A program, by API token.
    Token(TokenId),
    /// The site's own reconcilers and its command line on the same machine.
    System,
}

impl Caller {
    /// The site itself.
    #[must_use]
    pub fn system() -> Self {
        Self { name: "sluice".into(), identity: CallerIdentity::System, role: Role::Administrator }
    }

    /// Checks a permission.
    ///
    /// # Errors
    /// `Forbidden`, saying what the account may not do.
    pub fn require(&self, permission: Permission) -> SiteResult<()> {
        if self.role.may(permission) {
            return Ok(());
        }
        Err(SiteError::forbidden(
            format!("this account may not {}", permission.phrase()),
            "Ask an administrator of the site for another role.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_what_they_say() {
        use Permission::*;
        let all = [Read, Synchronize, Deploy, ManageDevices, ManageSite];
        let allowed = |role: Role| all.into_iter().filter(|p| role.may(*p)).collect::<Vec<_>>();
        assert_eq!(allowed(Role::Administrator), all);
        assert_eq!(allowed(Role::UpdateManager), [Read, Synchronize, Deploy]);
        assert_eq!(allowed(Role::Reader), [Read]);
        for role in Role::ALL {
            assert_eq!(Role::from_slug(role.slug()), Some(role));
        }
    }
}
