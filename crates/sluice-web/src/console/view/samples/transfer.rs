//! Transfer bundles.

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
