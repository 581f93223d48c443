//! Transfer bundles and content.

use super::*;

pub fn bundles_page() -> bundles::Bundles {
    let t = &T.bundles;
    let line = |title: String, state, advice: &str| bundles::BundleLine {
        title,
        state,
        when: when(-90),
        holds: t.figures.with2("12,345", 17),
        size: "1.2 GB".into(),
        advice: advice.into(),
    };
    bundles::Bundles {
        shell: shell("Transfer bundles", Here::Synchronization),
        t,
        problem: None,
        since: Select::new("since", t.since, choices(&["Everything", "What changed"])),
        content: Select::new("content", t.content, choices(&["Those of deployed updates"])),
        from_cli: Prose::new(t.from_cli),
        identity: "0198c0de-0000-7000-8000-000000000001".into(),
        public_key: "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29".into(),
        fingerprint: "1399 23A1".into(),
        signers: vec![bundles::SignerLine {
            name: HOSTILE.into(),
            public_key: "00".repeat(32),
            fingerprint: "6668 7AAD".into(),
            added: when(-60 * 24),
        }],
        name: Input::text("name", T.common.name, HOSTILE).hint(t.trust_name_hint).required(),
        key: Input::text("key", t.public_key, "").hint(t.trust_hint).required(),
        exports: vec![line(t.number.with(4), Chip::new(Tone::Good, t.whole), "")],
        imports: vec![
            line(t.number_of.with2(3, HOSTILE), Chip::label(Tone::Warn, t.at_step.with("content")), t.again.0),
            line(t.number_of.with2(2, "North"), Chip::new(Tone::Good, t.done), ""),
        ],
        same: same(),
    }
}

pub fn content_page() -> content::Content {
    let t = &T.content;
    let fact = |name: crate::console::text::Words, value: &str| (name.to_string(), value.to_owned());
    content::Content {
        shell: shell("Content", Here::Synchronization),
        t,
        problem: None,
        facts: vec![
            fact(t.place, "/var/lib/sluice/content"),
            fact(t.free, "120 GB"),
            fact(t.missing, &t.figures.with2(3, "1.2 GB")),
        ],
        homeless: Some(Prose::new(t.homeless_text)),
        running: vec![content::RunningLine {
            name: HOSTILE.into(),
            arrived: t.of_size.with2("12 MB", "50 MB"),
            left: "2 min".into(),
            from: "http://wsus.example:8530".into(),
        }],
        failing: vec![content::FailingLine {
            name: "A379D5526FB3A7A0423DA1CD7FC3182A8D448449.exe".into(),
            chip: Some(Chip::new(Tone::Bad, t.wrong)),
            reason: HOSTILE.into(),
            attempts: t.attempts.count(4),
            again: when(30),
        }],
        verification: vec![t.verify_bad.with2(1, 0), "A379D5526FB3A7A0423DA1CD7FC3182A8D448449.exe".into()],
        due: [t.figures.with2(2, "40 MB"), t.figures.with2(0, "0 B")],
        can_collect: true,
        policy: Radios::new("policy", t.policy, choices(&["Those of deployed updates", "All files"]), None),
        update_files: Radios::new("update_files", t.update_files, choices(&["Full files only"]), None),
        parallel: Input::text("parallel", t.parallel, 4).hint(t.parallel_hint).required(),
        bandwidth: Input::text("bandwidth", t.bandwidth, 0).hint(t.bandwidth_hint).required(),
        same: same(),
    }
}
