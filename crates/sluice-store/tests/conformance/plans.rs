//! Every statement prepares on both databases, and none reads a big table from end to end unless it
//! is meant to.

use sluice_store::internals::{Dialect, Statement, statements};
use sqlx::{AnyConnection, Row as _};

use crate::database::{Database, cases};

cases![every_statement_prepares_and_scans_nothing_big];

/// Tables that stay small: what administrators make by hand, and site-wide values. All others grow
/// with the fleet or the catalog.
const SMALL: &[&str] = &[
    "administrator",
    "alert",
    "api_token",
    "bundle_brought",
    "bundle_export",
    "bundle_import",
    "bundle_signer",
    "category",
    "child_site",
    "collection",
    "counter",
    "deployment",
    "enrollment_token",
    "meta",
    "quarantine",
    "schema_step",
    "setup_token",
    "site_token",
    "source",
    "sync_run",
    "update_group",
];

/// Rare maintenance that may look at every row of a table that is bounded in practice.
const ALLOWED: &[&str] = &["sluice_store::repository::session::PRUNE"];

async fn every_statement_prepares_and_scans_nothing_big(db: Database) {
    db.open().await.close().await;
    let mut connection = db.raw().await;
    if db.is_postgres() {
        // A sequential scan is then chosen only where there is no other way.
        run(&mut connection, "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan").await;
    }
    let dialect = if db.is_postgres() { Dialect::Postgres } else { Dialect::Sqlite };
    let statements = statements();
    assert!(statements.len() > 100);
    let mut found = Vec::new();
    let mut meant = 0;
    for statement in &statements {
        let text = statement.text(dialect, 2);
        let plan = if db.is_postgres() {
            postgres_plan(&mut connection, &text).await
        } else {
            plan_lines(&mut connection, &format!("EXPLAIN QUERY PLAN {text}"), "detail").await
        };
        let scans = if db.is_postgres() { postgres_scans(&plan) } else { sqlite_scans(statement, &plan) };
        if statement.full_scan || ALLOWED.contains(&statement.name) {
            meant += usize::from(scans);
        } else if scans {
            found.push(format!("{}: {}", statement.name, plan.join(" / ")));
        }
    }
    assert_eq!(found, Vec::<String>::new());
    // Those that are meant to are seen, so the others would be.
    assert!(meant >= 8, "only {meant} scans were recognized");
}

/// An alias counts as a big table, too.
fn names_big_table(words: &str) -> bool {
    let constant = words.contains("CONSTANT ROW") || words.contains("VALUES CLAUSE");
    !constant && words.split_whitespace().next().is_some_and(|table| !SMALL.contains(&table))
}

/// <https://www.sqlite.org/eqp.html>. A scan in the order of a key that stops at a limit is fine.
fn sqlite_scans(statement: &Statement, plan: &[String]) -> bool {
    let sorts = plan.iter().any(|line| line.contains("TEMP B-TREE FOR ORDER BY"));
    let limited = statement.sql.contains("LIMIT") && !sorts;
    plan.iter().any(|line| line.trim().strip_prefix("SCAN ").is_some_and(names_big_table)) && !limited
}

fn postgres_scans(plan: &[String]) -> bool {
    let limited = plan.iter().any(|line| line.trim().trim_start_matches("->").trim().starts_with("Limit"));
    let sorts = plan.iter().any(|line| line.contains("Sort"));
    plan.iter().enumerate().any(|(i, line)| {
        let Some((node, rest)) = line.split_once(" on ") else { return false };
        let full = if node.contains("Seq Scan") {
            true
        } else if node.contains("Index Scan") || node.contains("Index Only Scan") {
            let conditioned = plan[i + 1..].iter().take(2).any(|l| l.contains("Index Cond"));
            !conditioned && (!limited || sorts)
        } else {
            false
        };
        full && names_big_table(rest)
    })
}

async fn postgres_plan(connection: &mut AnyConnection, text: &str) -> Vec<String> {
    run(connection, &format!("PREPARE planned AS {text}")).await;
    let highest = text
        .split('$')
        .skip(1)
        .filter_map(|t| t.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse::<usize>().ok()));
    let count = highest.max().unwrap_or(0);
    let nulls = if count == 0 { String::new() } else { format!("({})", vec!["NULL"; count].join(", ")) };
    let plan = plan_lines(connection, &format!("EXPLAIN EXECUTE planned{nulls}"), "QUERY PLAN").await;
    run(connection, "DEALLOCATE planned").await;
    plan
}

async fn run(connection: &mut AnyConnection, text: &str) {
    let done = sqlx::raw_sql(sqlx::AssertSqlSafe(text.to_owned())).execute(connection).await;
    done.unwrap_or_else(|error| panic!("{text}: {error}"));
}

async fn plan_lines(connection: &mut AnyConnection, text: &str, column: &str) -> Vec<String> {
    let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(text.to_owned())).fetch_all(connection).await;
    let rows = rows.unwrap_or_else(|error| panic!("{text}: {error}"));
    rows.iter().map(|row| row.get(column)).collect()
}
