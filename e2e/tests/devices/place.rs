//! The namespaces and the root of a device, held open: a command for a device that has ended
//! fails, whoever has its process number by then.

use std::fs::File;
use std::os::fd::AsRawFd as _;

use tokio::process::Command;

use crate::command::words;

/// The namespaces a device has of its own, as `nsenter` and `/proc` call them.
const NAMESPACES: [(&str, &str); 5] =
    [("--mount", "mnt"), ("--uts", "uts"), ("--ipc", "ipc"), ("--net", "net"), ("--pid", "pid")];

/// Where a device's processes are.
pub struct Place {
    namespaces: Vec<(&'static str, File)>,
    root: File,
}

impl Place {
    /// Where `process` is.
    pub fn of(process: &str) -> Self {
        let open = |path: String| File::open(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let own = NAMESPACES.map(|(option, name)| (option, open(format!("/proc/{process}/ns/{name}"))));
        Self { namespaces: own.into(), root: open(format!("/proc/{process}/root")) }
    }

    /// A command there, with nothing of this process' environment.
    pub fn inside(&self, line: &[&str]) -> Command {
        let mut command = self.enter(&self.namespaces);
        for option in ["--root", "--wd"] {
            command.arg(argument(option, &self.root));
        }
        command.args(line).env_clear().env("LC_ALL", "C").env("HOME", "/root");
        command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    }

    /// One of this machine's own programs, with the device's network.
    pub fn with_network(&self, line: &[&str]) -> Command {
        let network = self.namespaces.iter().position(|(option, _)| *option == "--net").expect("one of them");
        let mut command = self.enter(&self.namespaces[network..=network]);
        command.args(line);
        command
    }

    fn enter(&self, namespaces: &[(&str, File)]) -> Command {
        let mut command = words(&["nsenter"]);
        command.args(namespaces.iter().map(|(option, file)| argument(option, file)));
        command
    }
}

fn argument(option: &str, file: &File) -> String {
    format!("{option}=/proc/{}/fd/{}", std::process::id(), file.as_raw_fd())
}
