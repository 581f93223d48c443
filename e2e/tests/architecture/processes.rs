//! Invariant: nothing runs a shell, and only the agent and the binary start programs at all.
//! A program gets its arguments as a list: text from outside can never become a command.

use crate::repository::{crate_of, expect_none, product_sources, read};
use crate::rust_text::{Piece, pieces, without_tests};

const SHELLS: [&str; 8] = ["sh", "bash", "dash", "zsh", "/bin/sh", "/bin/bash", "/usr/bin/sh", "/usr/bin/bash"];
const MAY_START_PROGRAMS: [&str; 2] = ["sluice-agent", "sluice"];

fn shell_findings(source: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let mut code_before = String::new();
    for piece in pieces(source) {
        match piece {
            Piece::Code(code) => code_before = code,
            Piece::Text(text, line) => {
                if code_before.trim_end().ends_with("Command::new(") && SHELLS.contains(&text.as_str()) {
                    findings.push(format!("line {line}: starts the shell {text:?}"));
                }
                if text == "-c" || text == "-lc" {
                    findings.push(format!("line {line}: passes {text:?}, which hands text to an interpreter"));
                }
            }
        }
    }
    findings
}

fn starts_programs(source: &str) -> bool {
    pieces(source).iter().any(|piece| matches!(piece, Piece::Code(code) if code.contains("Command::new(")))
}

#[test]
fn shells_are_recognized() {
    assert_eq!(shell_findings(r#"Command::new("sh").arg("-c").arg(text)"#).len(), 2);
    assert_eq!(shell_findings(r#"Command::new("dpkg-query").arg("-W")"#), [] as [String; 0]);
    assert!(starts_programs(r#"std::process::Command::new("apt-get")"#));
    assert!(!starts_programs(r#"// Command::new("apt-get")"#));
}

#[test]
fn no_shell_is_started() {
    let mut findings = Vec::new();
    for path in product_sources() {
        let source = read(&path);
        findings.extend(
            shell_findings(without_tests(&source)).into_iter().map(|finding| format!("{}: {finding}", path.display())),
        );
    }
    expect_none(&findings, "Start the program itself with its arguments as a list.");
}

#[test]
fn only_the_agent_and_the_binary_start_programs() {
    let findings: Vec<String> = product_sources()
        .into_iter()
        .filter(|path| !MAY_START_PROGRAMS.contains(&crate_of(path).as_str()))
        .filter(|path| starts_programs(without_tests(&read(path))))
        .map(|path| path.display().to_string())
        .collect();
    expect_none(&findings, "The server never starts programs; do it in the library, or move it to the agent.");
}
