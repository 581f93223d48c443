//! Time and memory of processes, as the kernel counts them.

use std::process::{Command, Stdio};

use anyhow::Context as _;
use rustix::time::{ClockId, clock_gettime};

/// Ticks of `proc(5)` in a second: fixed in Linux's interface to user space.
const TICKS: f64 = 100.0;

#[expect(clippy::cast_precision_loss, reason = "times of a run fit")]
fn seconds(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Seconds on a clock that never goes back.
pub fn wall() -> f64 {
    seconds(ClockId::Monotonic)
}

/// CPU seconds of this process, user and system.
pub fn own_cpu() -> f64 {
    seconds(ClockId::ProcessCPUTime)
}

/// CPU seconds of all children that have ended, and theirs.
pub fn children_cpu() -> anyhow::Result<f64> {
    // `proc(5)`: cutime and cstime are fields 16 and 17.
    ticks("self", 15).map(|(user, system)| user + system)
}

/// CPU seconds of a running process.
pub fn cpu_of(pid: u32) -> anyhow::Result<f64> {
    // utime and stime are fields 14 and 15.
    ticks(&pid.to_string(), 13).map(|(user, system)| user + system)
}

fn ticks(process: &str, first: usize) -> anyhow::Result<(f64, f64)> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The second field, the name in brackets, may contain spaces.
    let (_, rest) = text.rsplit_once(')').context("/proc/.../stat is not as documented")?;
    let mut fields = rest.split_whitespace().skip(first - 2);
    let mut next = || -> anyhow::Result<f64> { Ok(fields.next().context("too few fields")?.parse::<f64>()? / TICKS) };
    Ok((next()?, next()?))
}

/// Kilobytes that this process has written so far, to files and sockets (`proc(5)`, `wchar`).
pub fn own_writes() -> anyhow::Result<f64> {
    let text = std::fs::read_to_string("/proc/self/io")?;
    let bytes = text.lines().find_map(|line| line.strip_prefix("wchar:"));
    Ok(bytes.context("/proc/self/io is not as documented")?.trim().parse::<f64>()? / 1e3)
}

/// Resident memory of a process in MB (10^6 bytes): now and at most.
pub fn memory_of(process: &str) -> anyhow::Result<(f64, f64)> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let field = |name: &str| -> anyhow::Result<f64> {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let kib: f64 =
            line.and_then(|l| l.split_whitespace().next()).context("no memory in /proc/.../status")?.parse()?;
        Ok(kib * 1024.0 / 1e6)
    };
    Ok((field("VmRSS:")?, field("VmHWM:")?))
}

/// Runs a program to its end; its CPU seconds, those of its own children included.
pub fn cpu_of_program(program: &str, arguments: &[&str]) -> anyhow::Result<f64> {
    let before = children_cpu()?;
    let status = Command::new(program)
        .args(arguments)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .with_context(|| format!("starting {program}"))?;
    anyhow::ensure!(status.success(), "{program} {} ended with {status}", arguments.join(" "));
    Ok(children_cpu()? - before)
}

/// The middle one.
pub fn median(values: &[f64]) -> f64 {
    percentile(values, 0.5)
}

/// The value below which a share of the values lies (nearest rank).
pub fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a short list"
    )]
    let place = ((sorted.len() as f64 * share).ceil() as usize).saturating_sub(1);
    sorted.get(place).copied().unwrap_or(f64::NAN)
}
