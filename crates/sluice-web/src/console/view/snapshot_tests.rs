//! The pages as they come out, and that nothing breaks out of them.

use super::samples;

#[test]
fn pages_look_as_reviewed() {
    for (name, html) in samples::all() {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, html);
        });
    }
}

#[test]
fn hostile_names_stay_text() {
    for (name, html) in samples::all() {
        assert!(!html.contains("<script>"), "{name}: markup of a name reached the page");
        assert!(!html.contains("<img"), "{name}: markup of an output reached the page");
        assert!(!html.contains("\"'; DROP"), "{name}: a quote of a name reached the page");
        if html.contains("DROP TABLE") {
            assert!(html.contains("&#60;script&#62;alert(1)"), "{name}");
        }
    }
}

/// The content security policy forbids inline code; a page that has some is broken.
#[test]
fn pages_hold_no_inline_code() {
    for (name, html) in samples::all() {
        for bad in [" style=", " onclick=", " onload=", "javascript:", "<style"] {
            assert!(!html.contains(bad), "{name} holds {bad}");
        }
        assert_eq!(html.matches("<script").count(), 1, "{name}: only the module");
    }
}

/// What assistive technology and keyboards need of every page.
#[test]
fn pages_have_landmarks_labels_and_unique_ids() {
    for (name, html) in samples::all() {
        assert_eq!(html.matches("<main").count(), 1, "{name}");
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        assert!(html.contains("<html lang=\"en\">"), "{name}");
        assert_eq!(html.matches("<table").count(), html.matches("<caption").count(), "{name}: a table without caption");
        let mut ids: Vec<_> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "{name}: an id is used twice");
        for field in html.split("<input ").skip(1).filter_map(|rest| rest.split('>').next()) {
            let labelled = field.contains("type=\"hidden\"") || field.contains("aria-label=");
            let id = field.split("id=\"").nth(1).and_then(|rest| rest.split('"').next());
            let labelled = labelled || id.is_some_and(|id| html.contains(&format!("for=\"{id}\"")));
            assert!(labelled || field.contains("checked") || field.contains("radio"), "{name}: {field}");
        }
    }
}

/// A form that changes something carries the session's token; the ones before a session do not.
#[test]
fn forms_carry_the_anti_forgery_token() {
    for (name, html) in samples::all() {
        for form in html.split("<form method=\"post\"").skip(1).filter_map(|rest| rest.split("</form>").next()) {
            let before_session = form.contains("action=\"/sign-in\"") || form.contains("action=\"/setup\"");
            assert_eq!(form.contains("name=\"csrf\" value=\"csrf-of-the-session\""), !before_session, "{name}: {form}");
        }
    }
}
