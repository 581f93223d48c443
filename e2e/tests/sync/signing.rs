//! Keys made and used by GnuPG, in a home of their own.

use std::io::Write as _;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A key ring with secret keys.
pub struct Signer {
    home: TempDir,
}

/// Sort of a key, in GnuPG's words.
pub const ED25519: &str = "ed25519";
pub const RSA: &str = "rsa3072";

impl Signer {
    pub fn new() -> Self {
        Self { home: tempfile::tempdir().expect("a temporary directory") }
    }

    /// A signer with one Ed25519 key, and its name.
    pub fn with_key() -> (Self, &'static str) {
        let signer = Self::new();
        signer.make("archive", ED25519);
        (signer, "archive")
    }

    fn gpg(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let mut command = Command::new("gpg");
        command.arg("--homedir").arg(self.home.path());
        command.args(["--batch", "--yes", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("gpg is installed");
        child.stdin.take().expect("piped").write_all(input).expect("gpg reads");
        let output = child.wait_with_output().expect("gpg ends");
        assert!(output.status.success(), "gpg {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Makes a key with this name.
    pub fn make(&self, name: &str, sort: &str) {
        self.gpg(&["--quick-gen-key", name, sort, "sign", "never"], b"");
    }

    /// The public key block of some keys.
    pub fn public(&self, names: &[&str]) -> String {
        let armored = self.gpg(&[&["--armor", "--export"], names].concat(), b"");
        String::from_utf8(armored).expect("armor is ASCII")
    }

    /// The fingerprint of a key.
    pub fn fingerprint(&self, name: &str) -> String {
        let listed = self.gpg(&["--with-colons", "--list-keys", name], b"");
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let line = listed.lines().find(|line| line.starts_with("fpr:")).expect("a fingerprint");
        line.split(':').nth(9).expect("GnuPG's colon format").to_owned()
    }

    fn by<'a>(names: &[&'a str]) -> Vec<&'a str> {
        names.iter().flat_map(|name| ["--local-user", name]).collect()
    }

    pub fn clearsign(&self, names: &[&str], text: &str) -> Vec<u8> {
        self.gpg(&[&Self::by(names)[..], &["--clearsign"]].concat(), text.as_bytes())
    }

    pub fn detach(&self, names: &[&str], text: &str) -> Vec<u8> {
        self.gpg(&[&Self::by(names)[..], &["--armor", "--detach-sign"]].concat(), text.as_bytes())
    }
}

impl Drop for Signer {
    fn drop(&mut self) {
        // GnuPG's agent would outlive the test.
        let _ = Command::new("gpgconf").arg("--homedir").arg(self.home.path()).args(["--kill", "all"]).status();
    }
}
