//! Running programs to their end.

use std::process::{Output, Stdio};

use tokio::process::Command;

/// Runs a program and returns what it wrote to standard output.
///
/// # Panics
/// When it fails; says what it wrote to standard error.
pub async fn output(command: &mut Command) -> String {
    command.stdin(Stdio::null()).kill_on_drop(true);
    let done = command.output().await.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let Output { status, stdout, stderr } = done;
    let stdout = String::from_utf8_lossy(&stdout).into_owned();
    assert!(status.success(), "{command:?}: {status}\n{stdout}\n{}", String::from_utf8_lossy(&stderr));
    stdout
}

/// A command from words.
pub fn words(line: &[&str]) -> Command {
    let (program, arguments) = line.split_first().expect("a program");
    let mut command = Command::new(program);
    command.args(arguments);
    command
}
