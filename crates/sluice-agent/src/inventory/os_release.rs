//! `os-release(5)`.

use sluice_wire::OperatingSystem;

use crate::host::{Host, read_small};

/// Which operating system this is; what the file does not say stays empty.
pub(crate) fn operating_system(host: &Host) -> OperatingSystem {
    let text = ["/etc/os-release", "/usr/lib/os-release"].iter().find_map(|path| read_small(&host.path(path)).ok());
    parse(&text.unwrap_or_default())
}

fn parse(text: &str) -> OperatingSystem {
    let mut os = OperatingSystem::default();
    for line in text.lines() {
        let Some((key, value)) = line.trim().split_once('=') else { continue };
        let slot = match key {
            "ID" => &mut os.id,
            "VERSION_ID" => &mut os.version,
            "VERSION_CODENAME" => &mut os.codename,
            "PRETTY_NAME" => &mut os.title,
            _ => continue,
        };
        *slot = unquote(value);
    }
    os
}

/// The value as a shell would take it: quotes around, backslashes before special characters.
fn unquote(value: &str) -> String {
    let inner = ['"', '\''].iter().find_map(|&q| value.strip_prefix(q)?.strip_suffix(q)).unwrap_or(value);
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        text.extend(if c == '\\' { characters.next() } else { Some(c) });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_escapes() {
        let os = parse("PRETTY_NAME=\"Debian \\\"12\\\" (bookworm)\"\nID=debian\nVERSION_ID='12'\n# x\nBAD\n");
        assert_eq!(os.title, "Debian \"12\" (bookworm)");
        assert_eq!((os.id.as_str(), os.version.as_str(), os.codename.as_str()), ("debian", "12", ""));
    }
}
