//! Running `sluice quickstart` and reading what it says.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use sluice_e2e::free_port;
use tempfile::TempDir;

/// Seconds after which a run that hangs is ended.
const LIMIT: &str = "240";

pub struct Quickstart {
    directory: TempDir,
    program: PathBuf,
    pub port: u16,
    client_port: u16,
}

impl Quickstart {
    pub fn new() -> Self {
        assert!(rustix::process::geteuid().is_root(), "these tests need root: run them by `make test`");
        let directory = tempfile::tempdir().expect("a temporary directory");
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(directory.path(), open).expect("our directory");
        // A copy, because another user may not reach the place where it was built.
        let program = directory.path().join("sluice");
        std::fs::copy(sluice_e2e::program(), &program).expect("the program is built");
        std::fs::create_dir(directory.path().join("state")).expect("our directory");
        Self { program, directory, port: free_port(), client_port: free_port() }
    }

    /// Makes another user the owner of the state.
    pub fn give_to(&self, user: &str) {
        let state = self.directory.path().join("state");
        let done = Command::new("chown").arg(user).arg(state).status().expect("chown");
        assert!(done.success());
    }

    /// Runs it once; what it said on standard output.
    pub fn run(&self) -> String {
        said(self.command("env", "true").output().expect("it starts"))
    }

    /// Runs it by a wrapper (`unshare --net`), after a preparation inside.
    pub fn run_in(&self, wrapper: &str, preparation: &str) -> String {
        said(self.command(wrapper, preparation).output().expect("it starts"))
    }

    /// What it says when it fails.
    pub fn refused(&self) -> String {
        let output = self.command("env", "true").output().expect("it starts");
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Leaves it running once it serves.
    pub fn keep_running(&self) -> Running {
        let mut command = Command::new(&self.program);
        command.args(self.arguments()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let serving = lines.any(|line| line.is_ok_and(|line| line.contains("/setup?token=")));
        assert!(serving, "it ended before it served");
        Running { child, _output: Box::new(lines) }
    }

    fn command(&self, wrapper: &str, preparation: &str) -> Command {
        let arguments = self.arguments();
        let script = format!("{preparation} && exec {} {} --once", self.program.display(), arguments.join(" "));
        let mut words = wrapper.split(' ');
        let mut command = Command::new("timeout");
        command.arg(LIMIT).args(&mut words).args(["sh", "-c", &script]).stdin(Stdio::null());
        command
    }

    fn arguments(&self) -> Vec<String> {
        let state = self.directory.path().join("state/sluice");
        vec![
            "quickstart".into(),
            format!("--directory={}", state.display()),
            format!("--port={}", self.port),
            format!("--client-port={}", self.client_port),
        ]
    }
}

/// A quickstart that goes on; it ends with this value.
pub struct Running {
    child: Child,
    /// Kept open: a closed pipe is a case of its own.
    _output: Box<dyn Iterator<Item = std::io::Result<String>>>,
}

impl Running {
    pub fn stop(&mut self) {
        self.child.kill().expect("our child");
        self.child.wait().expect("our child");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already stopped is fine.
        let _stopped = self.child.kill().and_then(|()| self.child.wait());
    }
}

fn said(output: Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "it failed\n{text}\n{errors}");
    text
}
