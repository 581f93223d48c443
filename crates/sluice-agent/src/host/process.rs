//! Runs programs for real.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Child;

use super::{BoxFuture, Capture, Command, Finished, RunError, Runner};

/// All that a program finds in its environment. Nothing of the agent's own environment is passed
/// on: a proxy for the package manager belongs into its configuration.
const ENVIRONMENT: [(&str, &str); 8] = [
    ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
    ("LC_ALL", "C"),
    ("HOME", "/root"),
    ("DEBIAN_FRONTEND", "noninteractive"),
    // Debian's hooks that would ask, mail or restart services on their own.
    ("APT_LISTCHANGES_FRONTEND", "none"),
    ("APT_LISTBUGS_FRONTEND", "none"),
    ("NEEDRESTART_SUSPEND", "1"),
    ("UCF_FORCE_CONFFOLD", "1"),
];

/// How long a program has to end after it was asked to.
const GRACE: Duration = Duration::from_secs(30);

/// The machine's own processes.
#[derive(Clone, Copy, Debug)]
pub struct SystemRunner;

impl Runner for SystemRunner {
    fn run<'a>(&'a self, command: &'a Command) -> BoxFuture<'a, Result<Finished, RunError>> {
        Box::pin(run(command))
    }
}

async fn run(command: &Command) -> Result<Finished, RunError> {
    let program = command.program.path();
    let start = |source| RunError::Start { program, source };
    let output = |source| RunError::Output { program, source };
    let mut process = tokio::process::Command::new(program);
    process.args(&command.args).env_clear().envs(ENVIRONMENT).current_dir("/").stdin(Stdio::null());
    // A group of its own: a Ctrl-C at the agent's terminal must not hit dpkg in the middle.
    process.process_group(0);
    match &command.capture {
        Capture::Memory => {
            process.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
            let mut child = process.spawn().map_err(start)?;
            let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
            let all = async { tokio::try_join!(child.wait(), collect(stdout), collect(stderr)) };
            match tokio::time::timeout(command.time_limit, all).await {
                Ok(done) => {
                    let (status, stdout, stderr) = done.map_err(output)?;
                    Ok(Finished { code: status.code(), stdout, stderr })
                }
                Err(_) => too_long(child, command).await,
            }
        }
        Capture::File(path) => {
            let file = create(path).map_err(output)?;
            process.stdout(file.try_clone().map_err(output)?).stderr(file);
            let mut child = process.spawn().map_err(start)?;
            match tokio::time::timeout(command.time_limit, child.wait()).await {
                Ok(status) => {
                    let status: ExitStatus = status.map_err(output)?;
                    let stdout = tail(path, Capture::TAIL).map_err(output)?;
                    Ok(Finished { code: status.code(), stdout, stderr: String::new() })
                }
                Err(_) => too_long(child, command).await,
            }
        }
    }
}

async fn collect(stream: Option<impl AsyncRead + Unpin>) -> std::io::Result<String> {
    let Some(mut stream) = stream else { return Ok(String::new()) };
    let mut kept = Vec::new();
    (&mut stream).take(Capture::MAX as u64).read_to_end(&mut kept).await?;
    // The rest is read and dropped, so that the program does not wait for ever.
    tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
    Ok(String::from_utf8_lossy(&kept).into_owned())
}

async fn too_long(mut child: Child, command: &Command) -> Result<Finished, RunError> {
    let group = child.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()));
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::KILL] {
        if let Some(group) = group {
            // Failing means that it has just ended.
            let _ = rustix::process::kill_process_group(group, signal);
        }
        if tokio::time::timeout(GRACE, child.wait()).await.is_ok() {
            break;
        }
    }
    Err(RunError::TooLong { program: command.program.path(), limit: command.time_limit })
}

fn create(path: &Path) -> std::io::Result<std::fs::File> {
    std::fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(path)
}

/// The last `limit` bytes of a text file, from a line's beginning.
pub(crate) fn tail(path: &Path, limit: usize) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let length = file.metadata()?.len();
    let from = length.saturating_sub(limit as u64);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(limit as u64).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let whole = if from == 0 { &text } else { text.split_once('\n').map_or(&*text, |(_, rest)| rest) };
    Ok(whole.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::Program;
    use super::*;

    fn dpkg(args: &[&str], capture: Capture) -> Command {
        let args = args.iter().map(|&a| a.to_owned()).collect();
        Command { program: Program::Dpkg, args, capture, time_limit: Duration::from_secs(60) }
    }

    #[tokio::test]
    async fn output_and_status_come_back() {
        let done = SystemRunner.run(&dpkg(&["--compare-versions", "1", "gt", "2"], Capture::Memory)).await.unwrap();
        assert_eq!(done.code, Some(1));
        let done = SystemRunner.run(&dpkg(&["--no-such-option"], Capture::Memory)).await.unwrap();
        assert!(done.stderr.contains("unknown option") && done.stdout.is_empty(), "{done:?}");
    }

    #[tokio::test]
    async fn output_goes_to_a_file_that_only_the_owner_reads() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("output");
        let done = SystemRunner.run(&dpkg(&["--version"], Capture::File(path.clone()))).await.unwrap();
        assert!(done.success() && done.stdout.contains("Debian"), "{done:?}");
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_tail_begins_with_a_whole_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("output");
        std::fs::write(&path, "first\nsecond\nthird\n").unwrap();
        assert_eq!(tail(&path, 9).unwrap(), "third\n");
        assert_eq!(tail(&path, 900).unwrap(), "first\nsecond\nthird\n");
    }
}
