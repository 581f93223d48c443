//! Invariant: only `sluice-store` contains SQL.

use crate::repository::{crate_of, expect_none, product_sources, read};
use crate::rust_text::{literals, without_tests};

/// Beginnings of statements, in lower case. Written in any case they are SQL.
const STATEMENTS: [&str; 9] = [
    "insert into ",
    "delete from ",
    "create table ",
    "create index ",
    "create unique index ",
    "alter table ",
    "drop table ",
    "pragma ",
    "select * from ",
];

/// Pairs of keywords that make SQL only when written in capitals: in small letters they are English.
const CAPITALS: [(&str, &str); 3] = [("SELECT ", " FROM "), ("UPDATE ", " SET "), ("ORDER BY ", "")];

fn is_sql(literal: &str) -> bool {
    let words = literal.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = words.to_lowercase();
    STATEMENTS.iter().any(|start| lower.starts_with(start))
        || CAPITALS
            .iter()
            .any(|(first, second)| words.find(first).is_some_and(|at| words[at + first.len() - 1..].contains(second)))
}

#[test]
fn sql_is_recognized() {
    for sql in [
        "SELECT id FROM device",
        "WITH x AS (SELECT 1 FROM y)",
        "insert into t values (1)",
        "UPDATE device SET name = $1",
        "PRAGMA journal_mode",
        "a = b ORDER BY name",
        "delete\n  from device",
    ] {
        assert!(is_sql(sql), "{sql}");
    }
    for english in ["Select an update from the list", "update the group and set a deadline", "UPDATES", "created"] {
        assert!(!is_sql(english), "{english}");
    }
}

#[test]
fn only_the_store_contains_sql() {
    let mut findings = Vec::new();
    for path in product_sources().into_iter().filter(|path| crate_of(path) != "sluice-store") {
        for (literal, line) in literals(without_tests(&read(&path))) {
            if is_sql(&literal) {
                findings.push(format!("{}:{line}: {literal:?}", path.display()));
            }
        }
    }
    expect_none(&findings, "Move the query into a repository of sluice-store and call that.");
}
