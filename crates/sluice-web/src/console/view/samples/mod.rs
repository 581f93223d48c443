//! Every page once, with names that try to break out of it.

mod catalog;
mod fleet;
mod front;
mod hierarchy;
mod server;
mod taking_over;
mod transfer;
mod tree;
mod windows;
mod work;

use askama::Template;
use jiff::{SignedDuration, Timestamp};

use super::list::{EnforcementLine, ErrorText, Link, ListFoot, UpdateLine};
use super::shell::{AssetUrls, Here, Shell};
use super::*;
use crate::console::component::*;
use crate::console::text::{ENGLISH, Text};
use catalog::{update_page, updates_page, windows_update_page};
use fleet::{device_lines, device_page, devices_page, enroll_page, windows_device_page};
use front::overview_page;
use server::server_page;
use tree::{preview_page, selection_page};
use windows::windows_enroll_page;
use work::{deployment_new_page, deployment_page, deployments_page, quarantine_line, run_line, sync_page};

const T: &Text = &ENGLISH;

/// A name as an attacker would choose it: markup, a way out of an attribute, SQL.
pub const HOSTILE: &str = "web-07<script>alert(1)</script>\"'; DROP TABLE devices;--";

fn now() -> Timestamp {
    Timestamp::from_second(1_795_000_000).unwrap()
}

fn when(minutes: i64) -> When {
    When::new(&T.common, now().checked_add(SignedDuration::from_mins(minutes)).unwrap(), now())
}

fn shell(title: &str, here: Here) -> Shell {
    Shell {
        t: T,
        title: title.to_owned(),
        here,
        user: "ada".into(),
        csrf: "csrf-of-the-session".into(),
        site: "Utrecht".into(),
        assets: AssetUrls { style: "/static/style.css", script: "/static/script.js", icon: "/static/icon.svg" },
        notice: None,
        live: true,
    }
}

fn line(title: &str, tone: Tone, class: &str, required: u64, percent: u8) -> UpdateLine {
    UpdateLine {
        id: "cb9d41f8-883a-506d-afcc-8534f6951924".into(),
        href: "/updates/cb9d41f8-883a-506d-afcc-8534f6951924".into(),
        title: title.into(),
        product: "Debian 13 (trixie) main".into(),
        classification: Chip::label(tone, class),
        marks: vec![],
        required: grouped(required),
        installed: grouped(1280 - required),
        compliance: Bar::compliance(Some(percent), T.common.percent_compliant.with(percent)),
        released: Some(when(-60 * 30)),
    }
}

fn lines() -> Vec<UpdateLine> {
    let mut lines = vec![
        line("openssl 3.5.7-1~deb13u2", Tone::Bad, "Security Updates", 412, 67),
        line("linux-signed-amd64 6.12.57+1", Tone::Bad, "Security Updates", 388, 69),
        line("glibc 2.41-12+deb13u4", Tone::Quiet, "Update Rollups", 120, 90),
        line("tzdata 2026c-0+deb13u1", Tone::Quiet, "Updates", 64, 95),
        line(HOSTILE, Tone::Quiet, "Updates", 3, 99),
        line("systemd 257.13-1~deb13u1", Tone::Quiet, "Update Rollups", 0, 100),
    ];
    lines[2].marks.push(Chip::new(Tone::Busy, T.states.deployed));
    lines[3].marks.push(Chip::new(Tone::Quiet, T.states.superseded));
    lines
}

fn foot() -> ListFoot {
    ListFoot {
        pager: Pager::new(&T.common, 50, Some(12_345), None, Some("/updates?cursor=abc&text=%3Cb%3E".into())),
        csv: "/updates?format=csv".into(),
        json: "/updates?format=json".into(),
        same: same(),
    }
}

fn same() -> Equivalent {
    Equivalent::new(
        &T.common,
        format!("sluice update list --text {}", shell_word(HOSTILE)),
        "GET /api/v1/updates?state=required".into(),
    )
}

fn enforcement(bad: bool) -> EnforcementLine {
    EnforcementLine {
        subject: Link::new("/updates/x", "openssl 3.5.7-1~deb13u2"),
        state: if bad {
            Chip::new(Tone::Bad, T.states.install_failed)
        } else {
            Chip::new(Tone::Busy, T.states.downloading)
        },
        error: bad.then(|| ErrorText {
            code: "broken-state (1006)".into(),
            meaning: "The package database is in a broken state: packages are unpacked but not configured.".into(),
            next_step: Prose::new("Run `dpkg --configure -a` and `apt-get -f install` on the device."),
        }),
        detail: if bad { HOSTILE.into() } else { String::new() },
        output: if bad {
            "dpkg: error processing package\n<img src=x onerror=alert(1)>\n".into()
        } else {
            String::new()
        },
        at: when(-4),
    }
}

fn choices(labels: &[&str]) -> Vec<Choice> {
    labels.iter().enumerate().map(|(n, label)| Choice::new(n, label, n == 0)).collect()
}

/// The pages with the names of their snapshots.
pub fn all() -> Vec<(&'static str, String)> {
    let member = || collections::Member { id: "1".into(), line: device_lines().remove(1) };
    let mut pages: Vec<(&'static str, askama::Result<String>)> = vec![
        ("overview", overview_page(false).render()),
        ("overview_fresh", overview_page(true).render()),
        ("updates", updates_page().render()),
        ("updates_empty", {
            let t = &T.updates;
            let empty = Empty::new(t.empty, t.empty_text).action("/sync", T.overview.sync_now);
            updates::Updates { lines: vec![], empty, ..updates_page() }.render()
        }),
        ("update", update_page().render()),
        ("windows_update", windows_update_page().render()),
        ("devices", devices_page().render()),
        ("device", device_page().render()),
        ("windows_device", windows_device_page().render()),
        ("device_enroll", enroll_page().render()),
        ("windows_enroll", windows_enroll_page().render()),
        ("deployments", deployments_page().render()),
        ("deployment", deployment_page().render()),
        ("deployment_new", deployment_new_page().render()),
        ("sync", sync_page().render()),
        ("selection", selection_page(false).render()),
        ("selection_empty", selection_page(true).render()),
        ("selection_preview", preview_page().render()),
        ("bundles", transfer::bundles_page().render()),
        ("content", transfer::content_page().render()),
    ];
    let runs = || sync_runs::SyncRuns {
        shell: shell("Synchronization runs", Here::Synchronization),
        t: &T.sync,
        runs: vec![run_line(false), run_line(true)],
        foot: foot(),
    };
    pages.push(("sync_runs", runs().render()));
    let quarantine = sync::Quarantine {
        shell: shell("Quarantine", Here::Synchronization),
        t: &T.sync,
        quarantine: vec![quarantine_line()],
        pager: Pager::new(&T.common, 1, Some(1), None, None),
    };
    pages.push(("sync_quarantine", quarantine.render()));
    let add = source_add::SourceAdd {
        shell: shell("Add sources", Here::Synchronization),
        t: &T.sync,
        problem: Some(Notice::new(Tone::Bad, T.sync.problem_lines)),
        problems: vec![HOSTILE.into()],
        lines: Input::text("lines", T.sync.add_lines, "</textarea><script>").rows(8).hint(T.sync.add_lines_hint),
        architecture: Input::text("architecture", T.sync.add_architecture, "amd64").hint(T.sync.add_architecture_hint),
    };
    pages.push(("source_add", add.render()));
    pages.push(("downstream", downstream_page().render()));
    pages.push(("sites", hierarchy::sites_page(false).render()));
    pages.push(("sites_top", hierarchy::sites_page(true).render()));
    pages.push(("server_edit", server_page(true).render()));
    pages.push(("server_new", server_page(false).render()));
    pages.push(("take_over_look", taking_over::take_over_page(false).render()));
    pages.push(("take_over_begun", taking_over::take_over_page(true).render()));
    let groups = groups::Groups {
        shell: shell("Update groups", Here::Groups),
        t: &T.sets,
        lines: vec![groups::GroupLine {
            group: Link::new("/groups/x", HOSTILE),
            updates: "14".into(),
            created: when(-600),
        }],
        empty: Empty::new(T.sets.groups_empty, T.sets.groups_empty_text),
        problem: None,
        name: Input::text("name", T.common.name, ""),
        updates: vec!["1".into()],
    };
    pages.push(("groups", groups.render()));
    let group = groups::Group {
        shell: shell(HOSTILE, Here::Groups),
        t: &T.sets,
        id: "1".into(),
        name: HOSTILE.into(),
        problem: None,
        updates: lines(),
        pager: Pager::new(&T.common, 6, Some(6), None, None),
        rename: Input::text("name", T.sets.new_name, HOSTILE),
    };
    pages.push(("group", group.render()));
    let list = collections::Collections {
        shell: shell("Collections", Here::Collections),
        t: &T.sets,
        lines: vec![
            collections::CollectionLine {
                collection: Link::new("/collections/x", "All devices"),
                members: "1,280".into(),
                built_in: Some(Chip::new(Tone::Quiet, T.sets.built_in)),
                part_of: None,
            },
            collections::CollectionLine {
                collection: Link::new("/collections/y", HOSTILE),
                members: "12".into(),
                built_in: None,
                part_of: Some(T.sets.part_of.with(HOSTILE)),
            },
        ],
        problem: None,
        name: Input::text("name", T.common.name, ""),
        devices: Input::text("devices", T.sets.add_device, "").rows(4).hint(T.sets.add_device_hint),
        parent: parents(),
    };
    pages.push(("collections", list.render()));
    let collection = collections::Collection {
        shell: shell(HOSTILE, Here::Collections),
        t: &T.sets,
        id: "1".into(),
        name: HOSTILE.into(),
        built_in: false,
        problem: Some(Notice::new(Tone::Bad, T.sets.no_such_device.with(HOSTILE))),
        members: vec![member()],
        pager: Pager::new(&T.common, 1, Some(1), None, None),
        add: Input::text("devices", T.sets.add_device, HOSTILE).rows(4),
        rename: Input::text("name", T.sets.new_name, HOSTILE),
        parent: parents(),
    };
    pages.push(("collection", collection.render()));
    let t = &T.account;
    let sign_in = account::SignIn {
        shell: shell("Sign in", Here::Nowhere),
        t,
        problem: Some(Notice::new(Tone::Bad, t.wrong).text(HOSTILE)),
        name: Input::text("name", t.name, HOSTILE).autocomplete("username").required(),
        password: Input::password("password", t.password, "current-password"),
        next: "/updates?text=\"><script>".into(),
    };
    pages.push(("sign_in", sign_in.render()));
    let setup = account::Setup {
        shell: shell("First administrator", Here::Nowhere),
        t,
        problem: None,
        token: Input::text("token", t.setup_token, HOSTILE).hint(t.setup_token_hint).required(),
        name: Input::text("name", t.name, "").autocomplete("username").required(),
        password: Input::password("password", t.password, "new-password").hint(t.password_hint),
        again: Input::password("again", t.password_again, "new-password"),
        done: false,
    };
    pages.push(("setup", setup.render()));
    let failure = failure::Failure {
        shell: shell("There is no such page", Here::Nowhere),
        status: 404,
        title: T.common.error_not_found.to_string(),
        text: HOSTILE.into(),
        fix: Some(Prose::new(T.common.error_not_found_fix)),
    };
    pages.push(("failure", failure.render()));
    pages.into_iter().map(|(name, page)| (name, page.unwrap())).collect()
}

fn downstream_page() -> downstream::Downstream {
    let d = &T.downstream;
    let line = |name: &str, chips, can_approve| downstream::ServerLine {
        id: "6f1c2f6e-3f0b-4d3a-9b1e-0d2f6a1c5e12".into(),
        name: name.into(),
        where_it_is: "192.0.2.7".into(),
        chips,
        contact: Some(when(-3)),
        sync: None,
        devices: Link::new("/devices?server=6f1c2f6e-3f0b-4d3a-9b1e-0d2f6a1c5e12", "1,280"),
        version: "10.0.26100.1".into(),
        can_approve,
    };
    downstream::Downstream {
        shell: shell("Downstream servers", Here::Synchronization),
        t: d,
        lines: vec![
            line(HOSTILE, vec![Chip::new(Tone::Warn, d.pending)], true),
            line(
                "wsus.branch.example",
                vec![Chip::new(Tone::Good, d.approved), Chip::label(Tone::Warn, d.behind.count(12))],
                false,
            ),
        ],
        access: Radios::new("access", d.access, choices(&["Nobody", "Approved"]), None),
        same: same(),
    }
}

fn parents() -> Select {
    let choices = vec![Choice::new("", T.sets.no_parent, false), Choice::new("x", HOSTILE, true)];
    Select::new("parent", T.sets.parent, choices).hint(T.sets.parent_hint)
}
