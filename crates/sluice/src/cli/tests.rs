//! The command line as a whole: helps, completions, manual pages.

use clap::{CommandFactory as _, Parser};

use super::{Command, shell};

#[derive(Debug, Parser)]
#[command(name = "sluice", version = "0.0.0", term_width = 100, about = "What administrators use.")]
struct Root {
    #[command(subcommand)]
    command: Command,
}

fn help(words: &[&str]) -> String {
    let error = Root::try_parse_from(["sluice"].iter().chain(words).chain(&["--help"])).unwrap_err();
    error.to_string()
}

#[test]
fn the_definition_is_sound() {
    Root::command().debug_assert();
}

#[test]
fn helps() {
    insta::assert_snapshot!("help", help(&[]));
    insta::assert_snapshot!("help_update_list", help(&["update", "list"]));
    insta::assert_snapshot!("help_deployment_create", help(&["deployment", "create"]));
    insta::assert_snapshot!("help_sync_run", help(&["sync", "run"]));
    insta::assert_snapshot!("help_store_restore", help(&["store", "restore"]));
    insta::assert_snapshot!("help_bundle_export", help(&["bundle", "export"]));
    insta::assert_snapshot!("help_client_policy_windows", help(&["client-policy", "windows"]));
    insta::assert_snapshot!("help_token_enroll", help(&["token", "enroll"]));
}

/// Every command and option says what it is for, in a sentence.
#[test]
fn everything_has_a_help_text() {
    fn check(command: &clap::Command, path: &str) {
        let path = format!("{path} {}", command.get_name());
        assert!(command.get_about().is_some(), "{path} has no help");
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(!help.is_empty(), "{path}: {} has no help", argument.get_id());
        }
        for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
            check(command, &path);
        }
    }
    let mut root = Root::command().about("x");
    root.build();
    check(&root, "");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let refused = |words: &[&str]| Root::try_parse_from(["sluice"].iter().chain(words)).is_err();
    let create = ["deployment", "create", "--name", "x", "--collection", "c"];
    let with = |more: &[&'static str]| refused(&[&create[..], more].concat());
    assert!(!with(&["--update", "u", "--required", "--deadline", "+2h"]));
    assert!(!with(&["--group", "g", "--available"]));
    assert!(!with(&["--group", "g", "--block"]));
    assert!(with(&["--group", "g", "--block", "--deadline", "+2h"]));
    assert!(!with(&["--update", "u", "--uninstall", "--deadline", "+2h"]));
    assert!(with(&["--update", "u", "--uninstall"]));
    assert!(with(&["--update", "u", "--uninstall", "--block"]));
    assert!(with(&["--update", "u", "--group", "g", "--available"]), "two ways to say what");
    assert!(with(&["--available"]), "nothing to deploy");
    assert!(with(&["--update", "u", "--required"]), "required without deadline");
    assert!(with(&["--update", "u", "--available", "--deadline", "now"]), "available with deadline");
    assert!(with(&["--update", "u", "--required", "--deadline", "soon"]), "no moment");
    assert!(refused(&["update", "list", "--classification", "<b>"]), "no classification");
    assert!(!refused(&["update", "list", "--classification", "security,critical", "--json"]));
    assert!(refused(&[
        "source",
        "create",
        "--uri",
        "u",
        "--suite",
        "s",
        "--keyring",
        "k",
        "--every",
        "1h",
        "--manual"
    ]));
    assert!(refused(&["update", "list", "--limit", "5", "--all"]), "both bounds");
}

#[test]
fn manual_pages_and_completions_are_made() {
    let directory = tempfile::tempdir().unwrap();
    let parse = |words: &[&str]| Root::try_parse_from(["sluice"].iter().chain(words)).unwrap().command;
    let Command::Man(man) = parse(&["man", directory.path().to_str().unwrap()]) else { panic!() };
    shell::man(&man, Root::command()).unwrap();
    let page = std::fs::read_to_string(directory.path().join("sluice-deployment-create.1")).unwrap();
    assert!(page.contains("Nothing is ever installed without a deployment."));
    for name in ["bash", "zsh", "fish"] {
        let Command::Completion(completion) = parse(&["completion", name]) else { panic!() };
        assert!(shell::completion(&completion, Root::command()).text.contains("deployment"));
    }
}
