//! What the figures were measured on.

/// Some lines about this machine.
pub fn facts() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.map_or("?", |rest| rest.trim_start_matches([' ', '\t', ':', '=']).trim_matches('"')).to_owned()
    };
    let (cpu, memory, os) = (read("/proc/cpuinfo"), read("/proc/meminfo"), read("/etc/os-release"));
    let cores = cpu.lines().filter(|line| line.starts_with("processor")).count();
    let load = read("/proc/loadavg");
    let load = load.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    format!(
        "Machine: {} x {}, {} memory, {}, kernel {}; load at the start {load}",
        cores,
        field(&cpu, "model name"),
        field(&memory, "MemTotal"),
        field(&os, "PRETTY_NAME"),
        read("/proc/sys/kernel/osrelease").trim(),
    )
}
