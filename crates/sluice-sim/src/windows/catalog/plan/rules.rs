//! XML of rules, with the prefixes that documents here declare.

use std::fmt::Write as _;

pub(super) const TRUE: &str = "<lar:True />";

pub(super) fn and(rules: &[String]) -> String {
    format!("<lar:And>{}</lar:And>", rules.concat())
}

pub(super) fn or(rules: &[String]) -> String {
    format!("<lar:Or>{}</lar:Or>", rules.concat())
}

pub(super) fn not(rule: &str) -> String {
    format!("<lar:Not>{rule}</lar:Not>")
}

/// The operating system from this build on, or exactly this; 1 workstation, 3 server.
pub(super) fn windows(comparison: &str, build: u32, product_type: u16) -> String {
    let build = if build > 0 { format!(" BuildNumber=\"{build}\"") } else { String::new() };
    format!(
        "<bar:WindowsVersion Comparison=\"{comparison}\" MajorVersion=\"10\" MinorVersion=\"0\"{build} ProductType=\"{product_type}\" />"
    )
}

pub(super) fn processor(architecture: u16) -> String {
    format!("<bar:Processor Architecture=\"{architecture}\" />")
}

fn registry(rule: &str, subkey: &str, rest: &str) -> String {
    format!("<bar:{rule} Key=\"HKEY_LOCAL_MACHINE\" Subkey=\"{subkey}\"{rest} />")
}

pub(super) fn key_exists(subkey: &str) -> String {
    registry("RegKeyExists", subkey, "")
}

pub(super) fn text(subkey: &str, value: &str, comparison: &str, data: &str) -> String {
    registry("RegSz", subkey, &format!(" Value=\"{value}\" Comparison=\"{comparison}\" Data=\"{data}\""))
}

pub(super) fn number(subkey: &str, value: &str, comparison: &str, data: u32) -> String {
    registry("RegDword", subkey, &format!(" Value=\"{value}\" Comparison=\"{comparison}\" Data=\"{data}\""))
}

pub(super) fn version(subkey: &str, value: &str, comparison: &str, data: &str) -> String {
    registry("RegSzToVersion", subkey, &format!(" Value=\"{value}\" Comparison=\"{comparison}\" Data=\"{data}\""))
}

/// A file below Program Files.
pub(super) fn program_file(path: &str, comparison: &str, version: &str) -> String {
    format!("<bar:FileVersion Csidl=\"38\" Path=\"{path}\" Comparison=\"{comparison}\" Version=\"{version}\" />")
}

pub(super) fn attribute(name: &str, kind: &str, comparison: &str, value: &str) -> String {
    format!("<dev:DeviceAttribute Name=\"{name}\" Type=\"{kind}\" Comparison=\"{comparison}\" Value=\"{value}\" />")
}

/// One of several values of an attribute.
pub(super) fn one_of(name: &str, values: &[&str]) -> String {
    let mut rule = String::from("<lar:Or>");
    for value in values {
        rule.push_str(&attribute(name, "String", "EqualTo", value));
    }
    rule.push_str("</lar:Or>");
    rule
}

/// An operating system of a build, whatever its revision.
pub(super) fn os_build(build: u32) -> [String; 2] {
    let at = |comparison, version: String| attribute("OSVersion", "Version", comparison, &version);
    [
        at("GreaterThanOrEqualTo", format!("10.0.{build}.1")),
        at("LessThan", format!("10.0.{}.0", build.saturating_add(1))),
    ]
}

/// Text as an attribute value has it.
pub(in crate::windows::catalog) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '"' => escaped.push_str("&quot;"),
            c => {
                let _always_fits = escaped.write_char(c);
            }
        }
    }
    escaped
}
