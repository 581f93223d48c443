//! Adding Windows devices.

use super::*;

pub fn windows_enroll_page() -> windows_enroll::WindowsEnroll {
    let t = &T.windows;
    windows_enroll::WindowsEnroll {
        shell: shell("Add Windows devices", Here::Devices),
        t,
        form: windows_enroll::PolicyForm {
            format: Select::new("format", t.format, choices(&["Registry file", "PowerShell"])),
            server: Input::text("server", t.server, "https://updates.example.org:8531").hint(t.server_hint).required(),
            group: Input::text("target_group", t.group, HOSTILE).hint(t.group_hint),
            automatic: Select::new("automatic", t.automatic, choices(&["Download"])).hint(t.automatic_hint),
            hour: Input::text("install_hour", t.hour, "3").kind("number").hint(t.hour_hint),
            detection: Input::text("detection_hours", t.detection, "22").kind("number").hint(t.detection_hint),
            microsoft: Select::new("microsoft", t.microsoft, choices(&["Never asked", "May be asked too"])),
            open: true,
        },
        problem: None,
        file: Some(windows_enroll::PolicyFile {
            download: Link::new(
                "/api/v1/client-policy/windows?format=reg&target_group=%3Cscript%3E",
                t.download.with("sluice-windows.reg"),
            ),
            text: Some(format!("Windows Registry Editor Version 5.00\n\n\"TargetGroup\"=\"{HOSTILE}\"\n")),
            steps: [t.steps_reg_1, t.steps_reg_2, t.steps_reg_3].map(Prose::new).into(),
            same: same(),
        }),
        arrivals: vec![
            windows_enroll::ArrivalLine {
                href: None,
                name: HOSTILE.into(),
                from: Some(t.from.with("192.0.2.7")),
                stages: vec![Chip::new(Tone::Busy, t.first_contact), Chip::new(Tone::Quiet, t.registered)],
                said: t.stage_of.with2(t.first_contact, 1),
                heard: when(0),
                error: None,
            },
            windows_enroll::ArrivalLine {
                href: Some("/devices/x".into()),
                name: "pc-17.example.org".into(),
                from: None,
                stages: vec![Chip::new(Tone::Good, t.registered), Chip::new(Tone::Bad, t.scanning)],
                said: t.stage_of.with2(t.scanning, 3),
                heard: when(-3),
                error: Some(ErrorText {
                    code: "WU_E_PT_SOAPCLIENT_SOAPFAULT (0x80244007)".into(),
                    meaning: "The server answered with a SOAP fault.".into(),
                    next_step: Prose::new("Look at this server's log."),
                }),
            },
        ],
        check: Prose::new(t.check),
    }
}
