//! Files in a bucket of a real S3 server process (moto), started for each test.

use std::io::{BufRead as _, BufReader, Cursor};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use sluice_content::{ContentName, ContentStore, Expected, Removal, S3Credentials, S3Location, S3Store};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Starts the server on a free port, says which, and makes a bucket.
const SERVER: &str = "
import sys
from moto.server import ThreadedMotoServer
import boto3
server = ThreadedMotoServer(ip_address='127.0.0.1', port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
s3 = boto3.client('s3', endpoint_url=f'http://{host}:{port}', region_name='us-east-1',
                  aws_access_key_id='key', aws_secret_access_key='secret')
s3.create_bucket(Bucket='updates')
s3.put_object(Bucket='updates', Key='a/readme.txt', Body=b'not ours')
print(port, flush=True)
sys.stdin.read()
";

struct Server {
    process: Child,
    port: u16,
    runtime: Runtime,
    directory: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already, or ends now.
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}

/// A virtual environment with the server, made once for all runs.
fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("moto");
        let (python, ready) = (target.join("bin/python"), target.join("ready"));
        let requirements = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/s3/requirements.txt");
        // Each test is a process of its own, and one of them makes it.
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        let lock = std::fs::File::create(target.with_extension("lock")).unwrap();
        lock.lock().unwrap();
        if !ready.is_file() {
            run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&target));
            run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement", requirements]));
            std::fs::write(ready, "").unwrap();
        }
        python
    })
}

fn run(command: &mut Command) {
    let output = command.output().expect("python3 is installed (make test)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

impl Server {
    fn start() -> Self {
        let _first = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mut process = Command::new(python())
            .args(["-c", SERVER])
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().expect("the server runs");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        Self { process, port, runtime, directory: tempfile::tempdir().unwrap() }
    }

    fn bucket(&self, path: &str) -> S3Store {
        let address = format!("s3://{path}?endpoint=http://127.0.0.1:{}", self.port);
        let keys = S3Credentials { access_key: "key".into(), secret_key: "secret".into(), session_token: None };
        // The server's own time counts for nothing here: it does not check when requests were signed.
        let clock = Arc::new(|| Timestamp::from_second(1_790_000_000).unwrap());
        S3Store::new(S3Location::parse(&address).unwrap(), &keys, clock, self.runtime.handle().clone()).unwrap()
    }

    fn store(&self, path: &str) -> ContentStore {
        ContentStore::open_bucket(&self.directory.path().join("content"), self.bucket(path)).unwrap()
    }
}

fn read(store: &ContentStore, name: &ContentName, at: u64, len: usize) -> Vec<u8> {
    let file = store.find(name).unwrap().expect("it is here");
    let mut bytes = vec![0; len];
    file.read_exact_at(&mut bytes, at).unwrap();
    bytes
}

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

#[test]
fn files_live_in_a_bucket() {
    let server = Server::start();
    let store = server.store("updates/a/b");
    store.probe().unwrap();
    store.refresh().unwrap();
    assert_eq!(store.list().unwrap(), []);
    let content = bytes(300_000);
    let added = store.add(&mut Cursor::new(&content), "kb.CAB", &Expected::default()).unwrap();
    assert!(added.new);
    assert_eq!(store.size(&added.name).unwrap(), Some(300_000));
    assert_eq!(read(&store, &added.name, 0, 300_000), content);
    assert_eq!(read(&store, &added.name, 123_456, 1000), content[123_456..124_456]);
    assert!(!store.directory().join(added.name.address()).exists(), "not on the disk");
    assert!(!store.add(&mut Cursor::new(&content), "kb.cab", &Expected::default()).unwrap().new);
    assert_eq!(store.verify(&added.name, &|| false).unwrap(), Some(300_000));

    // Another site on the same bucket sees it after it has looked.
    let other = server.store("updates/a/b");
    assert!(other.find(&added.name).unwrap().is_none());
    other.refresh().unwrap();
    assert_eq!(read(&other, &added.name, 0, 300_000), content);
    // Below another prefix there is nothing.
    let elsewhere = server.store("updates/a");
    elsewhere.refresh().unwrap();
    assert_eq!(elsewhere.list().unwrap(), []);

    let reading = store.find(&added.name).unwrap();
    assert_eq!(store.remove(&added.name).unwrap(), Removal::InUse);
    drop(reading);
    assert_eq!(store.remove(&added.name).unwrap(), Removal::Removed);
    other.refresh().unwrap();
    assert_eq!(other.size(&added.name).unwrap(), None);
}

#[test]
fn large_files_go_up_in_parts_once_they_are_verified() {
    let server = Server::start();
    let store = server.store("updates");
    let content = bytes((33 << 20) + 7);
    let name = {
        let scratch = ContentStore::open(&server.directory.path().join("scratch")).unwrap();
        scratch.add(&mut Cursor::new(&content), "kb.wim", &Expected::default()).unwrap().name
    };
    let mut part = store.part(&name, content.len() as u64).unwrap();
    part.write(&content[..1 << 20]).unwrap();
    drop(part);
    let mut part = store.part(&name, content.len() as u64).unwrap();
    assert_eq!(part.arrived(), 1 << 20);
    part.write(&content[1 << 20..]).unwrap();
    assert!(store.find(&name).unwrap().is_none());
    assert!(store.finish(part, &Expected::default()).unwrap().new);
    store.refresh().unwrap();
    let listed = store.list().unwrap();
    assert_eq!(listed.iter().map(|file| (&file.name, file.size)).collect::<Vec<_>>(), [(&name, content.len() as u64)]);
    assert_eq!(read(&store, &name, (16 << 20) - 5, 10), content[(16 << 20) - 5..(16 << 20) + 5]);
    assert_eq!(store.verify(&name, &|| false).unwrap(), Some(content.len() as u64));

    let mut wrong = store.part(&name, 3).unwrap();
    wrong.write(b"abc").unwrap();
    assert!(store.finish(wrong, &Expected::default()).unwrap_err().is_wrong_content());
}

#[test]
fn a_bucket_that_is_not_there_is_an_error_without_secrets() {
    let server = Server::start();
    let store = server.store("nothing");
    for error in [store.probe().unwrap_err(), store.refresh().unwrap_err()] {
        assert_eq!(error.to_string(), "listing the bucket failed: the store answered with status 404");
    }
    let error = store.add(&mut Cursor::new(b"abc"), "a.cab", &Expected::default()).unwrap_err();
    assert!(!format!("{error:?}").contains("Signature"), "{error:?}");
    assert_eq!(store.list().unwrap(), []);
}
