//! The names people know Windows systems by (\[MS-WUSP\] appendix B, note 13; protocols.md §3.4).

use crate::device::OperatingSystem;
use crate::windows_device::WindowsComputer;

/// `OldProductType` of a system for a person at it; 2 and 3 are servers.
const WORKSTATION: i32 = 1;

/// First build of Windows 11.
const WINDOWS_11: i32 = 22000;

/// Releases of Windows 10 and 11 for workstations, by first build.
const RELEASES: [(i32, &str); 19] = [
    (10240, "1507"),
    (10586, "1511"),
    (14393, "1607"),
    (15063, "1703"),
    (16299, "1709"),
    (17134, "1803"),
    (17763, "1809"),
    (18362, "1903"),
    (18363, "1909"),
    (19041, "2004"),
    (19042, "20H2"),
    (19043, "21H1"),
    (19044, "21H2"),
    (19045, "22H2"),
    (22000, "21H2"),
    (22621, "22H2"),
    (22631, "23H2"),
    (26100, "24H2"),
    (26200, "25H2"),
];

/// Servers of version 10.0, by first build.
const SERVERS: [(i32, &str); 9] = [
    (14393, "2016"),
    (16299, "version 1709"),
    (17134, "version 1803"),
    (17763, "2019"),
    (18362, "version 1903"),
    (19041, "version 2004"),
    (20348, "2022"),
    (25398, "version 23H2"),
    (26100, "2025"),
];

/// Editions that are common, by SKU (`PRODUCT_*` of `winnt.h`).
const EDITIONS: [(i32, &str); 38] = [
    (1, "Ultimate"),
    (2, "Home Basic"),
    (3, "Home Premium"),
    (4, "Enterprise"),
    (6, "Business"),
    (7, "Standard"),
    (8, "Datacenter"),
    (10, "Enterprise"),
    (12, "Datacenter (core)"),
    (13, "Standard (core)"),
    (14, "Enterprise (core)"),
    (17, "Web"),
    (27, "Enterprise N"),
    (36, "Standard"),
    (37, "Datacenter"),
    (42, "Hyper-V Server"),
    (48, "Pro"),
    (49, "Pro N"),
    (50, "Essentials"),
    (72, "Enterprise Evaluation"),
    (79, "Standard Evaluation"),
    (80, "Datacenter Evaluation"),
    (98, "Home N"),
    (99, "Home China"),
    (100, "Home Single Language"),
    (101, "Home"),
    (121, "Education"),
    (122, "Education N"),
    (125, "Enterprise LTSC"),
    (126, "Enterprise N LTSC"),
    (161, "Pro for Workstations"),
    (162, "Pro N for Workstations"),
    (164, "Pro Education"),
    (175, "Enterprise multi-session"),
    (188, "IoT Enterprise"),
    (191, "IoT Enterprise LTSC"),
    (406, "Azure Stack HCI"),
    (407, "Datacenter: Azure Edition"),
];

/// The entry of the highest first build that is not above a build.
fn of_build(table: &[(i32, &'static str)], build: i32) -> Option<&'static str> {
    table.iter().rev().find(|(first, _)| *first <= build).map(|(_, name)| *name)
}

impl WindowsComputer {
    /// The edition's name: `Pro`; `None` for one that is not in the list.
    #[must_use]
    pub fn edition_name(&self) -> Option<&'static str> {
        EDITIONS.iter().find(|(sku, _)| *sku == self.edition).map(|(_, name)| *name)
    }

    /// The name people know the system by, from build, kind and edition, because what devices say
    /// themselves is wrong since Windows 11: `Windows 11 Pro 25H2`, `Windows Server 2022 Datacenter`.
    #[must_use]
    pub fn os_name(&self) -> String {
        let [major, minor, build] = self.os_version;
        let server = self.product_type != WORKSTATION;
        let (system, version, release) = match (major, minor, server) {
            (10, _, true) => ("Windows Server", of_build(&SERVERS, build), None),
            (10, _, false) if build >= WINDOWS_11 => ("Windows 11", None, of_build(&RELEASES, build)),
            (10, _, false) => ("Windows 10", None, of_build(&RELEASES, build)),
            (6, 3, false) => ("Windows 8.1", None, None),
            (6, 2, false) => ("Windows 8", None, None),
            (6, 1, false) => ("Windows 7", None, None),
            (6, 0, false) => ("Windows Vista", None, None),
            (6, 3, true) => ("Windows Server", Some("2012 R2"), None),
            (6, 2, true) => ("Windows Server", Some("2012"), None),
            (6, 1, true) => ("Windows Server", Some("2008 R2"), None),
            (6, 0, true) => ("Windows Server", Some("2008"), None),
            (5, 2, _) => ("Windows Server", Some("2003"), None),
            (5, 1, _) => ("Windows XP", None, None),
            // A system of the future knows its name and edition better than this table.
            _ if !self.os_description.is_empty() => return self.os_description.clone(),
            _ => ("Windows", None, None),
        };
        let mut parts: Vec<&str> = vec![system];
        parts.extend([version, self.edition_name(), release].into_iter().flatten());
        let name = parts.join(" ");
        match self.service_pack {
            [pack, _] if pack > 0 => format!("{name} Service Pack {pack}"),
            _ => name,
        }
    }

    /// The system in the words that both families share.
    #[must_use]
    pub fn operating_system(&self) -> OperatingSystem {
        let [major, minor, build] = self.os_version;
        OperatingSystem {
            id: "windows".to_owned(),
            version: format!("{major}.{minor}.{build}"),
            codename: String::new(),
            title: self.os_name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(os_version: [i32; 3], product_type: i32, edition: i32) -> String {
        let os_description = "Windows 10 Pro".into();
        WindowsComputer { os_version, product_type, edition, os_description, ..WindowsComputer::default() }.os_name()
    }

    #[test]
    fn systems_by_build_kind_and_edition() {
        let names = [
            name([10, 0, 26200], 1, 48),
            name([10, 0, 22000], 1, 101),
            name([10, 0, 21999], 1, 4),
            name([10, 0, 19045], 1, 125),
            name([10, 0, 26100], 3, 8),
            name([10, 0, 20348], 2, 7),
            name([10, 0, 17763], 3, 13),
            name([10, 0, 14393], 3, 9999),
            name([6, 3, 9600], 3, 7),
            name([6, 1, 7601], 1, 48),
            name([11, 0, 1], 1, 48),
        ];
        insta::assert_snapshot!(names.join("\n"), @r"
        Windows 11 Pro 25H2
        Windows 11 Home 21H2
        Windows 10 Enterprise 22H2
        Windows 10 Enterprise LTSC 22H2
        Windows Server 2025 Datacenter
        Windows Server 2022 Standard
        Windows Server 2019 Standard (core)
        Windows Server 2016
        Windows Server 2012 R2 Standard
        Windows 7 Pro
        Windows 10 Pro
        ");
        assert!(RELEASES.is_sorted() && SERVERS.is_sorted() && EDITIONS.is_sorted());
    }
}
