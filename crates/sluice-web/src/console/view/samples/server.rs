//! A server to synchronize with.

use super::*;

/// The page of a new server, or of one that was tried out and failed.
pub fn server_page(known: bool) -> server_edit::ServerEdit {
    let t = &T.servers;
    let checked = server_edit::Checked {
        notice: Notice::new(Tone::Bad, "https://wsus.example cannot be reached: its certificate is out of date"),
        fix: Some(Prose::new("Check the clocks, or pin the certificate (`--pin SHA256`).")),
        steps: vec![("GetAuthConfig".into(), t.step_bad.to_string())],
        facts: vec![HOSTILE.into()],
    };
    let mode = vec![
        Choice::new("autonomous", t.autonomous, true).hint(t.autonomous_hint),
        Choice::new("replica", t.replica, false).hint(t.replica_hint),
    ];
    let text = |name, label| Input::text(name, label, if known { HOSTILE } else { "" });
    server_edit::ServerEdit {
        shell: shell(if known { "Server" } else { "Add a server" }, Here::Synchronization),
        t,
        id: if known { "1".into() } else { String::new() },
        problem: known.then(|| Notice::new(Tone::Bad, HOSTILE).fix("Give another one.")),
        checked: known.then_some(checked),
        name: text("name", T.common.name).hint(t.name_hint),
        url: text("url", t.url).hint(t.url_hint.with("https://sws.update.microsoft.com")).required(),
        mode: Radios::new("mode", t.mode, mode, None),
        hours: Select::new("hours", t.schedule, vec![Choice::new(4, t.every.count(4), true)]),
        languages: text("languages", t.languages).hint(t.languages_hint),
        proxy: text("proxy", t.proxy).hint(t.proxy_hint),
        authorities: text("authorities", t.authorities).rows(4).hint(t.authorities_hint),
        pins: text("pins", t.pins).rows(2).hint(t.pins_hint),
        account_name: text("account_name", t.account_name).hint(t.account_name_hint),
        parallel: Select::new("parallel", t.parallel, vec![Choice::new(4, 4, true)]),
        cli: t.same.with(HOSTILE),
    }
}
