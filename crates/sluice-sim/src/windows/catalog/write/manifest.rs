//! Package manifests: identity, package, and one update after the other with the components it brings, until the
//! wanted size is reached. The words, versions and hashes repeat as much as real ones do, for compression.

use std::io;

use super::super::plan::{Manifest, TOKEN};
use crate::random::Random;

/// Bytes that are collected before they are written.
const CHUNK: usize = 256 * 1024;

const AREAS: [&str; 32] = [
    "Shell",
    "Security-SPP",
    "NetworkBridge",
    "Kernel",
    "DirectX",
    "Authentication",
    "BitLocker",
    "Bluetooth",
    "Client-Features",
    "Cortana",
    "CoreMessaging",
    "Deployment",
    "DeviceGuard",
    "Disk",
    "EventLog",
    "Fonts",
    "Graphics",
    "HyperV",
    "IE",
    "InputDevices",
    "LSA",
    "MediaFoundation",
    "NTFS",
    "OneCore",
    "PowerShell",
    "Printing",
    "RemoteFX",
    "Search",
    "Servicing",
    "TCPIP",
    "UserExperience",
    "WinRE",
];
const THINGS: [&str; 32] = [
    "Setup",
    "Core",
    "Service",
    "Provider",
    "Client",
    "Driver",
    "Extension",
    "Host",
    "Package",
    "Resources",
    "Policy",
    "Runtime",
    "Tools",
    "Adm",
    "Broker",
    "Cache",
    "Config",
    "Engine",
    "Handler",
    "Library",
    "Manager",
    "Monitor",
    "Optional",
    "Platform",
    "Proxy",
    "Registry",
    "Scheduler",
    "Session",
    "Shared",
    "Storage",
    "Telemetry",
    "UI",
];

/// Adds a manifest to what is there, writing out what fills a chunk.
pub(super) fn write(package: &Manifest, text: &mut String, out: &mut impl io::Write) -> io::Result<()> {
    let Manifest { name, version, architecture, kb, release_type, build, .. } = package;
    let mut random = Random::new(package.seed, 0);
    let mut written = 0;
    let before = text.len();
    let own = |name: &str, version: &str| {
        format!(
            "<assemblyIdentity name=\"{name}\" version=\"{version}\" processorArchitecture=\"{architecture}\" language=\"neutral\" publicKeyToken=\"{TOKEN}\" />"
        )
    };
    text.push_str(&format!(
        "<assembly xmlns=\"urn:schemas-microsoft-com:asm.v3\" manifestVersion=\"1.0\" description=\"Fix for KB{kb}\" displayName=\"default\" company=\"Microsoft Corporation\" copyright=\"Microsoft Corporation\" supportInformation=\"https://support.microsoft.com/help/{kb}\" creationTimeStamp=\"2026-09-01T21:17:29Z\" lastUpdateTimeStamp=\"2026-09-01T21:17:29Z\">{}<package identifier=\"KB{kb}\" applicabilityEvaluation=\"deep\" releaseType=\"{release_type}\" restart=\"possible\">",
        own(name, version)
    ));
    let parent = own("Microsoft-Windows-CoreEdition", &format!("10.0.{build}.1"));
    text.extend(["<parent buildCompare=\"EQ\" integrate=\"separate\" disposition=\"detect\">", &parent, "</parent>"]);
    const DETECT: &str = "_neutral_PACKAGE\"><applicable disposition=\"staged\"><detectUpdate><parent buildCompare=\"GE\" integrate=\"visible\" disposition=\"detect\"><assemblyIdentity name=\"Microsoft-Windows-";
    const END: &str = "</package></assembly>";
    // All but the numbers and names of an update is the same in all of them.
    let update = format!("<update name=\"{kb}-");

    let versions = format!("\" version=\"10.0.{build}.");
    let architecture = format!(
        "\" processorArchitecture=\"{architecture}\" language=\"neutral\" publicKeyToken=\"{TOKEN}\" versionScope=\"nonSxS\" />"
    );
    let mut number = 0_u32;
    let size = usize::try_from(package.bytes).unwrap_or(usize::MAX);
    while written + text.len() - before + END.len() < size {
        number += 1;
        text.push_str(&update);
        push_number(text, number);
        text.push_str(DETECT);
        push_component(text, &mut random);
        text.push_str(&versions);
        push_number(text, 1 + small(random.below(3000)));
        text.push_str(&architecture);
        text.push_str("</parent></detectUpdate></applicable>");
        for _ in 0..=random.below(3) {
            text.push_str("<component><assemblyIdentity name=\"");
            match random.below(3) {
                0 => push_hash(text, &mut random),
                _ => {
                    text.push_str("Microsoft-Windows-");
                    push_component(text, &mut random);
                }
            }
            text.push_str(&versions);
            push_number(text, 1 + small(random.below(3000)));
            text.push_str(&architecture);
            text.push_str("</component>");
        }
        text.push_str("</update>");
        if text.len() > CHUNK {
            out.write_all(text.as_bytes())?;
            written += text.len();
            text.clear();
        }
    }
    text.push_str(END);
    Ok(())
}

fn push_component(text: &mut String, random: &mut Random) {
    let area = AREAS.get(random.below(AREAS.len())).copied().unwrap_or_default();
    let thing = THINGS.get(random.below(THINGS.len())).copied().unwrap_or_default();
    text.extend([area, "-", thing]);
    if random.below(4) == 0 {
        text.push_str(".Resources");
    }
}

fn push_hash(text: &mut String, random: &mut Random) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for _ in 0..2 {
        let mut bits = random.next();
        for _ in 0..16 {
            text.push(char::from(HEX.get((bits & 15) as usize).copied().unwrap_or(b'0')));
            bits >>= 4;
        }
    }
}

fn push_number(text: &mut String, number: u32) {
    let mut divisor = 1;
    while number / divisor >= 10 {
        divisor *= 10;
    }
    while divisor > 0 {
        let digit = u8::try_from(number / divisor % 10).unwrap_or(0);
        text.push(char::from(b'0' + digit));
        divisor /= 10;
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
