//! The hierarchy of sites.

use super::*;

pub fn sites_page(at_top: bool) -> sites::Sites {
    let t = &T.sites;
    let line = |name: &str, indent, chips, error: &str| sites::SiteLine {
        id: "0198c0de-0000-7000-8000-000000000001".into(),
        name: name.into(),
        indent,
        kind: t.child_primary.to_string(),
        chips,
        catalog: if error.is_empty() { vec![Chip::new(Tone::Warn, t.behind)] } else { vec![] },
        version: t.version.with(42),
        sync: Some(when(-12)),
        error: error.into(),
        devices: "1,280".into(),
        compliance: Bar::compliance(Some(84), T.common.percent_compliant.with(84)),
        can_remove: indent == "indent-1",
    };
    let parent = sites::ParentView {
        name: HOSTILE.into(),
        url: "https://top.example:8531".into(),
        top: "Headquarters".into(),
        link: Chip::label(Tone::Bad, t.silent.with("2 h ago")),
        error: "the site above, https://top.example:8531, cannot be reached: nobody listens there".into(),
        clock: t.clock.with(92),
        stands_in: Some(Chip::new(Tone::Warn, t.stands_in)),
    };
    let join = sites::JoinForm {
        token: Input::text("token", t.token, HOSTILE).hint(t.token_hint).required(),
        site_type: Select::new("site_type", t.join_type, choices(&["What is usual there"])),
        mode: Select::new("mode", t.mode, choices(&["Taken over"])),
    };
    let setting = |setting: crate::console::text::Words, made, why: &str| sites::SettingLine {
        setting: setting.to_string(),
        made,
        why: why.into(),
    };
    sites::Sites {
        shell: shell("Sites", Here::Synchronization),
        t,
        notice: (!at_top).then(|| Notice::new(Tone::Bad, "The clocks differ").fix("Set them.")),
        made: at_top.then(|| "sluice site join ss1.AAAA".to_owned()),
        lines: vec![
            line("Utrecht", "indent-0", vec![Chip::label(Tone::Quiet, t.this_site)], ""),
            line(HOSTILE, "indent-1", vec![Chip::new(Tone::Good, t.linked), Chip::label(Tone::Quiet, t.replica)], ""),
            line("Zaandam", "indent-2", vec![Chip::label(Tone::Bad, t.silent.with("3 days"))], "it failed"),
        ],
        place: sites::PlaceView {
            kind: t.central.to_string(),
            mode: (!at_top).then(|| Chip::label(Tone::Quiet, t.autonomous)),
            parent: (!at_top).then_some(parent),
            other: at_top.then(|| ("stand-alone-primary", t.make_stand_alone.to_string())),
        },
        join: (!at_top).then_some(join),
        can_take_in: at_top,
        settings: vec![
            setting(t.selection, Chip::new(Tone::Quiet, t.at_top), "What the top does not select never comes down."),
            setting(t.proxy, Chip::new(Tone::Good, t.here), "The network is that of the site."),
        ],
        same: same(),
    }
}
