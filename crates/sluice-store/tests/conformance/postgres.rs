//! The PostgreSQL server of the tests: the one named by `SLUICE_TEST_POSTGRES`, or a private one.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// The URL of a superuser's database, or `None` when the tests are told to do without.
///
/// # Panics
/// When there is no PostgreSQL: install it, name one in `SLUICE_TEST_POSTGRES`, or set that to
/// `skip`.
pub fn server() -> Option<&'static str> {
    static SERVER: OnceLock<Option<(String, Option<Child>)>> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        #[expect(clippy::disallowed_methods, reason = "tests are told by the environment which server to use")]
        let named = std::env::var("SLUICE_TEST_POSTGRES");
        match named.as_deref() {
            Ok("skip") => None,
            Ok(url) => Some((url.to_owned(), None)),
            Err(_) => {
                let (url, child) = start();
                Some((url, Some(child)))
            }
        }
    });
    server.as_ref().map(|(url, _)| url.as_str())
}

/// Newest installed server.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> = versions
        .map(|entry| entry.path())
        .filter(|path| path.join("bin/initdb").exists())
        .filter_map(|path| Some((path.file_name()?.to_str()?.parse::<u32>().ok()?, path)))
        .collect();
    found.sort();
    let newest = found.pop().expect(
        "PostgreSQL is not installed: install the package `postgresql`, name a server in SLUICE_TEST_POSTGRES, \
         or set that to `skip`",
    );
    newest.1.join("bin")
}

/// Starts a server of its own that listens on a socket only. It ends, and its files go, when this
/// process ends, however that is: then the script's standard input closes.
fn start() -> (String, Child) {
    const SCRIPT: &str = r#"
        set -e
        bin=$1
        dir=$(mktemp -d /tmp/sluice-test-pg.XXXXXX)
        cd "$dir"
        "$bin/initdb" -D data -U postgres -A trust -E UTF8 --locale=C --no-sync >log 2>&1 || { cat log; exit 1; }
        "$bin/postgres" -D data -k "$dir" -c listen_addresses= -c fsync=off -c max_connections=200 >log 2>&1 </dev/null &
        server=$!
        until "$bin/pg_isready" -q -h "$dir"; do
            kill -0 $server || { cat log; exit 1; }
            sleep 0.05
        done
        echo "ready $dir"
        cat >/dev/null
        kill -INT $server
        wait $server || true
        cd /
        rm -rf "$dir"
    "#;
    let root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let mut command = if root {
        // PostgreSQL refuses to run as root.
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", "sh"]);
        command
    } else {
        Command::new("sh")
    };
    command.args(["-c", SCRIPT, "sh"]).arg(programs());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut output = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some(dir) = line.strip_prefix("ready ") {
            return (format!("postgres://postgres@localhost/postgres?host={dir}"), child);
        }
        output.push(line);
    }
    let status = child.wait().unwrap();
    panic!("PostgreSQL did not start ({status}): {}", output.join("\n"));
}
