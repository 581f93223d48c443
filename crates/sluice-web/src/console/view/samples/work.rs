//! Deployments and synchronization.

use super::*;

pub fn deployments_page() -> deployments::Deployments {
    let t = &T.deployments;
    let deployment = |name: &str, phase, percent: u8, failed: Option<u64>| deployments::DeploymentLine {
        deployment: Link::new("/deployments/x", name),
        what: t.to.with2(t.updates_count.count(14), "Ring 1"),
        phase,
        intent: T.states.intent_required.to_string(),
        progress: Bar::compliance(Some(percent), T.common.percent_compliant.with(percent)),
        failed: failed.map(|n| Chip::new(Tone::Bad, format!("{n} failed"))),
        deadline: Some(when(60 * 7)),
    };
    deployments::Deployments {
        shell: shell("Deployments", Here::Deployments),
        t,
        lines: vec![
            deployment("November security, ring 1", Chip::new(Tone::Busy, T.states.enforced), 67, Some(3)),
            deployment(HOSTILE, Chip::new(Tone::Quiet, T.states.cancelled), 100, None),
        ],
        empty: Empty::new(t.empty, t.empty_text),
        foot: foot(),
    }
}

pub fn deployment_page() -> deployment::Deployment {
    let t = &T.deployments;
    let share = |tone, label: crate::console::text::Words, number| Share {
        tone,
        label: label.to_string(),
        number,
        href: "#devices".into(),
    };
    deployment::Deployment {
        shell: shell("November security, ring 1", Here::Deployments),
        t,
        id: "0198c0de-0000-7000-8000-000000000002".into(),
        name: "November security, ring 1".into(),
        phase: Chip::new(Tone::Busy, T.states.enforced),
        waiting: Some(Notice::new(Tone::Warn, t.awaiting_licence.count(2)).fix(t.awaiting_licence_fix)),
        intent: T.states.intent_required.to_string(),
        progress: Some(Donut::new(
            "67%",
            T.overview.compliant_share,
            vec![
                share(Tone::Good, T.states.compliant, 8),
                share(Tone::Busy, T.states.in_progress, 2),
                share(Tone::Bad, T.states.failed, 1),
                share(Tone::Quiet, T.states.unknown, 1),
            ],
        )),
        word: t.waiting.to_string(),
        devices: vec![
            deployment::DeviceLine {
                device: Link::new("/devices/a", HOSTILE),
                status: Chip::new(Tone::Bad, T.states.failed),
                pending: "1".into(),
                enforcement: vec![enforcement(true)],
            },
            deployment::DeviceLine {
                device: Link::new("/devices/b", "db-01.example.org"),
                status: Chip::new(Tone::Busy, T.states.in_progress),
                pending: "3".into(),
                enforcement: vec![enforcement(false)],
            },
            deployment::DeviceLine {
                device: Link::new("/devices/c", "web-01.example.org"),
                status: Chip::new(Tone::Good, T.states.compliant),
                pending: "0".into(),
                enforcement: vec![],
            },
        ],
        devices_pager: Pager::new(&T.common, 3, Some(3), None, None),
        updates: lines(),
        updates_pager: Pager::new(&T.common, 6, Some(6), None, None),
        collection: Link::new("/collections/x", "Ring 1"),
        group: Some(Link::new("/groups/x", HOSTILE)),
        available: when(-60),
        deadline: Some(when(-1)),
        restart: T.states.restart_suppressed.to_string(),
        notification: T.states.notify_all.to_string(),
        priority: T.states.priority_high.to_string(),
        created: when(-61),
        created_by: t.by.with("ada"),
        actions: deployment::Actions { enable: false, disable: true, cancel: true, delete: false },
        same: same(),
    }
}

pub fn deployment_new_page() -> deployment_new::DeploymentNew {
    let t = &T.deployments;
    deployment_new::DeploymentNew {
        shell: shell("New deployment", Here::Deployments),
        t,
        problem: Some(Notice::new(Tone::Bad, t.problem)),
        name: Input::text("name", t.name, HOSTILE).hint(t.name_hint).required(),
        group: Select::new("group", t.group, choices(&["Choose a group…"])).hint(t.group_hint),
        updates: vec![
            deployment_new::ChosenUpdate { id: "1".into(), update: Link::new("/updates/x", "openssl 3.5.7-1~deb13u2") },
            deployment_new::ChosenUpdate { id: "2".into(), update: Link::new("/updates/y", HOSTILE) },
        ],
        updates_problem: None,
        collection: Select::new("collection", t.collection, choices(&["All devices (1,280)", HOSTILE]))
            .hint(t.collection_hint),
        intent: Radios::new(
            "intent",
            t.intent,
            vec![
                Choice::new("required", t.intent_required, true).hint(t.intent_required_hint),
                Choice::new("available", t.intent_available, false).hint(t.intent_available_hint),
            ],
            None,
        ),
        available: Input::text("available", t.available, "2026-11-22T21:00")
            .kind("datetime-local")
            .hint(t.available_hint),
        deadline: Input::text("deadline", t.deadline, "2026-11-21T21:00")
            .kind("datetime-local")
            .hint(t.deadline_hint)
            .problem(Some("the deadline cannot be before the available time".into())),
        restart: Select::new("restart", t.restart, choices(&["Devices never restart by themselves"])),
        notification: Select::new("notification", t.notification, choices(&["Show everything"])),
        priority: Select::new("priority", t.priority, choices(&["Normal", "High"])).hint(t.priority_hint),
    }
}

pub fn run_line(failed: bool) -> sync::RunLine {
    sync::RunLine {
        source: "debian trixie-security".into(),
        started: when(-17),
        took: "3 seconds".into(),
        extent: T.states.delta.to_string(),
        trigger: T.states.trigger_schedule.to_string(),
        outcome: if failed {
            Chip::new(Tone::Bad, T.states.outcome_failed)
        } else {
            Chip::new(Tone::Good, T.states.outcome_changed)
        },
        result: if failed { String::new() } else { "12 new · 3 changed · 1.2 MB fetched".into() },
        error: failed.then(|| HOSTILE.into()),
        fix: failed.then(|| Prose::new("Check the key of the source.")),
        warnings: if failed { vec!["Valid-Until is not checked".into()] } else { vec![] },
    }
}

pub fn quarantine_line() -> sync::QuarantineLine {
    sync::QuarantineLine {
        id: "1".into(),
        item: "pool/main/f/foo/foo_1.0-1_amd64.deb".into(),
        source: "debian trixie".into(),
        reason: HOSTILE.into(),
        attempts: T.sync.attempts.count(3),
        since: when(-600),
        retry_label: T.sync.retry_one.with("foo"),
    }
}

pub fn sync_page() -> sync::Sync {
    let t = &T.sync;
    sync::Sync {
        shell: shell("Synchronization", Here::Synchronization),
        t,
        running: vec![sync::RunningLine {
            source: "debian trixie".into(),
            extent: T.states.full.to_string(),
            phase: T.states.phase_updates.to_string(),
            item: "dists/trixie/main/binary-amd64/Packages.xz".into(),
            figures: format!("{} · 42%", t.progress.with2("21 MB", "50 MB")),
            remaining: Some(t.remaining.with("12 seconds")),
            bar: Bar::progress(Some(42), t.progress_label.with("debian trixie")),
            started: when(-1),
        }],
        sources: vec![
            sync::SourceLine {
                id: "1".into(),
                name: "debian trixie".into(),
                what: "http://mirror.example/debian · trixie · main · amd64".into(),
                state: Chip::new(Tone::Busy, t.state_running),
                error: None,
                warnings: vec![],
                last_success: Some(when(-60)),
                next_run: Some(when(60)),
                told: Some((t.told_devices.with2("1 204", "3"), false)),
                can_run: false,
                run_label: t.run_one.with("debian trixie"),
                change: None,
            },
            sync::SourceLine {
                id: "2".into(),
                name: HOSTILE.into(),
                what: "http://mirror.example/debian-security · trixie-security · main · amd64".into(),
                state: Chip::new(Tone::Bad, t.state_failed),
                error: Some("the Release of trixie-security is not signed by a trusted key".into()),
                warnings: vec!["Valid-Until is not checked: the source says check-valid-until=no".into()],
                last_success: None,
                next_run: None,
                told: Some((t.told_failed.with2(HOSTILE, HOSTILE), true)),
                can_run: true,
                run_label: t.run_one.with(HOSTILE),
                change: Some(("/sync/servers/2".into(), t.change_one.with(HOSTILE))),
            },
        ],
        empty: Empty::new(t.empty, t.empty_text),
        runs: vec![run_line(false), run_line(true)],
        quarantine: vec![quarantine_line()],
        quarantine_count: Some("1".into()),
        same: same(),
    }
}
