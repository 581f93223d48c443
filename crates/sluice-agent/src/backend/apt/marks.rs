//! apt's marks of packages that are there only because others need them. Asking apt for a package
//! by its name takes the mark away, also with `--only-upgrade`; the agent puts it back, since
//! updating a package says nothing about whether it is wanted.

use sluice_wire::AssignedPackage;

use super::{Apt, QUESTION_LIMIT, args, database};
use crate::host::{Host, Program};
use crate::state::StateDirectory;

/// What was marked before an installation; kept on disk, for an agent that is stopped meanwhile.
const FILE: &str = "marks.json";

/// Remembers which of `packages` are marked.
pub(super) fn keep(host: &Host, state: &StateDirectory, packages: &[&AssignedPackage]) {
    let mut marked = database::automatic(host);
    let concerned = |name: &String| packages.iter().any(|p| *name == format!("{}:{}", p.name, p.architecture));
    marked.retain(concerned);
    // Those of an installation that was interrupted are still to be put back.
    let earlier: Vec<String> = state.read_or_default(FILE).unwrap_or_default();
    marked.extend(earlier);
    marked.sort_unstable();
    marked.dedup();
    if let Err(error) = state.write(FILE, &marked) {
        tracing::warn!(%error, "marks of automatically installed packages may get lost");
    }
}

impl Apt {
    /// Puts lost marks back.
    pub(super) async fn restore_marks(&self) {
        let before: Vec<String> = self.state.read_or_default(FILE).unwrap_or_default();
        let now = database::automatic(&self.host);
        let lost: Vec<_> = before.into_iter().filter(|name| now.binary_search(name).is_err()).collect();
        if !lost.is_empty() {
            match self.ask(Program::AptMark, args::mark_automatic(lost), QUESTION_LIMIT).await {
                Ok(done) if done.success() => {}
                Ok(done) => tracing::warn!(said = done.stderr, "cannot put marks of packages back"),
                Err(error) => tracing::warn!(%error, "cannot put marks of packages back"),
            }
        }
        if let Err(error) = self.state.remove(FILE) {
            tracing::warn!(%error, "cannot forget the marks of packages");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::testing::{Programs, assigned, host, said};

    #[tokio::test]
    async fn a_lost_mark_comes_back_also_after_a_crash() {
        let root = tempfile::tempdir().unwrap();
        let states = root.path().join("var/lib/apt/extended_states");
        std::fs::create_dir_all(states.parent().unwrap()).unwrap();
        std::fs::create_dir_all(root.path().join("var/lib/dpkg")).unwrap();
        std::fs::write(root.path().join("var/lib/dpkg/status"), "").unwrap();
        let entry = |name: &str| format!("Package: {name}\nArchitecture: amd64\nAuto-Installed: 1\n\n");
        std::fs::write(&states, entry("libz") + &entry("libother")).unwrap();
        let runs = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&runs);
        let mut host = host(root.path());
        host.runner = Arc::new(Programs(move |command: &crate::host::Command| {
            log.lock().unwrap().push(command.args.join(" "));
            said("")
        }));
        let state = StateDirectory::new(root.path().join("state"));
        state.prepare().unwrap();
        let packages = [assigned("libz", "amd64", "2"), assigned("bash", "amd64", "2")];
        keep(&host, &state, &packages.iter().collect::<Vec<_>>());

        // The agent ends here; the next one finds the mark gone. Other packages are not its matter.
        std::fs::write(&states, "").unwrap();
        let apt = Apt::detect(&host, &state).unwrap();
        apt.restore_marks().await;
        assert_eq!(*runs.lock().unwrap(), ["auto -- libz:amd64"]);
        apt.restore_marks().await;
        assert_eq!(runs.lock().unwrap().len(), 1, "once");
    }
}
