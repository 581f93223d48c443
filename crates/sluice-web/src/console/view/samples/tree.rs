//! Classifications and products.

use super::*;

fn branch(number: u32, title: &str, ticked: bool, below: Vec<Branch>) -> Branch {
    let selected = below.iter().filter(|one| one.ticked).count();
    Branch {
        t: &T.selection,
        id: format!("00000000-0000-0000-0000-{number:012}"),
        title: title.into(),
        ticked,
        new: false,
        marks: vec![],
        updates: T.selection.updates.count(u64::from(number)),
        imported: false,
        summary: T.selection.below.with2(selected, below.len()),
        open: true,
        below,
    }
}

pub fn selection_page(fresh: bool) -> selection::Selection {
    let t = &T.selection;
    let new = Branch { new: true, marks: vec![Chip::new(Tone::Warn, t.new)], ..branch(13, HOSTILE, true, vec![]) };
    let excluded =
        Branch { marks: vec![Chip::label(Tone::Quiet, t.deselected)], ..branch(12, "Windows 10", false, vec![]) };
    let imported = Branch {
        marks: vec![Chip::label(Tone::Quiet, t.imported)],
        imported: true,
        ..branch(21, "Office 2019", false, vec![])
    };
    let windows = branch(10, "Windows", true, vec![excluded, branch(11, "Windows 11", true, vec![]), new]);
    let office = Branch { open: false, ..branch(20, "Office", false, vec![imported]) };
    selection::Selection {
        shell: shell("Classifications and products", Here::Synchronization),
        t,
        guidance: fresh.then(|| Notice::new(Tone::Warn, t.nothing_selected).text(t.nothing_selected_text)),
        truncated: (!fresh).then(|| Notice::new(Tone::Warn, t.truncated).fix(t.truncated_fix)),
        text: Input::text("text", t.filter, if fresh { "" } else { HOSTILE }),
        only_new: !fresh,
        new: (!fresh).then(|| t.new_count.count(1)),
        filtered: !fresh,
        classifications: if fresh { vec![] } else { vec![branch(1, "Security Updates", true, vec![])] },
        products: if fresh { vec![] } else { vec![branch(2, "Microsoft", false, vec![office, windows])] },
        empty: Empty::new(t.empty, t.empty_text),
        same: same(),
    }
}

pub fn preview_page() -> selection::SelectionPreview {
    let t = &T.selection;
    let changed = |title: String, field, more| selection::ChangedCategories {
        title,
        field,
        ids: vec!["00000000-0000-0000-0000-000000000013".into()],
        titles: vec![HOSTILE.into()],
        more,
    };
    selection::SelectionPreview {
        shell: shell("What changes", Here::Synchronization),
        t,
        changes: vec![
            changed(t.selected_count.count(1), "select", None),
            changed(t.deselected_count.count(51), "deselect", Some(t.more.with(1))),
        ],
        effects: vec![t.effect_withdrawn.count(40), t.effect_sources.with(HOSTILE)],
        families: vec![selection::FamilyLine { title: HOSTILE.into(), offered: "0".into(), withdrawn: "40".into() }],
        deployments: vec![HOSTILE.into()],
        same: same(),
        seen: vec!["00000000-0000-0000-0000-000000000013".into()],
    }
}
