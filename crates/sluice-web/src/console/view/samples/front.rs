//! The overview.

use super::*;

pub fn step(
    title: crate::console::text::Words,
    text: crate::console::text::Words,
    state: overview::StepState,
) -> overview::Step {
    overview::Step { title: title.to_string(), text: text.to_string(), state, action: None, post: None }
}

pub fn overview_page(fresh: bool) -> overview::Overview {
    use overview::*;
    let t = &T.overview;
    let share = |tone, label: crate::console::text::Words, number| Share {
        tone,
        label: label.to_string(),
        number,
        href: "/devices?state=compliant".into(),
    };
    let tile = |label: crate::console::text::Words, number, tone| Tile {
        label: label.to_string(),
        number,
        href: "/devices?state=silent".into(),
        tone,
    };
    let counts: [u64; 3] = if fresh { [0, 0, 0] } else { [868, 399, 13] };
    let class = |label: &str, slug: &str, updates: u64, pairs: u64| ClassificationLine {
        classification: Link::new(format!("/updates?classification={slug}"), label),
        updates: grouped(updates),
        pairs: grouped(pairs),
        bar: Stacked::of(label, Tone::Warn, pairs, 1900),
    };
    Overview {
        shell: shell("Overview", Here::Overview),
        t,
        setup: fresh.then(|| {
            let mut steps = vec![
                step(t.step_source, t.step_source_text, StepState::Done),
                step(t.step_sync, t.step_sync_text, StepState::Next),
                step(t.step_enroll, t.step_enroll_text, StepState::Open),
                step(t.step_compliance, t.step_compliance_text, StepState::Open),
            ];
            steps[1].post = Some(Link::new("/sync/run", t.sync_now));
            steps[2].action = Some(Link::new("/devices/enroll", t.enroll));
            steps
        }),
        attention: if fresh {
            vec![]
        } else {
            vec![
                Attention {
                    tone: Tone::Bad,
                    text: t.attention_failures.count(3),
                    detail: String::new(),
                    since: None,
                    action: Some(Link::new("/devices?state=failed", t.see_failures)),
                },
                Attention {
                    tone: Tone::Bad,
                    text: t.attention_security.count(412),
                    detail: String::new(),
                    since: None,
                    action: Some(Link::new("/updates?classification=security&state=required", t.deploy_them)),
                },
                Attention {
                    tone: Tone::Warn,
                    text: t.attention_restart.count(27),
                    detail: String::new(),
                    since: None,
                    action: Some(Link::new("/devices?state=needs-restart", t.see_devices)),
                },
                Attention {
                    tone: Tone::Warn,
                    text: HOSTILE.into(),
                    detail: "the Release of trixie-security is not signed by a trusted key".into(),
                    since: Some(when(-95)),
                    action: Some(Link::new("/sync", t.see_sync)),
                },
            ]
        },
        collection: Select::new("collection", t.collection, choices(&["All devices", HOSTILE])),
        donut: (!fresh).then(|| {
            Donut::new(
                t.compliance_chart.with2(grouped(868), grouped(1280)),
                t.compliant_share,
                vec![
                    share(Tone::Good, T.states.compliant, counts[0]),
                    share(Tone::Warn, T.states.non_compliant, counts[1]),
                    share(Tone::Quiet, T.states.unknown, counts[2]),
                ],
            )
        }),
        tiles: vec![
            tile(t.tile_devices, counts.iter().sum(), Tone::Quiet),
            tile(t.tile_security, if fresh { 0 } else { 412 }, Tone::Bad),
            tile(t.tile_failures, if fresh { 0 } else { 3 }, Tone::Bad),
            tile(t.tile_restart, if fresh { 0 } else { 27 }, Tone::Warn),
            tile(t.tile_silent, 0, Tone::Warn),
            tile(t.tile_deployments, 2, Tone::Quiet),
        ],
        by_classification: if fresh {
            vec![]
        } else {
            vec![
                class("Security Updates", "security", 14, 1210),
                class("Update Rollups", "rollups", 31, 402),
                class("Updates", "updates", 9, 88),
            ]
        },
        top: if fresh { vec![] } else { lines() },
        last_sync: (!fresh).then(|| LastSync {
            source: "debian trixie-security".into(),
            outcome: Chip::new(Tone::Good, T.states.outcome_changed),
            ended: when(-17),
            result: t.sync_result.with2(12, 3),
            error: None,
        }),
        sync_running: fresh,
    }
}
