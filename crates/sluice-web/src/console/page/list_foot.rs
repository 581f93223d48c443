//! What stands below a list.

use crate::console::address::Address;
use crate::console::component::{Equivalent, Pager, shell_word};
use crate::console::text::Common;
use crate::console::view::list::ListFoot;

/// Paging, exports and the equivalent call of a list.
///
/// `here` is the list with its filters; `api` the API's path with the same parameters, `cli` the
/// command, whose options are named as the parameters.
pub fn list_foot(
    t: &'static Common,
    here: &Address,
    cursor: Option<&str>,
    next: Option<String>,
    shown: usize,
    total: Option<u64>,
    same: Equivalent,
) -> ListFoot {
    ListFoot {
        pager: pager(t, here, "cursor", cursor, next, shown, total),
        csv: here.clone().with("format", "csv").to_string(),
        json: here.clone().with("format", "json").to_string(),
        same,
    }
}

/// Paging of a list whose cursor has a name of its own.
pub fn pager(
    t: &'static Common,
    here: &Address,
    name: &str,
    cursor: Option<&str>,
    next: Option<String>,
    shown: usize,
    total: Option<u64>,
) -> Pager {
    let first = cursor.map(|_| here.clone().without(name).to_string());
    let next = next.map(|next| here.clone().with(name, next).to_string());
    Pager::new(t, shown, total, first, next)
}

/// The command and the call that list the same: options are named as the API's parameters.
pub fn equivalent(t: &'static Common, command: &str, path: &str, here: &Address) -> Equivalent {
    let mut cli = command.to_owned();
    for (name, value) in here.parameters() {
        cli.push_str(" --");
        cli.push_str(name);
        if value != "true" {
            cli.push(' ');
            cli.push_str(&shell_word(value));
        }
    }
    Equivalent::new(t, cli, format!("GET {}", here.at(format!("{}{path}", crate::api::BASE_PATH))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::text::ENGLISH;

    #[test]
    fn the_same_from_elsewhere() {
        let here = Address::new("/updates").with("text", "a b").with("descending", "true");
        let html = equivalent(&ENGLISH.common, "sluice update list", "/updates", &here).to_string();
        assert!(html.contains("sluice update list --text &#39;a b&#39; --descending<"), "{html}");
        assert!(html.contains("GET /api/v1/updates?text=a%20b&#38;descending=true"), "{html}");
    }
}
