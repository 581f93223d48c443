//! From `/etc/apt` to sources.

use jiff::SignedDuration;
use sluice_model::Schedule;
use sluice_packages::deb::apt_conf::AptConf;
use sluice_packages::deb::sources::{ByHash, SourceEntry, parse_file};

use super::{AptKeyring, AptSource, SourceConfig, SourceSpec};

/// How often a new source is synchronized: as often as Debian's security archive is updated.
const EVERY: SignedDuration = SignedDuration::from_hours(6);
/// Most files looked at.
const MAX_FILES: usize = 200;

/// What was found.
pub(super) struct Found {
    pub(super) specs: Vec<AptSpec>,
    pub(super) problems: Vec<String>,
}

/// A suite that was found, and a name for it.
pub(super) struct AptSpec {
    pub(super) name: String,
    pub(super) config: AptSource,
}

impl AptSpec {
    /// The source to define.
    pub(super) fn source(self) -> SourceSpec {
        let config = SourceConfig::Apt(self.config);
        SourceSpec { name: self.name, config, schedule: Schedule::Every(EVERY), enabled: true }
    }
}

pub(super) fn specs(files: &[(String, String)], apt_config_dump: &str, architecture: &str) -> Found {
    let conf = AptConf::parse(apt_config_dump);
    let mut found = Found { specs: Vec::new(), problems: Vec::new() };
    if files.len() > MAX_FILES {
        found.problems.push(format!("only the first {MAX_FILES} of {} files were looked at", files.len()));
    }
    for (name, text) in files.iter().take(MAX_FILES) {
        let parsed = parse_file(name, text.as_bytes());
        found.problems.extend(parsed.problems.iter().map(|problem| format!("{name}: {problem}")));
        for entry in parsed.entries.iter().filter(|e| e.enabled) {
            match spec(entry, &conf, architecture) {
                Ok(spec) => {
                    if let Err(problem) = merge(&mut found.specs, spec) {
                        found.problems.push(format!("{name}, line {}: {problem}", entry.line));
                    }
                }
                Err(problem) => found.problems.push(format!("{name}, line {}: {problem}", entry.line)),
            }
        }
    }
    found
}

/// One suite named in several entries is one source with all their components and architectures.
fn merge(specs: &mut Vec<AptSpec>, new: AptSpec) -> Result<(), String> {
    let same = |s: &&mut AptSpec| s.config.uri == new.config.uri && s.config.suite == new.config.suite;
    let Some(AptSpec { config: old, .. }) = specs.iter_mut().find(same) else {
        specs.push(new);
        return Ok(());
    };
    // apt refuses this too: who may sign must not depend on the order of entries.
    if (&old.keyring, &old.fingerprints) != (&new.config.keyring, &new.config.fingerprints) {
        return Err(format!("{} {} is named before with other keys", old.uri, old.suite));
    }
    join(&mut old.components, new.config.components);
    join(&mut old.architectures, new.config.architectures);
    Ok(())
}

fn join(list: &mut Vec<String>, more: Vec<String>) {
    for item in more {
        if !list.contains(&item) {
            list.push(item);
        }
    }
}

fn spec(entry: &SourceEntry, conf: &AptConf, architecture: &str) -> Result<AptSpec, String> {
    let uri = entry.uri.trim_end_matches('/').to_owned();
    let (scheme, rest) = uri.split_once("://").unwrap_or_default();
    if !matches!(scheme, "http" | "https") {
        return Err(format!("{} is not fetched over http or https", entry.safe_uri()));
    }
    let host = rest.split('/').next().unwrap_or_default();
    let mut devices = conf.architectures();
    if devices.is_empty() {
        devices.push(architecture);
    }
    let keyring = match (&entry.signed_by.embedded, entry.signed_by.keyrings.as_slice()) {
        (Some(block), _) => AptKeyring::Inline(block.clone()),
        (None, []) => AptKeyring::Files(default_keyrings(conf)),
        (None, files) => AptKeyring::Files(files.to_vec()),
    };
    let config = AptSource {
        suite: entry.suite.trim_end_matches('/').to_owned(),
        components: entry.components.clone(),
        architectures: entry.architectures.resolve(&devices).into_iter().map(str::to_owned).collect(),
        keyring,
        fingerprints: entry.signed_by.keys.iter().map(ToString::to_string).collect(),
        check_valid_until: entry.check_valid_until.unwrap_or_else(|| conf.check_valid_until()),
        check_date: entry.check_date.unwrap_or_else(|| conf.check_date()),
        by_hash: entry.by_hash != Some(ByHash::No),
        proxy: conf.proxy(scheme, host).map(str::to_owned),
        uri: uri.clone(),
    };
    let name = format!("{host} {}", config.suite);
    Ok(AptSpec { name, config })
}

/// Where apt looks for keys of entries that name none: the trusted parts, which the caller lists
/// in the dump as `Sluice::Trusted-Keyrings`.
fn default_keyrings(conf: &AptConf) -> Vec<String> {
    conf.list("Sluice::Trusted-Keyrings").map(str::to_owned).collect()
}

/// The name, or the name with a number that nobody has.
pub(crate) fn free_name(name: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(name) {
        return name.to_owned();
    }
    (2u32..).map(|n| format!("{name} ({n})")).find(|name| !taken(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Found {
        specs(&[("sources.list".into(), text.into())], "", "amd64")
    }

    #[test]
    fn entries_of_one_suite_are_one_source() {
        let found = found(
            "deb [arch=amd64 signed-by=/k.gpg] http://x/debian stable main\n\
             deb [arch=arm64 signed-by=/k.gpg] http://x/debian/ stable/ contrib\n\
             deb [signed-by=/other.gpg] http://x/debian stable non-free\n",
        );
        let [source] = &found.specs[..] else { panic!("{} sources", found.specs.len()) };
        assert_eq!(source.name, "x stable");
        assert_eq!(source.config.components, ["main", "contrib"]);
        assert_eq!(source.config.architectures, ["amd64", "arm64"]);
        assert_eq!(found.problems, ["sources.list, line 3: http://x/debian stable is named before with other keys"]);
    }

    #[test]
    fn taken_names_get_a_number() {
        let taken = ["x", "x (2)"];
        assert_eq!(free_name("x", |name| taken.contains(&name)), "x (3)");
        assert_eq!(free_name("y", |name| taken.contains(&name)), "y");
    }
}
