//! Debian archives, made as their tools make them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use jiff::{SignedDuration, Timestamp};

use crate::signing::Signer;
use crate::upstream::Upstream;

/// Directory of the archive on the server.
pub const ROOT: &str = "debian";

/// SHA-256, hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes))
}

/// The present moment, to date archives by.
pub fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "the archive is dated against the site's own clock")]
    Timestamp::now()
}

/// One suite and what it offers.
#[derive(Clone)]
pub struct Suite {
    /// Directory below `dists`.
    pub path: String,
    /// Fields of the Release besides those below.
    pub fields: Vec<(&'static str, String)>,
    /// Components as the Release spells them.
    pub components: Vec<String>,
    pub architectures: Vec<String>,
    pub date: Timestamp,
    pub valid_until: Option<Timestamp>,
    pub by_hash: bool,
    /// Endings of the compressed indices: `xz`, `gz`.
    pub compressions: Vec<&'static str>,
    /// Text of each index by its directory: `main/binary-amd64`.
    pub indexes: BTreeMap<String, String>,
}

impl Suite {
    /// A suite of the vendor "Test" with the component `main` for amd64, dated an hour ago.
    pub fn new(path: &str) -> Self {
        let field = |name, value: &str| (name, value.to_owned());
        Self {
            path: path.to_owned(),
            fields: vec![
                field("Origin", "Test"),
                field("Label", "Test"),
                field("Suite", path),
                field("Codename", path),
                field("Version", "1.0"),
            ],
            components: vec!["main".into()],
            architectures: vec!["amd64".into()],
            date: now() - SignedDuration::from_hours(1),
            valid_until: None,
            by_hash: true,
            compressions: vec!["xz"],
            indexes: BTreeMap::new(),
        }
    }

    pub fn set(&mut self, field: &'static str, value: &str) -> &mut Self {
        self.fields.retain(|(name, _)| *name != field);
        self.fields.push((field, value.to_owned()));
        self
    }

    /// What an index offers, `package version` each.
    pub fn offer(&mut self, index: &str, packages: &[&str]) -> &mut Self {
        let architecture = index.rsplit_once("binary-").expect("a directory of an index").1;
        let stanza = |package: &&str| {
            let (name, version) = package.split_once(' ').expect("package and version");
            stanza(name, version, architecture)
        };
        self.indexes.insert(index.to_owned(), packages.iter().map(stanza).collect());
        self
    }

    /// A later state of the suite: a minute is enough.
    pub fn later(&mut self) -> &mut Self {
        self.date += SignedDuration::from_mins(1);
        self
    }

    /// Where a file of the suite is on the server.
    pub fn file(&self, name: &str) -> String {
        format!("{ROOT}/dists/{}/{name}", self.path)
    }

    /// Writes the indices and returns the text of the Release.
    pub fn write(&self, upstream: &Upstream) -> String {
        let mut files = Vec::new();
        for (directory, text) in &self.indexes {
            let path = format!("{directory}/Packages");
            for ending in &self.compressions {
                files.push((format!("{path}.{ending}"), compressed(text.as_bytes(), ending), true));
            }
            // Listed but not there, as in Debian's archives, unless it is the only one.
            files.push((path, text.clone().into_bytes(), self.compressions.is_empty()));
        }
        let mut release = String::new();
        for (name, value) in &self.fields {
            let _ = writeln!(release, "{name}: {value}");
        }
        let _ = writeln!(release, "Date: {}", rfc2822(self.date));
        if let Some(until) = self.valid_until {
            let _ = writeln!(release, "Valid-Until: {}", rfc2822(until));
        }
        if self.by_hash {
            release.push_str("Acquire-By-Hash: yes\n");
        }
        let _ = writeln!(release, "Architectures: {}", self.architectures.join(" "));
        let _ = writeln!(release, "Components: {}\nSHA256:", self.components.join(" "));
        for (path, bytes, served) in files {
            let digest = sha256(&bytes);
            let _ = writeln!(release, " {digest} {:>10} {path}", bytes.len());
            if !served {
                continue;
            }
            if self.by_hash {
                let directory = path.rsplit_once('/').expect("indices are in directories").0;
                upstream.put(&self.file(&format!("{directory}/by-hash/SHA256/{digest}")), bytes.clone());
            }
            upstream.put(&self.file(&path), bytes);
        }
        release
    }

    /// Publishes the suite with an InRelease.
    pub fn publish(&self, upstream: &Upstream, signer: &Signer, keys: &[&str]) {
        let release = self.write(upstream);
        upstream.put(&self.file("InRelease"), signer.clearsign(keys, &release));
    }

    /// Publishes the suite with a Release and its detached signature.
    pub fn publish_detached(&self, upstream: &Upstream, signer: &Signer, keys: &[&str]) {
        let release = self.write(upstream);
        upstream.put(&self.file("Release.gpg"), signer.detach(keys, &release));
        upstream.put(&self.file("Release"), release);
    }
}

/// A package of its own source, whose file is told by name and version.
pub fn stanza(name: &str, version: &str, architecture: &str) -> String {
    stanza_of(name, name, version, architecture, &format!("{name} {version} {architecture}"))
}

/// A package of a source, with the content of its file.
pub fn stanza_of(name: &str, source: &str, version: &str, architecture: &str, content: &str) -> String {
    let from = if source == name { String::new() } else { format!("Source: {source}\n") };
    let file = version.replace(':', "%3a").replace('%', "_");
    format!(
        "Package: {name}\n{from}Version: {version}\nArchitecture: {architecture}\n\
         Maintainer: Nobody <nobody@example.org>\nFilename: pool/main/{name}_{file}_{architecture}.deb\n\
         Size: {}\nSHA256: {}\nDescription: the package {name}\n\n",
        content.len(),
        sha256(content.as_bytes()),
    )
}

pub fn compressed(bytes: &[u8], ending: &str) -> Vec<u8> {
    let (program, arguments): (_, &[&str]) = match ending {
        "xz" => ("xz", &["-c", "-1", "-T1"]),
        "gz" => ("gzip", &["-c", "-n"]),
        other => panic!("{other} is not a compression of indices"),
    };
    pipe(program, arguments, bytes)
}

/// Runs a program with some input and returns its output.
pub fn pipe(program: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{program}: {error}"));
    let mut stdin = child.stdin.take().expect("piped");
    let output = std::thread::scope(|scope| {
        // In a thread of its own: the program may fill its output before it has read everything.
        scope.spawn(move || stdin.write_all(input).expect("it reads"));
        child.wait_with_output().expect("it ends")
    });
    assert!(output.status.success(), "{program} {arguments:?}: {}", output.status);
    output.stdout
}

fn rfc2822(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S UTC").to_string()
}
