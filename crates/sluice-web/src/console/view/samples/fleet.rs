//! Devices.

use super::*;

pub fn device_line(name: &str, required: u64, condition: Vec<Chip>) -> devices::DeviceLine {
    devices::DeviceLine {
        device: Link::new("/devices/a", name),
        system: "Debian GNU/Linux 13 (trixie)".into(),
        required: grouped(required),
        security: required / 3,
        condition,
        contact: Some(when(-4)),
    }
}

pub fn device_lines() -> Vec<devices::DeviceLine> {
    let s = &T.states;
    vec![
        device_line(
            "db-01.example.org",
            31,
            vec![Chip::new(Tone::Bad, s.failed), Chip::new(Tone::Warn, s.needs_restart)],
        ),
        device_line(HOSTILE, 12, vec![Chip::new(Tone::Warn, s.non_compliant)]),
        device_line("web-01.example.org", 0, vec![Chip::new(Tone::Good, s.compliant)]),
        device_line("build-03.example.org", 0, vec![Chip::new(Tone::Quiet, s.never_reported)]),
        devices::DeviceLine {
            system: "Windows 11 Pro 25H2".into(),
            ..device_line(
                "pc-417.example.org",
                4,
                vec![Chip::new(Tone::Warn, s.doubtful), Chip::new(Tone::Warn, s.scan_failed)],
            )
        },
    ]
}

pub fn devices_page() -> devices::Devices {
    let t = &T.devices;
    let head = |label: crate::console::text::Words, sorted, class| {
        SortHead::new(label, T.common.sorted_by.with(label), "/devices?sort=name".into(), sorted, class)
    };
    devices::Devices {
        shell: shell("Devices", Here::Devices),
        t,
        filter: devices::Filter {
            text: Input::text("text", T.common.search, "").kind("search"),
            kind: Select::new("kind", t.kind, choices(&["Any", "Linux", "Windows"])),
            state: Select::new("state", t.state, choices(&["Any", "Compliant"])),
            collection: Select::new("collection", t.collection, choices(&["All devices", "Ring 1"])),
            kept: vec![],
            active: false,
            narrowed: false,
        },
        heads: devices::Heads {
            name: head(t.device, None, ""),
            required: head(t.required, Some(Direction::Descending), "num"),
            contact: head(t.last_contact, None, "wide"),
        },
        lines: device_lines(),
        empty: Empty::new(t.empty, t.empty_text),
        foot: foot(),
    }
}

pub fn device_page() -> device::Device {
    let t = &T.devices;
    device::Device {
        shell: shell(HOSTILE, Here::Devices),
        t,
        id: "0198c0de-0000-7000-8000-000000000001".into(),
        name: HOSTILE.into(),
        system: "Debian GNU/Linux 13 (trixie)".into(),
        condition: vec![Chip::new(Tone::Bad, T.states.failed), Chip::new(Tone::Warn, T.states.needs_restart)],
        notices: vec![
            Notice::new(Tone::Bad, t.broken).text(t.broken_text.with("libfoo1")).fix(t.broken_fix),
            Notice::new(Tone::Warn, t.unsynchronized.count(1)).text(t.unsynchronized_text),
        ],
        reported: true,
        required_count: "12".into(),
        security_count: "4".into(),
        installed_count: "402".into(),
        contact: Some(when(-4)),
        required: vec![device::RequiredLine {
            id: "cb9d41f8-883a-506d-afcc-8534f6951924".into(),
            update: Link::new("/updates/x", "openssl 3.5.7-1~deb13u2"),
            classification: Chip::label(Tone::Bad, "Security Updates"),
            product: "Debian 13 (trixie) main".into(),
            why: vec!["libssl3t64 3.5.6-1~deb13u1 is installed; 3.5.7-1~deb13u2 is the candidate, offered by trixie-security.".into()],
        }],
        required_pager: Pager::new(&T.common, 1, Some(12), None, Some("?cursor=x".into())),
        packages: vec![
            device::PackageLine {
                name: "libssl3t64".into(),
                architecture: "amd64".into(),
                installed: "3.5.6-1~deb13u1".into(),
                candidate: "3.5.7-1~deb13u2".into(),
                update: Link::new("/updates/x", "openssl 3.5.7-1~deb13u2"),
                classification: Chip::label(Tone::Bad, "Security Updates"),
                held: None,
            },
            device::PackageLine {
                name: "tzdata".into(),
                architecture: "all".into(),
                installed: "2026b-0+deb13u1".into(),
                candidate: "2026c-0+deb13u1".into(),
                update: Link::new("/updates/x", "tzdata 2026c-0+deb13u1"),
                classification: Chip::new(Tone::Quiet, "Updates"),
                held: Some(Chip::new(Tone::Warn, T.states.held)),
            },
        ],
        restart: device::Restart {
            title: t.restart_needed.to_string(),
            device: true,
            reasons: vec![t.restart_kernel.with2("6.12.48+deb13-amd64", "6.12.57+deb13-amd64")],
            libraries: vec![t.restart_process.with2("nginx", "/usr/lib/x86_64-linux-gnu/libssl.so.3")],
            more: Some(t.restart_more.with(14)),
        },
        indexes: vec![
            device::IndexLine {
                uri: "http://mirror.example/debian".into(),
                what: "trixie main amd64".into(),
                origin: "Debian".into(),
                priority: Some(t.pin.with(500)),
                synchronized: Chip::new(Tone::Good, t.synchronized_yes),
            },
            device::IndexLine {
                uri: "https://download.docker.com/linux/debian".into(),
                what: "trixie stable amd64".into(),
                origin: "Docker".into(),
                priority: None,
                synchronized: Chip::new(Tone::Warn, t.synchronized_no),
            },
        ],
        enforcement: vec![enforcement(true), enforcement(false)],
        history: vec![
            device::EventLine { at: when(-4), kind: "inventory".into(), text: "2 packages changed".into() },
            device::EventLine { at: when(-600), kind: "enrolled".into(), text: HOSTILE.into() },
        ],
        older: Some("?history=abc".into()),
        facts: device::Facts {
            architecture: "amd64".into(),
            kernel: t.kernel_newer.with2("6.12.48+deb13-amd64", "6.12.57+deb13-amd64"),
            agent_version: "0.1.0".into(),
            agent_state: "idle".into(),
            agent_detail: "next check-in in 9 minutes".into(),
            can_install: t.can_install_yes.to_string(),
            enrolled: when(-60 * 24 * 12),
            inventory: Some(when(-4)),
            collections: vec![Link::new("/collections/x", "All devices"), Link::new("/collections/y", "Ring 1")],
        },
        windows: None,
        same: same(),
    }
}

pub fn windows_device_page() -> device::Device {
    let t = &T.devices;
    device::Device {
        system: "Windows 11 Pro 25H2".into(),
        notices: vec![
            Notice::new(Tone::Bad, t.shared_id).text(t.shared_id_text.with(HOSTILE)).fix("Run `net stop wuauserv`."),
            Notice::new(Tone::Warn, t.scan_failed).text("0x80244022: HTTP status 503: the server is overloaded."),
        ],
        packages: vec![],
        restart: device::Restart {
            title: t.restart_needed.to_string(),
            device: true,
            reasons: vec![t.restart_update.to_string()],
            libraries: vec![],
            more: None,
        },
        indexes: vec![],
        history: vec![device::EventLine {
            at: when(-4),
            kind: "install".into(),
            text: "An installation failed: KB5126052 – 0x80246007: The update is not downloaded yet.".into(),
        }],
        windows: Some(device::Windows {
            client_id: "e1da06a3-5601-43c9-bac3-52d5db701494".into(),
            dns_name: HOSTILE.into(),
            target_groups: vec!["Pilot".into(), HOSTILE.into()],
            computer: "QEMU Standard PC (Q35 + ICH9, 2009)".into(),
            firmware: "EDK II unknown".into(),
            os_version: "10.0.26200".into(),
            language: "en-US".into(),
            protocol: "2.90".into(),
            last_scan: Some(when(-4)),
            attributes: vec![("OSVersion".into(), "10.0.26200.8037".into()), ("App".into(), HOSTILE.into())],
        }),
        ..device_page()
    }
}

pub fn enroll_page() -> device_enroll::Enroll {
    let t = &T.devices;
    device_enroll::Enroll {
        shell: shell("Enrol a device", Here::Devices),
        t,
        uses: Input::text("uses", t.enroll_uses, "1").kind("number").hint(t.enroll_uses_hint),
        valid: Select::new("valid", t.enroll_valid, choices(&["1 hour", "1 day"])),
        made: Some(device_enroll::Made {
            commands: vec![
                "sluice agent enroll --server https://updates.example.org:8531 --token slt_9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
                "sluice agent service-unit > /etc/systemd/system/sluice-agent.service && systemctl enable --now sluice-agent".into(),
            ],
            validity: t.enroll_once_text.with2("2026-11-22 12:00 UTC", t.enroll_uses_left.count(1)),
        }),
        problem: None,
        open: vec![device_enroll::OpenToken { id: "1".into(), by: "ada".into(), expires: when(55), uses_left: "3".into() }],
    }
}
