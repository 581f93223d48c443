//! Taking over a WSUS.

use super::*;

/// The page after a look, or while it is under way and was compared.
pub fn take_over_page(begun: bool) -> take_over::TakeOver {
    let t = &T.take_over;
    let text = |name, label| Input::text(name, label, HOSTILE);
    let define = take_over::Define {
        url: text("url", t.url).hint(t.url_hint).required(),
        pins: text("pins", t.pins).rows(2).hint(t.pins_hint),
        proxy: text("proxy", t.proxy).hint(t.proxy_hint),
        account_name: text("account_name", t.account_name).hint(t.account_name_hint),
    };
    let plan = take_over::Plan {
        facts: vec![(t.groups.to_string(), "12".into()), (t.updates.to_string(), t.updates_unknown.to_string())],
        groups: vec!["Servers".into(), HOSTILE.into()],
        steps: vec!["Join.".into(), "Cut-over.".into()],
        warnings: vec!["The site has 3 collections of its own.".into()],
        not_brought: vec![("users".into(), Prose::new("Make users here: `sluice token create`."))],
    };
    let report = take_over::Report {
        counted: vec![(t.kind_group.to_string(), "12".into(), "11".into())],
        total: t.differ.count(1_234),
        named: t.named.with("1,000"),
        differences: vec![(t.kind_group.to_string(), HOSTILE.into(), "It is not here.".into())],
        facts: vec![(t.devices.to_string(), "7".into())],
    };
    let choices = vec![Choice::new("autonomous", t.autonomous, true), Choice::new("removed", t.removed, false)];
    take_over::TakeOver {
        shell: shell("Take over a WSUS", Here::Synchronization),
        t,
        notice: Some(Notice::new(Tone::Bad, HOSTILE).fix("Check the address.")),
        define: (!begun).then_some(define),
        plan: (!begun).then_some(plan),
        steps: if begun { vec![(t.join.to_string(), Chip::new(Tone::Good, t.done))] } else { vec![] },
        error: if begun { HOSTILE.into() } else { String::new() },
        next: begun.then(|| Prose::new("Compare: `sluice migrate wsus report`.")),
        can_compare: begun,
        report: begun.then_some(report),
        finish: begun.then(|| Radios::new("after", t.after, choices, None)),
        clients: if begun {
            vec![Prose::new("Point the policy here: `sluice client-policy windows`.")]
        } else {
            vec![]
        },
        same: same(),
    }
}
