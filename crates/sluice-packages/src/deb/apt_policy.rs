//! What `apt-cache policy` (without arguments, in the C locale) says: the package files a device
//! subscribes to with their priorities, and pinned packages.
//!
//! The layout has been the same from apt 1.x to 3.x; unknown lines are passed over in case it
//! changes.

/// The most package files and pinned packages taken; a device has some ten of each.
pub const MAX_ITEMS: usize = 10_000;

/// The priorities a device gives to what its sources offer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AptPolicy {
    /// One for each index the device has fetched, and one for its own package database.
    pub files: Vec<PackageFile>,
    /// Packages with a priority of their own.
    pub pinned: Vec<PinnedPackage>,
}

/// An index a device has fetched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageFile {
    /// The priority of its versions: 500 by default, 100 for what is installed only, up to 1000
    /// and more for pinned, below 0 for never.
    pub priority: i32,
    /// The root of the repository, or the path of the device's own database.
    pub uri: String,
    /// The suite as the source spells it; empty for the device's own database.
    pub suite: String,
    /// The component as the source spells it.
    pub component: String,
    /// The architecture of the index.
    pub architecture: String,
    /// What its `Release` says.
    pub release: ReleaseFields,
    /// The host it came from; empty for a local one.
    pub origin_host: String,
}

impl PackageFile {
    /// Whether it is the device's own database, `/var/lib/dpkg/status`.
    #[must_use]
    pub fn is_installed_database(&self) -> bool {
        self.uri.ends_with("/dpkg/status") || self.release.archive == "now"
    }
}

/// The fields of a `Release` as apt shortens them; empty when it has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReleaseFields {
    /// `v`: the version of the distribution.
    pub version: String,
    /// `o`: the origin.
    pub origin: String,
    /// `a`: the archive, which is the `Suite`.
    pub archive: String,
    /// `n`: the codename.
    pub codename: String,
    /// `l`: the label.
    pub label: String,
    /// `c`: the component.
    pub component: String,
    /// `b`: the architecture.
    pub architecture: String,
}

/// A package with a priority of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedPackage {
    /// Its name, with its architecture behind a colon when that is not the native one.
    pub name: String,
    /// The version the priority is for.
    pub version: String,
    /// The priority.
    pub priority: i32,
}

/// Reads the output of `apt-cache policy`.
#[must_use]
pub fn parse_policy(text: &str) -> AptPolicy {
    let mut policy = AptPolicy::default();
    let mut in_pinned = false;
    for line in text.lines() {
        if !line.starts_with([' ', '\t']) {
            in_pinned = line.starts_with("Pinned packages");
        } else if in_pinned {
            if policy.pinned.len() < MAX_ITEMS {
                policy.pinned.extend(pinned(line.trim()));
            }
        } else if let Some(fields) = line.trim().strip_prefix("release ") {
            if let Some(file) = policy.files.last_mut() {
                file.release = release_fields(fields);
            }
        } else if let Some(host) = line.trim().strip_prefix("origin ") {
            if let Some(file) = policy.files.last_mut() {
                host.trim().clone_into(&mut file.origin_host);
            }
        } else if let Some(file) = package_file(line.trim())
            && policy.files.len() < MAX_ITEMS
        {
            policy.files.push(file);
        }
    }
    policy
}

/// `500 http://mirror.example/debian bookworm/main amd64 Packages`, or `100 /var/lib/dpkg/status`.
fn package_file(line: &str) -> Option<PackageFile> {
    let mut words = line.split_ascii_whitespace();
    let priority = words.next()?.parse().ok()?;
    let uri = words.next()?.to_owned();
    let (suite, component) = words.next().map_or(("", ""), |place| place.rsplit_once('/').unwrap_or((place, "")));
    Some(PackageFile {
        priority,
        uri,
        suite: suite.to_owned(),
        component: component.to_owned(),
        architecture: words.next().unwrap_or_default().to_owned(),
        ..PackageFile::default()
    })
}

/// `v=12,o=Debian,a=oldstable,…`. Values may contain commas: what has no known key goes on.
fn release_fields(text: &str) -> ReleaseFields {
    let mut fields = ReleaseFields::default();
    let mut key = "";
    for part in text.split(',') {
        let (new_key, value) = part.split_once('=').filter(|(k, _)| k.len() == 1).unwrap_or(("", part));
        let continues = new_key.is_empty();
        if !continues {
            key = new_key;
        }
        let slot = match key {
            "v" => &mut fields.version,
            "o" => &mut fields.origin,
            "a" => &mut fields.archive,
            "n" => &mut fields.codename,
            "l" => &mut fields.label,
            "c" => &mut fields.component,
            "b" => &mut fields.architecture,
            _ => continue,
        };
        if continues {
            slot.push(',');
        }
        slot.push_str(value);
    }
    fields
}

/// `linux-image-amd64 -> 6.1.140-1 with priority 990`.
fn pinned(line: &str) -> Option<PinnedPackage> {
    let (name, rest) = line.split_once(" -> ")?;
    let (version, priority) = rest.split_once(" with priority ")?;
    Some(PinnedPackage {
        name: name.trim().to_owned(),
        version: version.trim().to_owned(),
        priority: priority.trim().parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Package files:\n 100 /var/lib/dpkg/status\n     release a=now\n \
        500 http://mirror.example/debian-security bookworm-security/main amd64 Packages\n     \
        release v=12,o=Debian, Inc.,a=oldstable-security,n=bookworm-security,l=Debian-Security,c=main,b=amd64\n     \
        origin mirror.example\n -1 https://h/x stable/updates/main all Packages\n     origin h\n\
        Pinned packages:\n     bash -> 5.2.15-2+b8 with priority 990\n     libc6:i386 -> 2.36-9 with priority -10\n     x -> (not found)\n";

    #[test]
    fn files_and_pins() {
        let policy = parse_policy(TEXT);
        let files: Vec<_> = policy
            .files
            .iter()
            .map(|f| {
                format!(
                    "{} {} [{}] [{}] [{}] host {}",
                    f.priority, f.uri, f.suite, f.component, f.architecture, f.origin_host
                )
            })
            .collect();
        insta::assert_snapshot!(files.join("\n"), @r"
        100 /var/lib/dpkg/status [] [] [] host 
        500 http://mirror.example/debian-security [bookworm-security] [main] [amd64] host mirror.example
        -1 https://h/x [stable/updates] [main] [all] host h
        ");
        assert!(policy.files[0].is_installed_database() && !policy.files[1].is_installed_database());
        insta::assert_debug_snapshot!(policy.files[1].release, @r#"
        ReleaseFields {
            version: "12",
            origin: "Debian, Inc.",
            archive: "oldstable-security",
            codename: "bookworm-security",
            label: "Debian-Security",
            component: "main",
            architecture: "amd64",
        }
        "#);
        assert_eq!(policy.files[2].release, ReleaseFields::default());
        let pins: Vec<_> = policy.pinned.iter().map(|p| format!("{} {} {}", p.name, p.version, p.priority)).collect();
        assert_eq!(pins, ["bash 5.2.15-2+b8 990", "libc6:i386 2.36-9 -10"]);
    }

    #[test]
    fn odd_text_is_survived() {
        for text in ["", "Package files:\n release\n 500\n origin\n", " release v=1\n", "Pinned packages:\n  -> with\n"]
        {
            assert!(parse_policy(text).pinned.is_empty(), "{text}");
        }
    }
}
