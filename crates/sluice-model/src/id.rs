//! Identifiers. Each kind is its own type, so that one can never be passed for another.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { Uuid::parse_str(text).map(Self) }
        }
    )*};
}

uuid_ids! {
    /// An update, stable over its revisions. Windows: the identity in the metadata. Linux: see
    /// [`UpdateId::of_package`].
    UpdateId;
    /// A company, product family, product or classification; categories are updates too in
    /// Microsoft's metadata, so the two share one number space.
    CategoryId;
    /// A device (computer).
    DeviceId;
    /// A collection of devices.
    CollectionId;
    /// An update group.
    UpdateGroupId;
    /// A deployment.
    DeploymentId;
    /// An upstream that is synchronized.
    SourceId;
    /// One run of a synchronization.
    SyncRunId;
    /// An administrator.
    UserId;
    /// An API or enrolment token.
    TokenId;
    /// An alert.
    AlertId;
    /// A server that synchronizes from this site, or from a server that does: the GUID it made up for
    /// itself (\[MS-WSUSSS\] 3.1.4.2).
    ServerId;
    /// A Sluice site.
    SiteId;
}

/// Site-local dense number of one revision of an update. Never reused, also not across a restore
/// (the database epoch guards that). Everything fast is indexed by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RevisionId(pub u32);

/// Site-local dense number of a device; the bit it has in compliance bitmaps. Never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceNumber(pub u32);

/// Site-local dense number of a package index (one suite, component and architecture of a source).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexId(pub u32);

/// Namespace of all name-based (version 5) identifiers of Sluice, RFC 9562 section 5.5.
const NAMESPACE: Uuid = Uuid::from_u128(0x1b9c_5a0e_5d0f_4a5c_8a3e_2f6d_7c4b_9e10);

/// Joins parts with a separator that none of them can hold, so that no two lists share a name.
fn named(kind: &str, parts: &[&str]) -> Uuid {
    let mut name = String::from(kind);
    for part in parts {
        name.push('\u{1f}');
        name.push_str(part);
    }
    Uuid::new_v5(&NAMESPACE, name.as_bytes())
}

impl UpdateId {
    /// The identity of a Linux update: a source package version within a product.
    #[must_use]
    pub fn of_package(product: CategoryId, source: &str, version: &str) -> Self {
        let product = product.to_string();
        Self(named("update", &[&product, source, version]))
    }
}

impl DeviceId {
    /// The identity of a Windows device, from the client id that its agent invented
    /// (\[MS-WUSP\] 2.2.2.1.1: 1 to 255 characters; compared without case).
    #[must_use]
    pub fn of_windows_client(client_id: &str) -> Self {
        Self(named("windows-client", &[&client_id.to_ascii_lowercase()]))
    }

    /// The identity of a device that a server further down reports, from that server and what it
    /// calls the device (compared without case). So no server can speak for the devices of another.
    #[must_use]
    pub fn of_downstream(reporter: ServerId, computer: &str) -> Self {
        Self(named("downstream-computer", &[&reporter.to_string(), &computer.to_ascii_lowercase()]))
    }
}

impl CategoryId {
    /// The identity of a company: `company(vendor)`.
    #[must_use]
    pub fn of_company(vendor: &str) -> Self {
        Self(named("company", &[vendor]))
    }

    /// The identity of a product family: a vendor's distribution release.
    #[must_use]
    pub fn of_family(vendor: &str, release: &str) -> Self {
        Self(named("family", &[vendor, release]))
    }

    /// The identity of a product: a component of a distribution release.
    #[must_use]
    pub fn of_product(vendor: &str, release: &str, component: &str) -> Self {
        Self(named("product", &[vendor, release, component]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_run_together() {
        assert_ne!(CategoryId::of_family("ab", "c"), CategoryId::of_family("a", "bc"));
        assert_ne!(CategoryId::of_product("a", "b", "c").0, CategoryId::of_family("a", "b").0);
    }

    #[test]
    fn identities_are_stable_for_ever() {
        let product = CategoryId::of_product("Debian", "bookworm", "main");
        insta::assert_snapshot!(product, @"8dbd9067-5c9f-5c4b-ab3b-eec0ad27a16b");
        insta::assert_snapshot!(UpdateId::of_package(product, "openssl", "3.0.17-1~deb12u2"), @"cb9d41f8-883a-506d-afcc-8534f6951924");
    }
}
