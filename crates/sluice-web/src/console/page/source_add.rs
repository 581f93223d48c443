//! Adding sources by pasting what a machine has.

use axum::http::StatusCode;
use sluice_site::Permission;

use crate::console::component::{Input, Notice, Tone};
use crate::console::form::Posted;
use crate::console::refusal::Refusal;
use crate::console::reply::{Done, Reply, done, page, page_with};
use crate::console::view::shell::Here;
use crate::console::view::source_add::SourceAdd;
use crate::console::visit::Visit;

/// `GET /sync/sources/new`.
pub async fn show(visit: Visit) -> Reply {
    visit.caller.require(Permission::ManageSite)?;
    page(&view(&visit, "", "amd64", None, Vec::new())?)
}

/// `POST /sync/sources`.
pub async fn add(Posted { visit, form }: Posted) -> Reply {
    let t = &visit.t.sync;
    let (lines, architecture) = (form.raw("lines").replace("\r\n", "\n"), form.one("architecture"));
    let files = vec![(file_name(&lines).to_owned(), lines.clone())];
    let imported = visit.site.import_sources_list(&visit.caller, files, "", architecture).await?;
    if imported.problems.is_empty() && !imported.created.is_empty() {
        return done("/sync", Done::SourcesAdded);
    }
    let title = match (imported.created.is_empty(), imported.problems.is_empty()) {
        (true, true) if !imported.existing.is_empty() => t.all_there,
        (true, _) => t.problem_lines,
        (false, _) => t.problem_partly,
    };
    let problem = Notice::new(Tone::Bad, title);
    let view = view(&visit, &lines, architecture, Some(problem), imported.problems)?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &view)
}

/// The name that tells the two formats of sources.list(5) apart.
fn file_name(text: &str) -> &'static str {
    let is_deb822 = text.lines().any(|line| {
        line.split_once(':')
            .is_some_and(|(name, _)| name.eq_ignore_ascii_case("types") || name.eq_ignore_ascii_case("uris"))
    });
    if is_deb822 { "pasted.sources" } else { "pasted.list" }
}

fn view(
    visit: &Visit,
    lines: &str,
    architecture: &str,
    problem: Option<Notice>,
    problems: Vec<String>,
) -> Result<SourceAdd, Refusal> {
    let t = &visit.t.sync;
    Ok(SourceAdd {
        shell: visit.shell(t.add_title, Here::Synchronization)?,
        t,
        problem,
        problems,
        lines: Input::text("lines", t.add_lines, lines).rows(10).hint(t.add_lines_hint).required(),
        architecture: Input::text("architecture", t.add_architecture, architecture)
            .hint(t.add_architecture_hint)
            .required(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_apart() {
        assert_eq!(file_name("deb [signed-by=/x] http://deb.example/debian trixie main"), "pasted.list");
        assert_eq!(file_name("Types: deb\nURIs: http://deb.example/debian\nSuites: trixie"), "pasted.sources");
    }
}
