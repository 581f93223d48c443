//! Updates.

use super::*;

pub fn updates_page() -> updates::Updates {
    let t = &T.updates;
    let none = || String::new();
    let head = |label: crate::console::text::Words, sorted, class| {
        SortHead::new(label, T.common.sorted_by.with(label), "/updates?sort=title".into(), sorted, class)
    };
    updates::Updates {
        shell: shell("Updates", Here::Updates),
        t,
        filter: updates::Filter {
            text: Input::text("text", T.common.search, "\"><b>").kind("search"),
            classification: Select::new("classification", t.classification, choices(&["Any", "Security Updates"])),
            product: Select::new("product", t.product, choices(&["Any", HOSTILE])),
            state: Select::new("state", t.state, choices(&["Any", "Required"])),
            collection: Select::new("collection", t.collection, choices(&["All devices", "Ring 1"])),
            kept: vec![("sort", "required".into())],
            active: true,
            narrowed: true,
        },
        heads: vec![
            head(t.update, None, ""),
            head(t.classification, None, "wide"),
            head(t.required, Some(Direction::Descending), "num"),
            head(t.installed, None, "num wide"),
            SortHead::plain(t.compliance, "bar-col"),
            head(t.released, None, "wide"),
        ],
        lines: lines(),
        empty: Empty::new(t.empty, none()),
        groups: choices(&["New group…", HOSTILE]),
        foot: foot(),
    }
}

pub fn update_page() -> update::Update {
    let t = &T.updates;
    let tab = |label: crate::console::text::Words, number: u64, current| update::StateTab {
        href: "?state=required#devices".into(),
        label: label.to_string(),
        number: grouped(number),
        current,
    };
    update::Update {
        shell: shell("openssl 3.5.7-1~deb13u2", Here::Updates),
        t,
        id: "cb9d41f8-883a-506d-afcc-8534f6951924".into(),
        title: "openssl 3.5.7-1~deb13u2".into(),
        classification: Chip::label(Tone::Bad, "Security Updates"),
        marks: vec![Chip::new(Tone::Quiet, T.states.superseded)],
        product: "Debian 13 (trixie) main".into(),
        notice: Some(Notice::new(Tone::Warn, t.superseded_warning).fix(t.superseded_fix)),
        deployable: true,
        bar: Stacked::new("412 required", &[(Tone::Warn, 412), (Tone::Good, 868), (Tone::Quiet, 13)]),
        failed: Some(t.failed.count(3)),
        states: vec![
            tab(T.states.required, 412, true),
            tab(T.states.installed, 868, false),
            tab(T.states.not_required, 0, false),
            tab(T.states.unknown, 13, false),
        ],
        devices: vec![
            update::DeviceLine {
                device: Link::new("/devices/a", HOSTILE),
                why: vec![
                    "libssl3t64 3.5.6-1~deb13u1 (amd64) is installed; 3.5.7-1~deb13u2 is the candidate, offered by trixie-security main at priority 500.".into(),
                    "openssl 3.5.6-1~deb13u1 is installed; the candidate is 3.5.7-1~deb13u2.".into(),
                ],
                enforcement: Some(enforcement(true)),
            },
            update::DeviceLine {
                device: Link::new("/devices/b", "db-01.example.org"),
                why: vec!["libssl3t64 3.5.6-1~deb13u1 is installed; 3.5.7-1~deb13u2 is the candidate.".into()],
                enforcement: None,
            },
        ],
        devices_pager: Pager::new(&T.common, 2, Some(412), None, Some("?cursor=x".into())),
        facts: update::Facts {
            released: Some(when(-60 * 30)),
            products: vec!["Debian 13 (trixie) main".into()],
            source: Some("openssl 3.5.7-1~deb13u2".into()),
            revision: "2".into(),
            advisories: vec!["CVE-2026-1234".into(), "DSA-6001-1".into()],
            info_url: Some("https://security-tracker.debian.org/tracker/source-package/openssl".into()),
            description: "Secure Sockets Layer toolkit & cryptographic utility <i>".into(),
        },
        packages: vec![
            update::PackageLine {
                name: "libssl3t64".into(),
                version: "3.5.7-1~deb13u2".into(),
                architecture: "amd64".into(),
                size: size(2_440_000),
                digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
                phased: None,
            },
            update::PackageLine {
                name: "openssl".into(),
                version: "3.5.7-1~deb13u2".into(),
                architecture: "amd64".into(),
                size: size(1_490_123),
                digest: "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752".into(),
                phased: Some(t.phased.with(20)),
            },
        ],
        offered: vec![update::IndexLine {
            uri: "http://mirror.example/debian-security".into(),
            suite: "trixie-security".into(),
            component: "main".into(),
            architecture: "amd64".into(),
        }],
        windows: None,
        supersedes: lines(),
        superseded_by: vec![],
        deployments: vec![update::DeploymentLine {
            deployment: Link::new("/deployments/x", HOSTILE),
            phase: Chip::new(Tone::Busy, T.states.enforced),
            collection: "Ring 1".into(),
        }],
        licences: vec![],
        licences_wait: false,
        declined: None,
        reason: Input::text("reason", t.decline_reason, ""),
        same: same(),
    }
}

pub fn windows_update_page() -> update::Update {
    let t = &T.updates;
    update::Update {
        title: HOSTILE.into(),
        product: "Windows 11".into(),
        notice: None,
        packages: vec![],
        offered: vec![],
        facts: update::Facts { source: None, ..update_page().facts },
        windows: Some(update::Windows {
            articles: vec!["KB5126052".into()],
            severity: Some(T.states.severity_critical.to_string()),
            driver: false,
            members: Some(t.member_count.count(3)),
            download: Some(size(8_873_450_114)),
            uninstallable: true,
            files: vec![
                update::FileLine {
                    name: "Windows11.0-KB5126052-x64.cab".into(),
                    size: size(96_660_271),
                    sha1: "da39a3ee5e6b4b0d3255bfef95601890afd80709".into(),
                    sha256: Some("60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752".into()),
                },
                update::FileLine { name: HOSTILE.into(), size: size(1), sha1: "00".into(), sha256: None },
            ],
            more: Some(t.files_more.with("1,204")),
        }),
        licences: vec![
            update::LicenceLine { id: "0a52a7fe-7f2d-4d2f-a4d5-b5b4c9a3c6b1".into(), accepted: None },
            update::LicenceLine {
                id: "7f9a4f55-5f66-4c2b-9c0d-3a0d2c5b8a10".into(),
                accepted: Some((HOSTILE.into(), when(-60))),
            },
        ],
        licences_wait: true,
        ..update_page()
    }
}
