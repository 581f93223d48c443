//! The `Packages` index: one stanza for each binary package of a component and an architecture.

use std::borrow::Cow;
use std::io::Read;
use std::ops::ControlFlow;

use super::deb822::{Field, Stanza, StanzaReader, Value};
use super::item::{ItemError, ItemProblem, is_package_name, item_error, source_of};
use super::version;
use crate::digest::Digest;

/// A binary package as an index lists it, borrowed from the stanza.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinaryPackage<'a> {
    /// Its name.
    pub package: &'a str,
    /// Its version, valid.
    pub version: &'a str,
    /// `amd64`, …, or `all`.
    pub architecture: &'a str,
    /// The source package it is built from.
    pub source: &'a str,
    /// The version of the source package; differs from `version` after a rebuild (`+b1`).
    pub source_version: &'a str,
    /// Path of the `.deb`, relative to the root of the repository; safe to join to it.
    pub filename: &'a str,
    /// Size of the `.deb`, in bytes.
    pub size: u64,
    /// Space it takes when installed, in KiB as published. Missing in some repositories.
    pub installed_size: Option<u64>,
    /// Digest of the `.deb`: SHA-256 where published, else SHA-512.
    pub digest: Digest,
    /// The first line of the description.
    pub description: &'a str,
    /// Such as `admin` or `contrib/net`.
    pub section: Option<&'a str>,
    /// Such as `optional` or `required`.
    pub priority: Option<&'a str>,
    /// Whether dpkg refuses to remove it.
    pub essential: bool,
    /// The part of devices that should take it by now, 0 to 100 (Ubuntu). `None` means all.
    pub phased_update_percentage: Option<u8>,
    /// Where people find more.
    pub homepage: Option<Cow<'a, str>>,
    /// `same`, `foreign` or `allowed`.
    pub multi_arch: Option<&'a str>,
}

/// The fields in use, filled in one pass over the stanza: looking each up would read every name
/// a dozen times, for each of 60 000 packages.
#[derive(Default)]
struct Fields<'a> {
    package: Option<Value<'a>>,
    version: Option<Value<'a>>,
    architecture: Option<Value<'a>>,
    source: Option<Value<'a>>,
    filename: Option<Value<'a>>,
    size: Option<Value<'a>>,
    installed_size: Option<Value<'a>>,
    sha256: Option<Value<'a>>,
    sha512: Option<Value<'a>>,
    description: Option<Value<'a>>,
    section: Option<Value<'a>>,
    priority: Option<Value<'a>>,
    essential: Option<Value<'a>>,
    phased: Option<Value<'a>>,
    homepage: Option<Value<'a>>,
    multi_arch: Option<Value<'a>>,
}

impl<'a> Fields<'a> {
    fn slot(&mut self, field: &Field<'a>) -> Option<(&mut Option<Value<'a>>, &'static str)> {
        // By length first, so that most fields cost one comparison at most.
        let found = match field.name().len() {
            4 if field.is("Size") => (&mut self.size, "Size"),
            6 if field.is("Source") => (&mut self.source, "Source"),
            6 if field.is("SHA256") => (&mut self.sha256, "SHA256"),
            6 if field.is("SHA512") => (&mut self.sha512, "SHA512"),
            7 if field.is("Package") => (&mut self.package, "Package"),
            7 if field.is("Version") => (&mut self.version, "Version"),
            7 if field.is("Section") => (&mut self.section, "Section"),
            8 if field.is("Filename") => (&mut self.filename, "Filename"),
            8 if field.is("Priority") => (&mut self.priority, "Priority"),
            8 if field.is("Homepage") => (&mut self.homepage, "Homepage"),
            9 if field.is("Essential") => (&mut self.essential, "Essential"),
            10 if field.is("Multi-Arch") => (&mut self.multi_arch, "Multi-Arch"),
            11 if field.is("Description") => (&mut self.description, "Description"),
            12 if field.is("Architecture") => (&mut self.architecture, "Architecture"),
            14 if field.is("Installed-Size") => (&mut self.installed_size, "Installed-Size"),
            24 if field.is("Phased-Update-Percentage") => (&mut self.phased, "Phased-Update-Percentage"),
            _ => return None,
        };
        Some(found)
    }
}

fn line<'a>(value: Option<Value<'a>>, name: &'static str) -> Result<Option<&'a str>, ItemProblem> {
    value.map(|v| v.first_line().ok_or(ItemProblem::Invalid(name))).transpose()
}

fn needed<'a>(value: Option<Value<'a>>, name: &'static str) -> Result<&'a str, ItemProblem> {
    line(value, name)?.filter(|text| !text.is_empty()).ok_or(ItemProblem::Missing(name))
}

fn number<T: std::str::FromStr>(text: Option<&str>, name: &'static str) -> Result<Option<T>, ItemProblem> {
    text.map(|t| t.parse().map_err(|_| ItemProblem::Invalid(name))).transpose()
}

impl<'a> BinaryPackage<'a> {
    /// Reads one stanza of a `Packages` file.
    ///
    /// # Errors
    /// [`ItemError`] names the package, the line and the field that is wrong.
    pub fn from_stanza(stanza: &Stanza<'a>) -> Result<Self, ItemError> {
        let mut fields = Fields::default();
        let mut repeated = None;
        for field in stanza.fields() {
            if let Some((slot, name)) = fields.slot(field)
                && slot.replace(field.value()).is_some()
            {
                repeated = Some(ItemProblem::Repeated(name));
            }
        }
        let name = fields.package.and_then(Value::first_line);
        match repeated {
            Some(problem) => Err(problem),
            None => Self::from_fields(&fields),
        }
        .map_err(|problem| item_error(name, stanza.line(), problem))
    }

    fn from_fields(fields: &Fields<'a>) -> Result<Self, ItemProblem> {
        let package = needed(fields.package, "Package")?;
        if !is_package_name(package) {
            return Err(ItemProblem::Invalid("Package"));
        }
        let version = needed(fields.version, "Version")?;
        version::validate(version).map_err(|e| ItemProblem::Version("Version", e))?;
        let (source, source_version) = source_of(line(fields.source, "Source")?, package, version)?;
        let filename = needed(fields.filename, "Filename")?;
        let filename = filename.strip_prefix("./").unwrap_or(filename);
        if !super::release::is_safe_path(filename) {
            return Err(ItemProblem::Invalid("Filename"));
        }
        let digest = match (line(fields.sha256, "SHA256")?, line(fields.sha512, "SHA512")?) {
            (Some(hex), _) => Digest::sha256_from_hex(hex).ok_or(ItemProblem::Invalid("SHA256"))?,
            (None, Some(hex)) => Digest::sha512_from_hex(hex).ok_or(ItemProblem::Invalid("SHA512"))?,
            (None, None) => return Err(ItemProblem::Missing("SHA256")),
        };
        let phased: Option<u8> = number(line(fields.phased, "Phased-Update-Percentage")?, "Phased-Update-Percentage")?;
        if phased.is_some_and(|percent| percent > 100) {
            return Err(ItemProblem::Invalid("Phased-Update-Percentage"));
        }
        Ok(Self {
            package,
            version,
            architecture: needed(fields.architecture, "Architecture")?,
            source,
            source_version,
            filename,
            size: number(Some(needed(fields.size, "Size")?), "Size")?.ok_or(ItemProblem::Missing("Size"))?,
            installed_size: number(line(fields.installed_size, "Installed-Size")?, "Installed-Size")?,
            digest,
            description: line(fields.description, "Description")?.unwrap_or_default(),
            section: line(fields.section, "Section")?,
            priority: line(fields.priority, "Priority")?,
            essential: line(fields.essential, "Essential")?.is_some_and(|t| t.eq_ignore_ascii_case("yes")),
            phased_update_percentage: phased,
            homepage: fields.homepage.map(Value::folded),
            multi_arch: line(fields.multi_arch, "Multi-Arch")?.filter(|t| !t.eq_ignore_ascii_case("no")),
        })
    }
}

/// Reads a `Packages` file from `reader` (not buffered, possibly a [`crate::decompress::Decompressor`]),
/// handing each package, or what is wrong with it, to `each` until that says to stop.
///
/// The memory taken is one stanza and one read, however large the file.
///
/// # Errors
/// When the reader fails; what is wrong with a single package goes to `each`.
pub fn parse_packages<R: Read>(
    reader: R,
    mut each: impl FnMut(Result<BinaryPackage<'_>, ItemError>) -> ControlFlow<()>,
) -> Result<(), ItemError> {
    let mut stanzas = StanzaReader::new(reader);
    loop {
        let item = match stanzas.next() {
            Ok(None) => return Ok(()),
            Ok(Some(stanza)) => BinaryPackage::from_stanza(&stanza),
            Err(error) if error.is_fatal() => return Err(error.into()),
            Err(error) => Err(error.into()),
        };
        if each(item).is_break() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKAGE: &str = "Package: bash\nVersion: 5.2.15-2+b13\nInstalled-Size: 7168\nSource: bash (5.2.15-2)\n\
        Architecture: amd64\nMulti-Arch: foreign\nEssential: yes\nDescription: GNU Bourne Again SHell\n more\n\
        Homepage: http://tiswww.case.edu/php/chet/bash/bashtop.html\nSection: shells\nPriority: required\n\
        Filename: pool/main/b/bash/bash_5.2.15-2+b13_amd64.deb\nSize: 1496824\nPhased-Update-Percentage: 30\n\
        SHA256: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n";

    fn all(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        parse_packages(text.as_bytes(), |item| {
            out.push(match item {
                Ok(p) => format!("{} {}", p.package, p.version),
                Err(e) => format!("{e}: {}", e.problem),
            });
            ControlFlow::Continue(())
        })
        .unwrap();
        out
    }

    #[test]
    fn reads_every_field() {
        let stanza = Stanza::parse(PACKAGE.as_bytes()).unwrap();
        insta::assert_debug_snapshot!(BinaryPackage::from_stanza(&stanza).unwrap(), @r#"
        BinaryPackage {
            package: "bash",
            version: "5.2.15-2+b13",
            architecture: "amd64",
            source: "bash",
            source_version: "5.2.15-2",
            filename: "pool/main/b/bash/bash_5.2.15-2+b13_amd64.deb",
            size: 1496824,
            installed_size: Some(
                7168,
            ),
            digest: SHA256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad,
            description: "GNU Bourne Again SHell",
            section: Some(
                "shells",
            ),
            priority: Some(
                "required",
            ),
            essential: true,
            phased_update_percentage: Some(
                30,
            ),
            homepage: Some(
                "http://tiswww.case.edu/php/chet/bash/bashtop.html",
            ),
            multi_arch: Some(
                "foreign",
            ),
        }
        "#);
    }

    #[test]
    fn bad_entries_are_reported_and_skipped() {
        let without = |from: &str, to: &str| format!("{}\n", PACKAGE.replace(from, to));
        let text = [
            without("", ""),
            without("Version: 5.2.15-2+b13\n", ""),
            without("5.2.15-2+b13", "5.2_15"),
            without("Filename: pool", "Filename: ../pool"),
            without("SHA256: ba", "SHA256: "),
            without("SHA256", "MD5sum"),
            without("Size: 1496824\n", "Size: big\n"),
            without("Section: shells", "Version: 1"),
            without("Package: bash", "Package: /etc"),
            without("Percentage: 30", "Percentage: 101"),
            "no field\n\n".to_owned(),
            without("Package: bash", "Package: last"),
        ]
        .concat();
        insta::assert_snapshot!(all(&text).join("\n"), @r"
        bash 5.2.15-2+b13
        cannot use the package entry bash at line 18: the field Version is missing
        cannot use the package entry bash at line 34: the field Version is not a version
        cannot use the package entry bash at line 51: the field Filename has a value that cannot be read
        cannot use the package entry bash at line 68: the field SHA256 has a value that cannot be read
        cannot use the package entry bash at line 85: the field SHA256 is missing
        cannot use the package entry bash at line 102: the field Size has a value that cannot be read
        cannot use the package entry bash at line 119: the field Version occurs more than once
        cannot use the package entry /etc at line 136: the field Package has a value that cannot be read
        cannot use the package entry bash at line 153: the field Phased-Update-Percentage has a value that cannot be read
        cannot use the package entry without a name at line 170: line 170 is neither a field nor the continuation of one
        last 5.2.15-2+b13
        ");
    }

    #[test]
    fn stops_when_told_and_fails_when_the_reader_does() {
        let text = format!("{PACKAGE}\n{PACKAGE}");
        let mut seen = 0;
        parse_packages(text.as_bytes(), |_| {
            seen += 1;
            ControlFlow::Break(())
        })
        .unwrap();
        assert_eq!(seen, 1);
        let broken = text.as_bytes().chain(FailingReader);
        assert!(parse_packages(broken, |_| ControlFlow::Continue(())).unwrap_err().is_fatal());
    }

    struct FailingReader;
    impl Read for FailingReader {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the line is dead"))
        }
    }
}
